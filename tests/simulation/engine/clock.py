"""The time of a simulated machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.kit.logs import NOON

JUMP_MICROSECONDS: Final = 2 * 3_600 * 1_000_000
"""Further ahead than the engine tolerates."""


class SimulatedClock:
    """A clock that mostly goes on and now and then back, and a time beside it that nobody sets."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._now = NOON
        self._steady_seconds = 0.0

    def now(self) -> int:
        """Microseconds since 1970."""
        self._now += self._chance.choice((1, 1_000, 1_000_000, -500_000))
        self._steady_seconds += 0.1
        return self._now

    def steady(self) -> float:
        return self._steady_seconds

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Set by somebody, who notices and sets it back."""
        self._now += JUMP_MICROSECONDS
        try:
            yield
        finally:
            self._now -= JUMP_MICROSECONDS
