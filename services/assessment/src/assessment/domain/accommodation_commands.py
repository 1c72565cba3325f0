"""The commands about accommodations, as values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class GrantAccommodation:
    """sitting_id: the one that the candidate has or will have; exactly one of the three terms is to be given."""

    employer_id: str
    assessment_id: str
    candidate_id: str
    sitting_id: str
    multiplier: Decimal | None
    minutes: int | None
    no_limit: bool
    reason: str
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class WithdrawAccommodation:
    employer_id: str
    assessment_id: str
    candidate_id: str
    sitting_id: str
    expected_position: int | None
    now: datetime
