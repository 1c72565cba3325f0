"""The log's time: the server's clock, held so that it never goes back."""

import time

from eventrail.log.errors import ClockAhead
from eventrail.log.line import format_time


def system_clock() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1_000


def refuse_clock_ahead(last_time: str, now: int, tolerance_seconds: int) -> None:
    """Raise `ClockAhead` where the log's last event is later than the clock by more than the tolerance.

    Going on would give every event that one time until the clock has caught up.
    """
    if last_time > format_time(now + tolerance_seconds * 1_000_000):
        raise ClockAhead(last_time, format_time(now))


def next_time(last_time: str, now: int) -> str:
    """The time of a line after `last_time`."""
    return max(last_time, format_time(now))
