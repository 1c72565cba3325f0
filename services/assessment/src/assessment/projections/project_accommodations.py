"""What facts about accommodations change: what a candidate is granted, and the deadline of an attempt in progress."""

from decimal import Decimal
from typing import assert_never

from assessment.domain.closing import closing
from assessment.projections.changes import Change, Update, Upsert
from contracts.events import AccommodationGranted, AccommodationWithdrawn, SittingDeadlineMoved

AccommodationFact = AccommodationGranted | AccommodationWithdrawn | SittingDeadlineMoved


def accommodation_changes(fact: AccommodationFact) -> tuple[Change, ...]:
    """Give the row changes of one fact."""
    match fact:
        case AccommodationGranted():
            return _granted(fact)
        case AccommodationWithdrawn():
            return _withdrawn(fact)
        case SittingDeadlineMoved():
            return _deadline_moved(fact)
        case _:
            assert_never(fact)


def _granted(fact: AccommodationGranted) -> tuple[Change, ...]:
    row = {
        "id": fact.sitting_id,
        "employer_id": fact.employer_id,
        "assessment_id": fact.assessment_id,
        "candidate_id": fact.candidate_id,
        "multiplier": None if fact.multiplier is None else Decimal(fact.multiplier),
        "minutes": fact.minutes,
        "no_limit": fact.no_limit,
        "extra_seconds": fact.extra_seconds,
        "sealed_reason": fact.sealed_reason,
        "granted_at": fact.at,
        "withdrawn_at": None,
    }
    return (Upsert("accommodations", row),)


def _withdrawn(fact: AccommodationWithdrawn) -> tuple[Change, ...]:
    return (Update("accommodations", {"id": fact.sitting_id}, {"withdrawn_at": fact.at}),)


def _deadline_moved(fact: SittingDeadlineMoved) -> tuple[Change, ...]:
    moved = {"deadline_at": fact.deadline_at, "closes_at": closing(fact.deadline_at, fact.grace_seconds)}
    return (Update("sittings", {"id": fact.sitting_id}, moved),)
