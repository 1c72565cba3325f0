"""What facts about employers and candidates change."""

from assessment.projections.changes import Change, Insert, Update
from assessment.projections.project_keys import first_key
from contracts.events import (
    CandidateRegistered,
    CandidateUpdated,
    EmployerCreated,
    EmployerLimitChanged,
)


def employer_created(fact: EmployerCreated) -> tuple[Change, ...]:
    row = {
        "id": fact.employer_id,
        "name": fact.name,
        "active_limit": fact.active_limit,
        "active_count": 0,
        "owner_keys": 1,
        "created_at": fact.at,
    }
    return Insert("employers", row), first_key(fact)


def employer_limit_changed(fact: EmployerLimitChanged) -> tuple[Change, ...]:
    return (Update("employers", {"id": fact.employer_id}, {"active_limit": fact.active_limit}),)


def candidate_registered(fact: CandidateRegistered) -> tuple[Change, ...]:
    row = {
        "id": fact.candidate_id,
        "employer_id": fact.employer_id,
        "sealed_details": fact.sealed_details,
        "created_at": fact.at,
    }
    return (Insert("candidates", row),)


def candidate_updated(fact: CandidateUpdated) -> tuple[Change, ...]:
    return (Update("candidates", {"id": fact.candidate_id}, {"sealed_details": fact.sealed_details}),)
