"""Decisions about proof of an address: a link that needs it opens nothing before, and asks again once it is rotated."""

from assessment.domain.commands import VerifyInvite
from assessment.domain.decision import Decision, Events, Reason, Refused, Unchanged
from assessment.domain.owned import own_invite
from assessment.domain.state import InviteState, State
from contracts.events import InviteVerified


def verify_invite(command: VerifyInvite, state: State) -> Decision:
    """Record that the holder of the token that is valid now has read the candidate's mail; again changes nothing."""
    invite = own_invite(state, command.employer_id, command.assessment_id, command.invite_id)
    if invite.status == "revoked" or invite.generation != command.generation:
        raise Refused(Reason.INVITE_INVALID, "The invite is not valid")
    standing = state.verifications.get(invite.id)
    is_proved = standing is not None and standing.generation == invite.generation
    verified = InviteVerified(
        invite_id=invite.id,
        assessment_id=invite.assessment_id,
        employer_id=invite.employer_id,
        candidate_id=invite.candidate_id,
        generation=invite.generation,
        at=standing.verified_at if is_proved and standing is not None else command.now,
    )
    return Unchanged((verified,)) if is_proved else Events((verified,))


def check_proved(state: State, invite: InviteState) -> None:
    """Refuse whoever holds a link that still needs a code."""
    standing = state.verifications.get(invite.id)
    if invite.verify_email and (standing is None or standing.generation != invite.generation):
        raise Refused(Reason.CODE_REQUIRED, "Ask for a code, and enter it, before anything else")
