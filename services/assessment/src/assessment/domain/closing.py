"""When a sitting's time is up: at its deadline and the grace after it."""

from datetime import datetime, timedelta


def deadline(started_at: datetime, limit_seconds: int | None) -> datetime | None:
    """Give the last moment at which an answer is saved; null where no time is running."""
    return None if limit_seconds is None else started_at + timedelta(seconds=limit_seconds)


def closing(deadline_at: datetime | None, grace_seconds: int) -> datetime | None:
    """Give the last moment at which a submission is taken; null where no time is running."""
    return None if deadline_at is None else deadline_at + timedelta(seconds=grace_seconds)
