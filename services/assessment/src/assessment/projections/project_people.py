"""What facts about employers, candidates and invitations change."""

from assessment.projections.changes import Change, Insert, Update
from assessment.projections.project_keys import first_key
from contracts.events import (
    CandidateRegistered,
    CandidateUpdated,
    EmployerCreated,
    EmployerLimitChanged,
    InviteCreated,
    InviteResent,
    InviteRevoked,
)

FIRST_GENERATION = 1
"""Of an invite's tokens; each time it is sent again makes the next."""


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


def invite_created(fact: InviteCreated) -> tuple[Change, ...]:
    row = {
        "id": fact.invite_id,
        "employer_id": fact.employer_id,
        "assessment_id": fact.assessment_id,
        "candidate_id": fact.candidate_id,
        "token_sha256": fact.token_sha256,
        "status": "open",
        "source": fact.source,
        "generation": FIRST_GENERATION,
        "created_at": fact.at,
        "expires_at": fact.expires_at,
        "revoked_at": None,
    }
    return (Insert("invites", row),)


def invite_revoked(fact: InviteRevoked) -> tuple[Change, ...]:
    return (Update("invites", {"id": fact.invite_id}, {"status": "revoked", "revoked_at": fact.at}),)


def invite_resent(fact: InviteResent) -> tuple[Change, ...]:
    changed = {
        "token_sha256": fact.token_sha256,
        "generation": fact.generation,
        "expires_at": fact.expires_at,
    }
    return (Update("invites", {"id": fact.invite_id}, changed),)
