import pytest

from assessment.http.seat_memory import SeatMemory
from tests.unit.domain.given import seat


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_the_seat_that_was_asked_for_longest_ago_is_forgotten_first(limit: int) -> None:
    memory = SeatMemory(limit)
    for number in range(limit):
        memory.remember(str(number), seat(f"{number}@example.org"))
    assert memory.recall("0") == seat("0@example.org")
    memory.remember("more", seat("more@example.org"))
    assert len(memory) == limit
    kept = [number for number in range(limit) if memory.recall(str(number)) is not None]
    assert kept == ([0, *range(2, limit)] if limit > 1 else [])


def test_what_is_forgotten_is_not_recalled() -> None:
    memory = SeatMemory()
    memory.remember("a", seat())
    memory.forget("a")
    memory.forget("b")
    assert (memory.recall("a"), memory.recall("b")) == (None, None)
