"""What facts about invitations, their proofs and public links change."""

from typing import assert_never

from assessment.projections.changes import Change, Insert, Update, Upsert
from contracts.events import (
    InviteCreated,
    InviteResent,
    InviteRevoked,
    InviteVerified,
    PublicLinkChanged,
    PublicLinkJoined,
)

FIRST_GENERATION = 1
"""Of an invite's tokens; each time it is sent again makes the next."""

InviteFact = InviteCreated | InviteRevoked | InviteResent | InviteVerified | PublicLinkChanged | PublicLinkJoined


def invite_changes(fact: InviteFact) -> tuple[Change, ...]:
    """Give the row changes of one fact."""
    match fact:
        case InviteCreated():
            return _created(fact)
        case InviteRevoked():
            return _revoked(fact)
        case InviteResent():
            return _resent(fact)
        case InviteVerified():
            return _verified(fact)
        case PublicLinkChanged():
            return _link_changed(fact)
        case PublicLinkJoined():
            return _link_joined(fact)
        case _:
            assert_never(fact)


def _created(fact: InviteCreated) -> tuple[Change, ...]:
    row = {
        "id": fact.invite_id,
        "employer_id": fact.employer_id,
        "assessment_id": fact.assessment_id,
        "candidate_id": fact.candidate_id,
        "token_sha256": fact.token_sha256,
        "status": "open",
        "source": fact.source,
        "generation": FIRST_GENERATION,
        "verify_email": fact.verify_email,
        "created_at": fact.at,
        "expires_at": fact.expires_at,
        "revoked_at": None,
    }
    joins = (Update("public_links", {"id": fact.assessment_id}, add={"joined": 1}),) if fact.source == "public" else ()
    return (Insert("invites", row), *joins)


def _revoked(fact: InviteRevoked) -> tuple[Change, ...]:
    return (Update("invites", {"id": fact.invite_id}, {"status": "revoked", "revoked_at": fact.at}),)


def _resent(fact: InviteResent) -> tuple[Change, ...]:
    changed = {
        "token_sha256": fact.token_sha256,
        "generation": fact.generation,
        "expires_at": fact.expires_at,
    }
    return (Update("invites", {"id": fact.invite_id}, changed),)


def _verified(fact: InviteVerified) -> tuple[Change, ...]:
    row = {
        "id": fact.invite_id,
        "employer_id": fact.employer_id,
        "generation": fact.generation,
        "verified_at": fact.at,
    }
    return (Upsert("verifications", row),)


def _link_changed(fact: PublicLinkChanged) -> tuple[Change, ...]:
    changed = {
        "enabled": fact.enabled,
        "max_joins": fact.max_joins,
        "expires_at": fact.expires_at,
        "verify_email": fact.verify_email,
    }
    return (Update("public_links", {"id": fact.assessment_id}, changed),)


def _link_joined(fact: PublicLinkJoined) -> tuple[Change, ...]:
    """Who joined is counted by their invite, since older links took people in without this fact."""
    return (Update("public_links", {"id": fact.assessment_id}, {"last_joined_at": fact.at}),)
