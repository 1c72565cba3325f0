"""Facts about accommodations: more time for one candidate in one assessment. Why is sealed for the candidate."""

from contracts.sealed import Sealed
from contracts.wire import Instant, Message


class AccommodationGranted(Message, frozen=True):
    """One of multiplier, minutes and no_limit is given; sitting_id: the one that the candidate has or will have.

    extra_seconds: what it adds to the time limit, null for no limit; deadline_at: of an attempt in progress
    """

    sitting_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    multiplier: str | None
    minutes: int | None
    no_limit: bool
    extra_seconds: int | None
    sealed_reason: Sealed
    deadline_at: Instant | None
    at: Instant


class AccommodationWithdrawn(Message, frozen=True):
    """The time limit is the assessment's again."""

    sitting_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    deadline_at: Instant | None
    at: Instant


class SittingDeadlineMoved(Message, frozen=True):
    """Of an attempt in progress, by an accommodation in the same append; null where no time runs any more."""

    sitting_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    attempt: int
    previous_deadline_at: Instant | None
    deadline_at: Instant | None
    grace_seconds: int
    at: Instant
