from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from docs.tools.independent_reader import read_log
from eventrail.log.answers import Layer, answer_condition
from eventrail.log.events import (
    AfterBeyondHead,
    Append,
    Appended,
    ConditionFailed,
    ConditionItem,
    IdReused,
    LineTooLarge,
    NewEvent,
    Outcome,
    Replayed,
)
from eventrail.log.index.port import IndexDelta
from eventrail.log.limits import LINE_BYTES
from tests.kit.logs import append, event, numbered_id, open_log

THREE = append(event(b'"\xf0\x9f\x8c\x8d"', "a:1", "b:2", number=1), event(b"2", number=2), event(b"3", number=3))
ALWAYS = (ConditionItem(),)


def one_by_one(directory: Path, *appends: Append) -> list[Outcome]:
    """Each append in a batch, and a log, of its own."""
    outcomes = []
    for candidate in appends:
        log = open_log(directory)
        outcomes += log.commit([candidate])
        log.close()
    return outcomes


def all_at_once(directory: Path, *appends: Append) -> list[Outcome]:
    log = open_log(directory)
    outcomes = log.commit(appends)
    log.close()
    return outcomes


Commit = Callable[..., list[Outcome]]


@pytest.fixture(params=[one_by_one, all_at_once])
def commit(request: pytest.FixtureRequest, tmp_path: Path) -> Commit:
    """Answers are the same for what is durable and read again, and for what stands earlier in the batch."""
    return lambda *appends: request.param(tmp_path, append(event()), *appends)[1:]


def test_new_events_take_the_next_positions(commit: Commit) -> None:
    assert commit(THREE, append(event()), append(event(), event())) == [Appended(2, 4), Appended(5, 5), Appended(6, 7)]


def test_the_same_append_is_a_replay_whatever_its_condition_says(commit: Commit) -> None:
    again = Append(THREE.events, ALWAYS)
    assert commit(THREE, THREE, again, append(event())) == [
        Appended(2, 4),
        Replayed(2, 4),
        Replayed(2, 4),
        Appended(5, 5),
    ]


def test_meta_is_no_part_of_a_replay(commit: Commit) -> None:
    """A retry has its own trace context."""
    again = append(event(b"1", number=1, meta=b'{"traceparent":"00-2"}'))
    assert commit(append(event(b"1", number=1, meta=b'{"traceparent":"00-1"}')), again) == [
        Appended(2, 2),
        Replayed(2, 2),
    ]


def changed(number: int, **changes: Any) -> Append:
    events = list(THREE.events)
    events[number] = replace(events[number], **changes)
    return Append(tuple(events))


REUSES = {
    "other data": (changed(1, data=b"4"), IdReused(numbered_id(1), 2)),
    "data that begins alike": (changed(1, data=b"22"), IdReused(numbered_id(1), 2)),
    "data that begins with the stored": (changed(2, data=b"30"), IdReused(numbered_id(1), 2)),
    "other type": (changed(2, type="other"), IdReused(numbered_id(1), 2)),
    "other tags": (changed(0, tags=("a:1",)), IdReused(numbered_id(1), 2)),
    "tags in another order": (changed(0, tags=("b:2", "a:1")), IdReused(numbered_id(1), 2)),
    "another id in the middle": (changed(1, id=numbered_id(9)), IdReused(numbered_id(1), 2)),
    "another id at the start": (changed(0, id=numbered_id(9)), IdReused(numbered_id(2), 3)),
    "another order": (Append(THREE.events[::-1]), IdReused(numbered_id(3), 4)),
    "only the first": (Append(THREE.events[:1]), IdReused(numbered_id(1), 2)),
    "only the last": (Append(THREE.events[2:]), IdReused(numbered_id(3), 4)),
    "all and one more": (Append((*THREE.events, event(number=4))), IdReused(numbered_id(1), 2)),
    "one before and all": (Append((event(number=4), *THREE.events)), IdReused(numbered_id(1), 2)),
    "escaped otherwise": (changed(0, data=b'"\\ud83c\\udf0d"'), IdReused(numbered_id(1), 2)),
}


@pytest.mark.parametrize("reuse", REUSES)
def test_an_id_that_stands_in_any_other_way_is_reused(commit: Commit, reuse: str) -> None:
    candidate, answer = REUSES[reuse]
    assert commit(THREE, candidate, append(event())) == [Appended(2, 4), answer, Appended(5, 5)]


def test_two_appends_do_not_make_one(commit: Commit) -> None:
    both = append(event(number=1), event(number=2))
    assert commit(append(event(number=1)), append(event(number=2)), both)[2] == IdReused(numbered_id(1), 2)


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_rest_of_an_append_is_not_that_append(tmp_path: Path, before: int) -> None:
    """Wherever in the log it stands, at its very beginning too."""
    log = open_log(tmp_path)
    log.commit([append(event(number=9 + number)) for number in range(before)])
    log.commit([append(event(number=1), event(number=2))])
    assert log.commit([append(event(number=2))]) == [IdReused(numbered_id(2), before + 2)]
    log.close()


@pytest.mark.parametrize("before", [0, 1, 5])
def test_a_batch_is_held_against_itself_wherever_it_begins(tmp_path: Path, before: int) -> None:
    log = open_log(tmp_path)
    log.commit([append(event()) for _ in range(before)])
    first, second = before + 2, before + 4
    assert log.commit([append(event()), THREE, THREE, changed(1, data=b"4"), append(event())]) == [
        Appended(before + 1, before + 1),
        Appended(first, second),
        Replayed(first, second),
        IdReused(numbered_id(1), first),
        Appended(second + 1, second + 1),
    ]
    log.close()


class NoStanding:
    """A `Standing` with nothing in it but a head."""

    def position_of(self, event_id: str) -> int | None:
        return None

    def stored_line(self, position: int) -> bytes:
        raise AssertionError("nothing stands")

    def layers(self) -> tuple[Layer, ...]:
        return (Layer(IndexDelta(), 0, 7),)


@pytest.mark.parametrize("item", [ConditionItem(), ConditionItem(tags=("a:1",)), ConditionItem(types=("event",))])
def test_the_first_event_of_a_log_is_matched_too(tmp_path: Path, item: ConditionItem) -> None:
    """Where it is durable, and where it stands earlier in the batch."""
    first, conditional = append(event(b"1", "a:1")), append(event(), unless=(item,))
    for number, batches in enumerate(([[first], [conditional]], [[first, conditional]])):
        log = open_log(tmp_path / str(number))
        assert [outcome for batch in batches for outcome in log.commit(batch)] == [Appended(1, 1), ConditionFailed(1)]
        log.close()


def test_no_condition_holds() -> None:
    assert answer_condition((), NoStanding()) is None


def test_a_retry_with_the_ids_that_the_server_gave_is_a_replay(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"1"))])
    given = read_log(tmp_path).events[0].fields["id"]
    assert log.commit([Append((NewEvent("event", (), b"1", given),))]) == [Replayed(1, 1)]
    log.close()


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        (ConditionItem(), ConditionFailed(5)),
        (ConditionItem(after=4), ConditionFailed(5)),
        (ConditionItem(after=5), None),
        (ConditionItem(after=6), AfterBeyondHead(0, 6, 5)),
        (ConditionItem(types=("x",)), ConditionFailed(4)),
        (ConditionItem(types=("x",), after=3), ConditionFailed(4)),
        (ConditionItem(types=("x",), after=4), None),
        (ConditionItem(types=("x", "y")), ConditionFailed(5)),
        (ConditionItem(types=("z",)), None),
        (ConditionItem(tags=("a:1",)), ConditionFailed(3)),
        (ConditionItem(tags=("a:1", "b:1")), ConditionFailed(2)),
        (ConditionItem(tags=("a:1", "b:1"), after=2), None),
        (ConditionItem(tags=("a:1", "c:1")), None),
        (ConditionItem(types=("y",), tags=("b:1",)), ConditionFailed(5)),
        (ConditionItem(types=("y",), tags=("a:1",)), None),
        (ConditionItem(types=("x",), tags=("b:1", "a:1")), ConditionFailed(2)),
    ],
)
def test_a_condition_fails_at_the_latest_event_that_matches(
    commit: Commit, item: ConditionItem, answer: Outcome | None
) -> None:
    stream = [
        append(event(b"2", "a:1", "b:1", kind="x")),
        append(event(b"3", "a:1", kind="x"), event(b"4", kind="x")),
        append(event(b"5", "b:1", "b:1", kind="y")),
    ]
    assert commit(*stream, append(event(), unless=(item,)))[3] == (answer or Appended(6, 6))


def test_any_item_refuses_and_the_latest_match_of_all_is_named(commit: Commit) -> None:
    stream = [append(event(b"1", "a:1")), append(event(b"2", "b:1"))]
    both = (ConditionItem(tags=("a:1",)), ConditionItem(tags=("b:1",)))
    assert commit(*stream, append(event(), unless=both))[2] == ConditionFailed(3)
    second = (ConditionItem(tags=("c:1",)), ConditionItem(tags=("a:1",), after=1))
    assert commit(append(event(), unless=second)) == [ConditionFailed(2)]


def test_an_after_beyond_the_head_is_named_by_its_item(commit: Commit) -> None:
    items = (ConditionItem(tags=("a:1",)), ConditionItem(after=9))
    assert commit(append(event(b"1", "a:1")), append(event(), unless=items))[1] == AfterBeyondHead(1, 9, 2)


def test_of_two_appends_that_expect_the_same_head_one_wins(commit: Commit) -> None:
    expecting = append(event(b"1", "s:1"), unless=(ConditionItem(tags=("s:1",), after=0),))
    assert commit(expecting, expecting) == [Appended(2, 2), ConditionFailed(2)]


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_line_at_its_limit(commit: Commit, tmp_path: Path, beyond: int) -> None:
    small = len(read_log_line(tmp_path / "measure"))
    data = b'"' + b"x" * (LINE_BYTES - small + beyond - 1) + b'"'
    candidate = append(event(b"1", number=7), event(data, number=8))
    answers = commit(candidate, append(event(number=9)))
    if beyond > 0:
        assert answers == [LineTooLarge(1, LINE_BYTES + 1), Appended(2, 2)]
    else:
        assert answers == [Appended(2, 3), Appended(4, 4)]
        assert len(read_log(tmp_path).events[2].line) == LINE_BYTES + beyond


def test_the_first_line_beyond_the_limit_is_named(commit: Commit, tmp_path: Path) -> None:
    small = len(read_log_line(tmp_path / "measure"))
    at_limit, beyond = (b'"' + b"x" * (LINE_BYTES - small + more - 1) + b'"' for more in (0, 1))
    candidate = append(event(b"1", number=7), event(at_limit, number=8), event(beyond, number=9))
    assert commit(candidate) == [LineTooLarge(2, LINE_BYTES + 1)]


def read_log_line(directory: Path) -> bytes:
    """A line at position 3 with one byte of data, as the second of its append."""
    log = open_log(directory)
    log.commit([append(event())])
    log.commit([append(event(number=7), event(b"1", number=8))])
    log.close()
    return read_log(directory).events[2].line


def test_a_refused_append_leaves_nothing_of_itself(commit: Commit) -> None:
    """Its ids and tags are free, its positions are not taken."""
    huge = event(b'"' + b"x" * LINE_BYTES + b'"', number=2)
    refused = append(event(b"1", "a:1", number=1), huge)
    retry = append(event(b"1", "a:1", number=1), unless=(ConditionItem(tags=("a:1",)),))
    assert isinstance(commit(refused, retry)[0], LineTooLarge)
    assert commit(refused, retry)[1] == Replayed(2, 2)
