"""The log's time: the server's clock, held so that it never goes back."""

import time

from eventrail.log.errors import ClockAhead, ClockJumped
from eventrail.log.line import format_time


def system_clock() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1_000


def boot_seconds() -> float:
    """Seconds since the machine was started, sleep included: a time that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockGuard:
    """Holds the clock against the steady time; one that goes back, and later comes back, has not jumped ahead."""

    def __init__(self, now: int, steady_seconds: float, tolerance_seconds: int) -> None:
        self._lead_seconds = now / 1_000_000 - steady_seconds
        self._tolerance_seconds = tolerance_seconds

    def jump(self, now: int, steady_seconds: float) -> ClockJumped | None:
        """What is wrong with a clock that is ahead by more than the tolerance; None where it is not."""
        ahead_seconds = now / 1_000_000 - steady_seconds - self._lead_seconds
        return ClockJumped(ahead_seconds) if ahead_seconds > self._tolerance_seconds else None

    def accept(self, now: int, steady_seconds: float) -> None:
        """Raise `ClockJumped`, or go on from here: small corrections do not add up to a jump."""
        if (jumped := self.jump(now, steady_seconds)) is not None:
            raise jumped
        self._lead_seconds = max(self._lead_seconds, now / 1_000_000 - steady_seconds)


def refuse_clock_ahead(last_time: str, now: int, tolerance_seconds: int) -> None:
    """Raise `ClockAhead` where the log's last event is later than the clock by more than the tolerance.

    Going on would give every event that one time until the clock has caught up.
    """
    if last_time > format_time(now + tolerance_seconds * 1_000_000):
        raise ClockAhead(last_time, format_time(now))


def next_time(last_time: str, now: int) -> str:
    """The time of a line after `last_time`."""
    return max(last_time, format_time(now))
