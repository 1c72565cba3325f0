"""What an accommodation adds to a time limit, and to the end of an invite that has not been used yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final

from assessment.domain.state import AccommodationState


@dataclass(frozen=True, slots=True)
class ExtraTime:
    """seconds: null for no limit at all."""

    seconds: int | None

    def limit_seconds(self, limit_seconds: int | None) -> int | None:
        """Give the time limit with it; null where no time runs."""
        return None if limit_seconds is None or self.seconds is None else limit_seconds + self.seconds

    def expires_at(self, expires_at: datetime | None) -> datetime | None:
        """Give the end of the time to start in, pushed by as much; null where there is none."""
        return None if expires_at is None or self.seconds is None else expires_at + timedelta(seconds=self.seconds)


NO_EXTRA_TIME: Final = ExtraTime(0)


def extra_time(accommodation: AccommodationState | None) -> ExtraTime:
    """Give what is granted now."""
    if accommodation is None or accommodation.withdrawn_at is not None:
        return NO_EXTRA_TIME
    return ExtraTime(accommodation.extra_seconds)


def granted_time(limit_seconds: int | None, multiplier: Decimal | None, minutes: int | None) -> ExtraTime:
    """Give what the terms add to a limit, in whole seconds rounded up; no limit is nothing to multiply."""
    if minutes is not None:
        return ExtraTime(60 * minutes)
    if multiplier is None:
        return ExtraTime(None)
    return ExtraTime(int(((multiplier - 1) * (limit_seconds or 0)).to_integral_value(ROUND_CEILING)))
