"""Decisions about the public link: who comes in by it, and until when and how many its employer lets in."""

from datetime import datetime

from assessment.domain.commands import ChangePublicLink, JoinPublicLink
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer
from assessment.domain.invites import accepted_details, candidate_facts, future, has_expired, invite_created
from assessment.domain.owned import check_position, own_published
from assessment.domain.state import PublicLinkState, State
from contracts.events import PublicLinkChanged, PublicLinkJoined


def decide_link(command: ChangePublicLink | JoinPublicLink, state: State, sealer: Sealer) -> Decision:
    if isinstance(command, ChangePublicLink):
        return change_public_link(command, state)
    return join_public_link(command, state, sealer)


def change_public_link(command: ChangePublicLink, state: State) -> Decision:
    """Say anew who may come in; a cap below those who came in already is refused."""
    assessment = own_published(state, command.employer_id, command.assessment_id)
    link = _link(state, assessment.id)
    check_position("The public link", link.position, command.expected_position)
    assert assessment.slug is not None, "a published assessment has a slug"
    if command.max_joins is not None and command.max_joins < link.joined:
        detail = f"{link.joined} came in by the link already"
        raise Refused(Reason.CONFLICT, detail, at="$.max_joins", seen=str(command.max_joins))
    changed = PublicLinkChanged(
        assessment_id=assessment.id,
        employer_id=assessment.employer_id,
        enabled=command.enabled,
        max_joins=command.max_joins,
        expires_at=future(command.expires_at, command.now, "$.expires_at"),
        slug=assessment.slug,
        joined=link.joined,
        last_joined_at=link.last_joined_at,
        at=command.now,
        verify_email=command.verify_email,
    )
    return Events((changed,))


def join_public_link(command: JoinPublicLink, state: State, sealer: Sealer) -> Decision:
    """Give a newcomer a personal invite, and whoever proved that the address is theirs.

    Where the link asks everybody for a proof, that is said before it is known whether the address is. Whoever was ever
    invited here has an invite to go back to, and gets no other one by themselves.
    """
    assessment = own_published(state, command.employer_id, command.assessment_id)
    link = _link(state, assessment.id)
    _check_open(link, command.now)
    accepted_details(command.order, "$")
    if link.verify_email and not command.proved:
        raise Refused(Reason.CODE_REQUIRED, "The public link takes in proved addresses only")
    if command.order.candidate_id in (state.invited if command.proved else state.candidates):
        raise Refused(Reason.ADDRESS_KNOWN, "The address is known already", at="$.email")
    _check_room(link)
    facts = candidate_facts(command, command.order, state, sealer, "$")
    created = invite_created(command, command.order, "public", "$")
    joined = PublicLinkJoined(
        assessment_id=created.assessment_id,
        employer_id=created.employer_id,
        candidate_id=created.candidate_id,
        invite_id=created.invite_id,
        at=command.now,
    )
    return Events((*facts, created, joined))


def _check_open(link: PublicLinkState, now: datetime) -> None:
    if not link.enabled:
        raise Refused(Reason.LINK_CLOSED, "The public link is switched off")
    if has_expired(link.expires_at, now):
        raise Refused(Reason.LINK_CLOSED, "The time of the public link is over")


def _check_room(link: PublicLinkState) -> None:
    if link.max_joins is not None and link.joined >= link.max_joins:
        raise Refused(Reason.LINK_FULL, f"All {link.max_joins} places of the public link are taken")


def _link(state: State, assessment_id: str) -> PublicLinkState:
    link = state.public_links.get(assessment_id)
    assert link is not None, "an assessment has its public link from its publication on"
    return link
