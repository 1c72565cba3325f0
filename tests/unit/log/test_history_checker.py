"""The checker of crash tests, held against histories that are right and histories that must not pass."""

from pathlib import Path

import pytest

from eventrail.log.events import Append, NewEvent
from tests.kit.history import (
    Acknowledged,
    Record,
    Refused,
    Sent,
    SentEvent,
    check_history,
    decode_record,
    encode_record,
    unanswered,
)
from tests.kit.independent_reader import Event, read_log
from tests.kit.logs import numbered_id, open_log


def sent(call: str, *numbers: int, data: str = '"🌍\\u0000"') -> Sent:
    return Sent(call, tuple(SentEvent(numbered_id(number), "a.b", ("t:1",), data) for number in numbers))


@pytest.fixture
def stored(tmp_path: Path) -> list[Event]:
    """Two appends: of the events 1 and 2, and of the event 3."""
    log = open_log(tmp_path)
    for call in (sent("a", 1, 2), sent("b", 3)):
        log.commit([Append(tuple(NewEvent(e.type, e.tags, e.data.encode(), e.id) for e in call.events))])
    log.close()
    return read_log(tmp_path).events


RIGHT: list[list[Record]] = [
    [sent("a", 1, 2), Acknowledged("a", 1, 2), sent("b", 3), Acknowledged("b", 3, 3)],
    [sent("a", 1, 2), sent("b", 3), Acknowledged("b", 3, 3)],
    [sent("a", 1, 2), sent("b", 3), sent("c", 4, 5)],
    [sent("a", 1, 2), sent("b", 3), sent("r", 1, 2), Acknowledged("b", 3, 3), Acknowledged("r", 1, 2)],
    [sent("a", 1, 2), sent("b", 3), sent("c", 4), Refused("c")],
]

WRONG: list[tuple[list[Record], str]] = [
    ([sent("a", 1, 2), sent("b", 3), sent("c", 4), Acknowledged("c", 4, 4)], "the log ends at 3"),
    ([sent("a", 1, 2), sent("b", 3), sent("c", 4), Acknowledged("c", 3, 3)], "position 3 holds"),
    ([sent("a", 1, 2), sent("b", 3, data='"🌍"'), Acknowledged("b", 3, 3)], "not hold the bytes"),
    ([sent("a", 1, 2), sent("b", 3, data='"🌍"')], "not hold the bytes"),
    ([sent("a", 1, 2), Acknowledged("a", 1, 3), sent("b", 3)], "2 events were acknowledged as 1 to 3"),
    ([sent("a", 1, 2), sent("b", 3), Refused("b")], "refused, but"),
    ([sent("a", 1, 2)], "was never sent"),
    ([sent("a", 1, 2, 4), sent("b", 3)], "of 3 events only"),
    ([sent("a", 2, 1), sent("b", 3)], "out of order"),
    ([sent("a", 1), sent("b", 2), sent("c", 3), Acknowledged("a", 1, 1)], "belongs to another append"),
    ([sent("b", 3), Acknowledged("b", 3, 3), sent("a", 1, 2), Acknowledged("a", 1, 2)], "begun after 3 was answered"),
]


@pytest.mark.parametrize("history", RIGHT)
def test_a_right_history_passes(stored: list[Event], history: list[Record]) -> None:
    assert check_history(history, stored) == []


@pytest.mark.parametrize(("history", "violation"), WRONG)
def test_a_wrong_history_is_named(stored: list[Event], history: list[Record], violation: str) -> None:
    assert any(violation in found for found in check_history(history, stored))


def test_an_event_that_stands_twice_is_a_violation(stored: list[Event]) -> None:
    history: list[Record] = [sent("a", 1, 2), sent("b", 3)]
    assert any("stands 2 times" in found for found in check_history(history, [*stored, stored[2]]))


def test_what_has_no_answer_is_known_for_a_retry() -> None:
    first, second = sent("a", 1), sent("b", 2)
    assert unanswered([first, second, Acknowledged("a", 1, 1)]) == [second]
    assert unanswered([first, sent("r", 1), Acknowledged("r", 1, 1)]) == []


@pytest.mark.parametrize("record", [sent("a", 1, 2), Acknowledged("a", 1, 2), Refused("a")])
def test_records_come_back_from_their_bytes(record: Record) -> None:
    assert decode_record(encode_record(record)) == record
