"""Lines put together from a log and a source: whose are taken, where it ends, and when it is another history."""

from collections.abc import Sequence

import pytest

from eventrail.log.copies.healing import BRIDGED_LINES, LineAt, OtherHistory, closes_over, heal
from eventrail.log.line import StoredLine, follow, form_line, genesis
from tests.kit.logs import event, numbered_id

GENESIS = genesis(numbered_id(0))
TIME = "2026-11-22T12:00:00.000000Z"
NO_LIMIT = 1 << 40


def chain(commits: Sequence[int], data: bytes = b"1", previous: StoredLine = GENESIS) -> list[bytes]:
    """Lines behind `previous`, each with the last position of its append, and each append a batch of its own."""
    lines: list[bytes] = []
    line_hash, synced, before = previous.hash, previous.position, previous.commit
    for position, commit in enumerate(commits, previous.position + 1):
        if position > before:
            synced, before = position - 1, commit
        raw, line_hash = form_line(event(data), numbered_id(position), position, TIME, commit, synced, line_hash)
        lines.append(raw)
    return lines


def followed(lines: Sequence[bytes]) -> StoredLine:
    line = GENESIS
    for raw in lines:
        line = follow(line, raw)
    return line


def held(lines: Sequence[bytes], *absent: int) -> LineAt:
    by_position = {position: raw for position, raw in enumerate(lines, 1) if position not in absent}
    return by_position.get


NOTHING = held([])


def test_own_lines_stay_and_only_what_is_amiss_is_taken() -> None:
    lines = chain([1, 3, 3, 4])
    damaged = [lines[0], lines[1].replace(b'"data":1', b'"data":2'), *lines[2:]]
    for own in (held(damaged), held(lines, 2)):
        healed = heal(GENESIS, own, held(lines), 4, NO_LIMIT)
        assert (healed.content, healed.taken, healed.missing) == (b"".join(lines), 1, "")
        assert healed.last == followed(lines)


def test_without_a_position_it_goes_as_far_as_lines_are_found() -> None:
    lines = chain([1, 3, 3, 4])
    healed = heal(GENESIS, held(lines, 3, 4), held(lines), None, NO_LIMIT)
    assert (healed.content, healed.taken) == (b"".join(lines), 2)
    assert healed.missing == "in the log it is missing, in the source it is missing"


def test_an_append_that_neither_holds_whole_is_left_out_and_not_counted() -> None:
    lines = chain([1, 3, 3, 4])
    healed = heal(GENESIS, held(lines, 2, 3), held(lines, 3), None, NO_LIMIT)
    assert (healed.content, healed.last.position, healed.taken) == (lines[0], 1, 0)
    assert healed.missing == "in the log it is missing, in the source it is missing"


@pytest.mark.parametrize(("beyond", "count"), [(-1, 3), (0, 3), (1, 4)])
def test_it_ends_with_the_append_that_reaches_the_limit(beyond: int, count: int) -> None:
    lines = chain([1, 3, 3, 4])
    limit = len(b"".join(lines[:3])) + beyond
    healed = heal(GENESIS, held(lines), NOTHING, None, limit)
    assert (healed.content, healed.last.position, healed.missing) == (b"".join(lines[:count]), count, "")
    assert heal(GENESIS, held(lines), NOTHING, 4, limit).last.position == 4, "a position goes before a size"


def test_a_source_of_another_history_is_refused_where_the_log_was_genuine() -> None:
    """Its first line fits, but the log's second was written over another first one."""
    ours, theirs = chain([1, 2, 3]), chain([1, 2, 3], b"2")
    damaged = [ours[0].replace(b'"data":1', b'"data":3'), *ours[1:]]
    with pytest.raises(OtherHistory, match="another history there than the log did at position 2") as refusal:
        heal(GENESIS, held(damaged), held(theirs), 3, NO_LIMIT)
    assert refusal.value.position == 2


def test_a_line_behind_one_that_is_gone_proves_nothing() -> None:
    """What it closes over is not known, so the source's is taken, and the next check is the chain's."""
    ours, theirs = chain([1, 2, 3]), chain([1, 2, 3], b"2")
    healed = heal(GENESIS, held(ours, 1, 3), held(theirs), 3, NO_LIMIT)
    assert (healed.content, healed.taken) == (b"".join(theirs), 3)


def test_the_next_sound_line_must_close_over_what_was_healed() -> None:
    ours, theirs = chain([1, 2, 3, 4]), chain([1, 2, 3, 4], b"2")
    closes_over(followed(ours[:2]), held(ours), NOTHING)
    with pytest.raises(OtherHistory) as refusal:
        closes_over(followed(theirs[:2]), held(ours), NOTHING)
    assert refusal.value.position == 3


def test_where_nobody_holds_more_nothing_contradicts() -> None:
    ours = chain([1, 2, 3])
    closes_over(followed(ours), held(ours), held(ours))
    with pytest.raises(OtherHistory, match="at position 4"):
        closes_over(followed(ours), held([*ours, ours[0]]), held(ours))


def test_damaged_lines_are_bridged_by_those_of_the_source() -> None:
    ours, theirs = chain([1, 2, 3, 4]), chain([1, 2, 3, 4], b"2")
    closes_over(followed(ours[:1]), held(ours, 2, 3), held(ours))
    with pytest.raises(OtherHistory) as refusal:
        closes_over(followed(theirs[:1]), held(ours, 2, 3), held(theirs, 4))
    assert refusal.value.position == 4


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_only_so_many_lines_are_bridged(beyond: int) -> None:
    """A line that does not follow is found as the last of them, and not behind them."""
    position = 1 + BRIDGED_LINES + beyond
    theirs = chain(range(1, position), b"2")
    foreign = {position: chain([1])[0]}.get
    if beyond > 0:
        closes_over(followed(theirs[:1]), foreign, held(theirs))
        return
    with pytest.raises(OtherHistory) as refusal:
        closes_over(followed(theirs[:1]), foreign, held(theirs))
    assert refusal.value.position == position
