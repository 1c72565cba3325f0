"""What waits for the writer: bounds, batches, and appends that nobody wants any more."""

from dataclasses import dataclass

import pytest

from eventrail.log import waiting_room
from eventrail.log.admission import append_bytes
from eventrail.log.errors import QueueFull
from eventrail.log.events import Outcome
from eventrail.log.waiting_room import LINE_OVERHEAD_BYTES, Batch, WaitingRoom
from tests.kit.logs import append, event

ONE = append(event(b"1"))
SIZE = append_bytes(ONE) + LINE_OVERHEAD_BYTES


@dataclass
class Caller:
    gone: bool = False

    def is_gone(self) -> bool:
        return self.gone

    def settle(self, outcome: Outcome) -> None:
        raise AssertionError("the room answers nobody")

    def refuse(self, error: Exception) -> None:
        raise AssertionError("the room refuses nobody")


def admitted(room: WaitingRoom, *gone: bool) -> list[Caller]:
    callers = [Caller(is_gone) for is_gone in gone]
    for caller in callers:
        room.admit(ONE, caller)
    return callers


def callers_of(batch: Batch) -> list[object]:
    return [waiting.receiver for waiting in batch]


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_batch_ends_before_the_append_that_passes_its_bound(monkeypatch: pytest.MonkeyPatch, beyond: int) -> None:
    monkeypatch.setattr(waiting_room, "BATCH_BYTES", 2 * SIZE + beyond)
    room = WaitingRoom(10, 10 * SIZE)
    callers = admitted(room, *[False] * 4)
    first = 1 if beyond < 0 else 2
    assert callers_of(room.next_batch()) == callers[:first]
    assert callers_of(room.next_batch()) == callers[first : 2 * first]
    assert (room.appends, room.size_bytes) == (4, 4 * SIZE), "taken is not answered"


def test_an_append_over_the_bound_is_a_batch_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_room, "BATCH_BYTES", 1)
    room = WaitingRoom(10, 10 * SIZE)
    callers = admitted(room, False, False)
    assert [callers_of(room.next_batch()) for _ in range(3)] == [callers[:1], callers[1:], []]


def test_what_nobody_wants_is_not_made_and_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole batches of it are passed over, up to one that somebody wants."""
    monkeypatch.setattr(waiting_room, "BATCH_BYTES", 2 * SIZE)
    room = WaitingRoom(10, 10 * SIZE)
    callers = admitted(room, True, True, True, True, True, False, False)
    assert callers_of(room.next_batch()) == [callers[5]]
    assert (room.appends, room.size_bytes) == (2, 2 * SIZE)
    assert callers_of(room.next_batch()) == [callers[6]]
    assert not room
    admitted(room, True, True, True)
    assert room.next_batch() == []
    assert (bool(room), room.appends, room.size_bytes) == (False, 2, 2 * SIZE)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_the_room_is_bounded_in_bytes(beyond: int) -> None:
    room = WaitingRoom(10, 2 * SIZE + beyond)
    admitted(room, False)
    if beyond < 0:
        with pytest.raises(QueueFull) as refusal:
            admitted(room, False)
        assert (refusal.value.waiting_appends, refusal.value.waiting_bytes) == (1, SIZE)
    else:
        admitted(room, False)
        assert (room.appends, room.size_bytes) == (2, 2 * SIZE)


def test_the_room_is_bounded_in_number_until_some_are_answered() -> None:
    room = WaitingRoom(2, 10 * SIZE)
    admitted(room, False, False)
    with pytest.raises(QueueFull) as refusal:
        admitted(room, False)
    assert (refusal.value.waiting_appends, refusal.value.waiting_bytes) == (2, 2 * SIZE)
    room.release(room.next_batch())
    assert (room.appends, room.size_bytes) == (0, 0)
    admitted(room, False, False)


def test_an_empty_room_takes_what_is_larger_than_it() -> None:
    room = WaitingRoom(10, 1)
    admitted(room, False)
    assert (room.appends, room.size_bytes) == (1, SIZE)


def test_what_was_put_apart_comes_first_and_alone() -> None:
    room = WaitingRoom(10, 10 * SIZE)
    callers = admitted(room, False, False)
    room.put_apart(room.next_batch())
    callers += admitted(room, False, False)
    assert room
    assert [callers_of(room.next_batch()) for _ in range(3)] == [callers[:1], callers[1:2], callers[2:]]
    assert not room


def test_who_leaves_takes_all_in_order_and_what_is_counted_stays() -> None:
    room = WaitingRoom(10, 10 * SIZE)
    callers = admitted(room, False, False)
    room.put_apart(room.next_batch())
    callers += admitted(room, False)
    left = room.empty()
    assert callers_of(left) == callers
    assert (bool(room), room.next_batch(), room.appends) == (False, [], 3)
    room.release(left)
    assert (room.appends, room.size_bytes) == (0, 0)
    assert callers_of(room.next_batch()) == []
    (later,) = admitted(room, False)
    assert callers_of(room.next_batch()) == [later]
