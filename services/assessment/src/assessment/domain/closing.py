"""When a sitting's time is up: at its deadline and the grace after it."""

from datetime import datetime, timedelta


def closing(deadline_at: datetime | None, grace_seconds: int) -> datetime | None:
    """Give the last moment at which a submission is taken; null where no time is running."""
    return None if deadline_at is None else deadline_at + timedelta(seconds=grace_seconds)
