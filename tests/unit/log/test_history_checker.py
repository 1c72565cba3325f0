"""The checker of crash tests, held against histories that are right and histories that must not pass."""

from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.events import Append, NewEvent
from tests.kit.history import (
    Acknowledged,
    Asked,
    Quarantined,
    Record,
    Refused,
    Sent,
    SentEvent,
    Served,
    Unless,
    View,
    check_history,
    decode_record,
    encode_record,
    unanswered,
)
from tests.kit.history_log import StoredEvent
from tests.kit.logs import numbered_id, open_log

MINE = Unless(tags=("t:1",))
OTHERS = Unless(tags=("t:2",))


def sent(call: str, *numbers: int, data: str = '"🌍\\u0000"', unless: tuple[Unless, ...] = ()) -> Sent:
    return Sent(call, tuple(SentEvent(numbered_id(number), "a.b", ("t:1",), data) for number in numbers), unless)


A, B = sent("a", 1, 2), sent("b", 3)


@pytest.fixture
def stored(tmp_path: Path) -> list[StoredEvent]:
    """Two appends: of the events 1 and 2, and of the event 3."""
    log = open_log(tmp_path)
    for call in (A, B):
        log.commit([Append(tuple(NewEvent(e.type, e.tags, e.data.encode(), e.id) for e in call.events))])
    log.close()
    return list(read_log(tmp_path).events)


RIGHT: list[list[Record]] = [
    [A, Acknowledged("a", 1, 2), B, Acknowledged("b", 3, 3)],
    [A, B, Acknowledged("b", 3, 3)],
    [A, B, sent("c", 4, 5)],
    [A, B, sent("r", 1, 2), Acknowledged("b", 3, 3), Acknowledged("r", 1, 2)],
    [
        A,
        Acknowledged("a", 1, 2),
        B,
        Acknowledged("b", 3, 3, replayed=False),
        sent("r", 3),
        Acknowledged("r", 3, 3, True),
    ],
    [A, B, sent("c", 4), Refused("c")],
    [A, Refused("a"), sent("r", 1, 2), B],
    [A, B, sent("c", 3, data='"other"'), Refused("c", "id", 3)],
    [A, B, sent("c", 4, unless=(OTHERS, MINE)), Refused("c", "condition", 3)],
    [A, sent("b", 3, unless=(OTHERS, Unless(after=2))), Acknowledged("b", 3, 3, replayed=False)],
    [A, sent("b", 3, unless=(MINE,)), sent("r", 3), Acknowledged("r", 3, 3, replayed=True)],
    [A, B, Quarantined(b'{"position":4,"id":"' + numbered_id(4).encode() + b'"')],
    [A, B, Quarantined(b'"id":"' + numbered_id(3).encode() + b'"'), sent("r", 3), Acknowledged("r", 3, 3)],
]

WRONG: list[tuple[list[Record], str]] = [
    ([A, B, sent("c", 4), Acknowledged("c", 4, 4)], "the log ends at 3"),
    ([A, B, sent("c", 4), Acknowledged("c", 3, 3)], "position 3 holds"),
    ([A, sent("b", 3, data='"🌍"'), Acknowledged("b", 3, 3)], "not hold the bytes"),
    ([A, sent("b", 3, data='"🌍"')], "not hold the bytes"),
    ([A, Acknowledged("a", 1, 3), B], "2 events were acknowledged as 1 to 3"),
    ([A, B, Refused("b")], "refused, but"),
    ([A, B, Refused("b"), sent("r", 3), Refused("r")], "refused, but"),
    ([A], "was never sent"),
    ([sent("a", 1, 2, 4), B], "by halves"),
    ([sent("a", 2, 1), B], "out of order"),
    ([sent("a", 1), sent("b", 2), sent("c", 3), Acknowledged("a", 1, 1)], "belongs to another append"),
    ([B, Acknowledged("b", 3, 3), A, Acknowledged("a", 1, 2)], "begun after 3 was answered"),
    ([B, Acknowledged("b", 3, 3), A], "begun after 3 was answered"),
    ([A, B, sent("r", 3), Acknowledged("b", 3, 3, False), Acknowledged("r", 3, 3, False)], "was new"),
    ([A, sent("b", 3, unless=(MINE,)), Acknowledged("b", 3, 3, replayed=False)], "against its condition, which 2"),
    ([A, sent("b", 3, unless=(Unless(types=("a.b",), after=1),))], "against its condition"),
    ([A, B, sent("c", 4), Refused("c", "id", 3)], "none of its ids"),
    ([A, B, sent("c", 3, data="1"), Refused("c", "id", 4)], "refused because of 4"),
    ([A, B, sent("c", 4, unless=(OTHERS,)), Refused("c", "condition", 3)], "does not mean"),
    ([A, B, sent("c", 4, unless=(Unless(after=3),)), Refused("c", "condition", 3)], "does not mean"),
    ([A, B, Acknowledged("b", 3, 3), sent("r", 3), Refused("r", "id", 3)], "was acknowledged before"),
    ([A, B, Acknowledged("b", 3, 3), Quarantined(b'"id":"' + numbered_id(3).encode() + b'"')], "is in quarantine"),
]


@pytest.mark.parametrize("history", RIGHT)
def test_a_right_history_passes(stored: list[StoredEvent], history: list[Record]) -> None:
    assert check_history(history, stored) == []


@pytest.mark.parametrize(("history", "violation"), WRONG)
def test_a_wrong_history_is_named(stored: list[StoredEvent], history: list[Record], violation: str) -> None:
    assert any(violation in found for found in check_history(history, stored))


@pytest.mark.parametrize(
    ("view", "head", "positions"),
    [
        (View(), 3, (1, 2, 3)),
        (View(), 2, (1, 2)),
        (View(after=1, limit=1), 3, (2,)),
        (View(before=3, limit=1, backward=True), 3, (2,)),
        (View(types=("a.b", "c"), tags=("t:1",), after=2), 3, (3,)),
        (View(tags=("t:2",)), 3, ()),
    ],
)
def test_a_read_is_a_view_at_its_head(
    stored: list[StoredEvent], view: View, head: int, positions: tuple[int, ...]
) -> None:
    lines = tuple(stored[position - 1].line for position in positions)
    begun: list[Record] = [A, B, Asked("r", "c", view)]
    assert check_history([*begun, Served("r", lines, head)], stored) == []
    wrong = (*lines, stored[0].line) if positions != (1, 2, 3) else lines[:-1]
    assert any("in that view" in found for found in check_history([*begun, Served("r", wrong, head)], stored))


def test_a_read_of_other_bytes_is_named(stored: list[StoredEvent]) -> None:
    lines = [event.line for event in stored]
    lines[1] = lines[1].replace(b"a.b", b"a.c")
    found = check_history([A, B, Asked("r", "c"), Served("r", tuple(lines), 3)], stored)
    assert any("line 1 of the page" in violation for violation in found)


def test_a_read_beyond_the_end_is_named(stored: list[StoredEvent]) -> None:
    found = check_history([A, B, Asked("r", "c"), Served("r", (), 4)], stored)
    assert any("read at head 4, the log ends at 3" in violation for violation in found)


def test_no_clients_head_goes_back_nor_behind_an_answer(stored: list[StoredEvent]) -> None:
    lines = tuple(event.line for event in stored)
    once: list[Record] = [A, B, Asked("r", "c"), Served("r", lines, 3)]
    other: list[Record] = [Asked("s", "d"), Served("s", lines[:2], 2)]
    again: list[Record] = [Asked("s", "c"), Served("s", lines[:2], 2)]
    assert check_history([*once, *other], stored) == []
    assert any("3 was known before" in violation for violation in check_history([*once, *again], stored))
    answered = [A, B, Acknowledged("b", 3, 3), *other]
    assert any("3 was known before" in violation for violation in check_history(answered, stored))


def test_an_event_that_stands_twice_is_a_violation(stored: list[StoredEvent]) -> None:
    found = check_history([A, B], [*stored, stored[2]])
    assert any("stands 2 times" in violation for violation in found)
    assert any("position 3 stands as number 4" in violation for violation in found)


def test_what_has_no_answer_is_known_for_a_retry() -> None:
    first, second = sent("a", 1), sent("b", 2)
    assert unanswered([first, second, Acknowledged("a", 1, 1)]) == [second]
    assert unanswered([first, sent("r", 1), Acknowledged("r", 1, 1)]) == []


@pytest.mark.parametrize(
    "record",
    [
        sent("a", 1, 2, unless=(Unless(("a",), ("t:1",), 4),)),
        Acknowledged("a", 1, 2, replayed=True),
        Refused("a", "id", 3),
        Asked("r", "c", View(tags=("t:1",))),
        Served("r", (b"{}",), 3),
        Quarantined(b"\0\xff"),
    ],
)
def test_records_come_back_from_their_bytes(record: Record) -> None:
    assert decode_record(encode_record(record)) == record
