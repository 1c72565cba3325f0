"""Decisions about invitations: who is asked to take what, by a link that can be revoked and sent again."""

from datetime import datetime
from typing import Literal

from msgspec import UnsetType

from assessment.domain.address import normalized_address
from assessment.domain.commands import (
    InviteFromFile,
    InviteOrder,
    IssueInvites,
    JoinPublicLink,
    ResendInvite,
    RevokeInvite,
)
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer, Unchanged
from assessment.domain.owned import own_invite, own_published
from assessment.domain.sealing import details_context, plain_details
from assessment.domain.state import InviteState, State
from assessment.domain.text import accepted_line, shown
from contracts.assessment.limits import MAX_EMAIL_CHARACTERS, MAX_NAME_CHARACTERS
from contracts.events import CandidateRegistered, CandidateUpdated, Fact, InviteCreated, InviteResent, InviteRevoked
from contracts.events.candidates import CandidateDetails

Source = Literal["personal", "public"]
Inviting = IssueInvites | InviteFromFile | JoinPublicLink


def has_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether an invite's time is over: `expires_at` is the first moment at which it no longer counts."""
    return expires_at is not None and now >= expires_at


def issue_invites(command: IssueInvites, state: State, sealer: Sealer) -> Decision:
    """Invite each candidate once; whoever is new is registered, whoever's name or address changed is updated."""
    own_published(state, command.employer_id, command.assessment_id)
    facts: list[Fact] = []
    seen: set[str] = set()
    for place, order in enumerate(command.orders):
        at = f"$.invites[{place}]"
        if order.candidate_id in seen:
            detail = "The address is invited twice in one request"
            raise Refused(Reason.MALFORMED, detail, at=f"{at}.email", seen=shown(order.email))
        seen.add(order.candidate_id)
        facts += candidate_facts(command, order, state, sealer, at)
        facts.append(invite_created(command, order, "personal", at))
    return Events(tuple(facts))


def invite_from_file(command: InviteFromFile, state: State, sealer: Sealer) -> Decision:
    """Invite whom no invite leads to the assessment yet; nobody at all, where all are asked for and one can't be."""
    own_published(state, command.employer_id, command.assessment_id)
    ready = [
        (place, order)
        for place, order in enumerate(command.orders)
        if order.candidate_id not in state.invited and not has_expired(order.expires_at, command.now)
    ]
    if command.mode == "all" and len(ready) < len(command.orders):
        raise Refused(Reason.ROWS_REFUSED, "Not every row can be invited", at="mode", seen=command.mode)
    facts: list[Fact] = []
    for place, order in ready:
        facts += candidate_facts(command, order, state, sealer, f"$.invites[{place}]")
        facts.append(invite_created(command, order, "personal", f"$.invites[{place}]"))
    return Events(tuple(facts)) if facts else Unchanged(())


def decide_invite(command: RevokeInvite | ResendInvite, state: State) -> Decision:
    return revoke_invite(command, state) if isinstance(command, RevokeInvite) else resend_invite(command, state)


def revoke_invite(command: RevokeInvite, state: State) -> Decision:
    """Take the link back; again changes nothing."""
    invite = own_invite(state, command.employer_id, command.assessment_id, command.invite_id)
    is_revoked = invite.status == "revoked"
    revoked = InviteRevoked(
        invite_id=invite.id,
        assessment_id=invite.assessment_id,
        employer_id=invite.employer_id,
        candidate_id=invite.candidate_id,
        source=invite.source,
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        at=invite.revoked_at if is_revoked and invite.revoked_at is not None else command.now,
    )
    return Unchanged((revoked,)) if is_revoked else Events((revoked,))


def resend_invite(command: ResendInvite, state: State) -> Decision:
    """Rotate the token of a link that can still be used, or can again: the one before it is no longer valid."""
    invite = own_invite(state, command.employer_id, command.assessment_id, command.invite_id)
    expires_at = _resendable_until(command, invite)
    own_published(state, command.employer_id, command.assessment_id)
    generation = invite.generation + 1
    resent = InviteResent(
        invite_id=invite.id,
        assessment_id=invite.assessment_id,
        employer_id=invite.employer_id,
        candidate_id=invite.candidate_id,
        token_sha256=command.token_digests[generation],
        expires_at=expires_at,
        generation=generation,
        at=command.now,
        mail=command.mail,
    )
    return Events((resent,))


def _resendable_until(command: ResendInvite, invite: InviteState) -> datetime | None:
    """Give the end of what is sent again; one that has come already is refused."""
    if invite.status == "revoked":
        raise Refused(Reason.INVITE_REVOKED, "The invite was revoked; issue another")
    if not isinstance(command.expires_at, UnsetType):
        return future(command.expires_at, command.now, "$.expires_at")
    if has_expired(invite.expires_at, command.now):
        raise Refused(Reason.CONFLICT, "The invite has expired; give it another time, or issue another")
    return invite.expires_at


def candidate_facts(command: Inviting, order: InviteOrder, state: State, sealer: Sealer, at: str) -> list[Fact]:
    """Register or update the candidate of an order, as far as there is anything to record."""
    details = accepted_details(order, at)
    known = state.candidates.get(order.candidate_id)
    if known is not None and (known.name, known.email) == (details.name, details.email):
        return []
    kind = CandidateRegistered if known is None else CandidateUpdated
    context = details_context(order.candidate_id)
    fact = kind(
        candidate_id=order.candidate_id,
        employer_id=command.employer_id,
        sealed_details=sealer.seal_for_candidate(order.candidate_id, context, plain_details(details)),
        at=command.now,
    )
    return [fact]


def accepted_details(order: InviteOrder, at: str) -> CandidateDetails:
    """Give the name and the address as they are recorded. Raises Refused."""
    normalized_address(order.email, f"{at}.email")
    return CandidateDetails(
        name=accepted_line(order.name, f"{at}.name", max_characters=MAX_NAME_CHARACTERS),
        email=accepted_line(order.email, f"{at}.email", max_characters=MAX_EMAIL_CHARACTERS),
    )


def invite_created(command: Inviting, order: InviteOrder, source: Source, at: str) -> InviteCreated:
    return InviteCreated(
        invite_id=order.invite_id,
        assessment_id=command.assessment_id,
        employer_id=command.employer_id,
        candidate_id=order.candidate_id,
        token_sha256=order.token_sha256,
        expires_at=future(order.expires_at, command.now, f"{at}.expires_at"),
        source=source,
        at=command.now,
        mail=order.mail,
        verify_email=order.verify_email,
    )


def future(expires_at: datetime | None, now: datetime, at: str) -> datetime | None:
    if has_expired(expires_at, now):
        raise Refused(Reason.MALFORMED, "The time is not in the future", at=at, seen=shown(expires_at))
    return expires_at
