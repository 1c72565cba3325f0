"""Which boundaries each command decides on: whose rows it locks, and what it only relies on."""

from typing import assert_never

from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.boundaries import (
    ACCOMMODATION,
    ASSESSMENT,
    CANDIDATE,
    INVITE,
    PUBLIC_LINK,
    QUOTA,
    SITTING,
    VERIFICATION,
    BoundaryRef,
    Reach,
)
from assessment.domain.commands import (
    ChangeEmployerLimit,
    ChangePublicLink,
    Close,
    Command,
    CreateDraft,
    CreateEmployer,
    CreateKey,
    DeleteDraft,
    Duplicate,
    EditDraft,
    InviteFromFile,
    InviteOrder,
    IssueInvites,
    JoinPublicLink,
    Publish,
    ResendInvite,
    ReviewSubmission,
    RevokeInvite,
    RevokeKey,
    RotateKey,
    SaveGivenAnswer,
    Seat,
    SetQuestions,
    StartSitting,
    SubmitSitting,
    VerifyInvite,
    VoidSubmission,
)


def reach(command: Command) -> Reach:  # noqa: C901, PLR0911, PLR0912 (one case for each kind of command)
    """Give the boundaries of a command, before any row is read."""
    match command:
        case CreateEmployer() | ChangeEmployerLimit() | CreateKey() | RotateKey() | RevokeKey():
            return _locking(command.employer_id, BoundaryRef(QUOTA, command.employer_id))
        case CreateDraft() | EditDraft() | DeleteDraft() | SetQuestions():
            return _locking(command.employer_id, BoundaryRef(ASSESSMENT, command.assessment_id))
        case Publish() | Close():
            quota = BoundaryRef(QUOTA, command.employer_id)
            return _locking(command.employer_id, quota, BoundaryRef(ASSESSMENT, command.assessment_id))
        case Duplicate():
            relied = (BoundaryRef(ASSESSMENT, command.source_id),)
            return _locking(command.employer_id, BoundaryRef(ASSESSMENT, command.assessment_id), relied=relied)
        case IssueInvites() | InviteFromFile():
            return _inviting(command.employer_id, command.assessment_id, command.orders)
        case JoinPublicLink():
            link = BoundaryRef(PUBLIC_LINK, command.assessment_id)
            return _inviting(command.employer_id, command.assessment_id, (command.order,), link)
        case ChangePublicLink():
            relied = (BoundaryRef(ASSESSMENT, command.assessment_id),)
            return _locking(command.employer_id, BoundaryRef(PUBLIC_LINK, command.assessment_id), relied=relied)
        case RevokeInvite():
            return _locking(command.employer_id, BoundaryRef(INVITE, command.invite_id))
        case ResendInvite():
            relied = (BoundaryRef(ASSESSMENT, command.assessment_id),)
            return _locking(command.employer_id, BoundaryRef(INVITE, command.invite_id), relied=relied)
        case VerifyInvite():
            relied = (BoundaryRef(INVITE, command.invite_id),)
            return _locking(command.employer_id, BoundaryRef(VERIFICATION, command.invite_id), relied=relied)
        case StartSitting() | SaveGivenAnswer() | SubmitSitting():
            return _sitting(command.seat)
        case ReviewSubmission() | VoidSubmission():
            return _locking(command.employer_id, BoundaryRef(SITTING, command.sitting_id))
        case GrantAccommodation() | WithdrawAccommodation():
            return _accommodating(command)
        case _:
            assert_never(command)


def _locking(employer_id: str, *locked: BoundaryRef, relied: tuple[BoundaryRef, ...] = ()) -> Reach:
    return Reach(employer_id, tuple(sorted(set(locked))), relied)


def _inviting(employer_id: str, assessment_id: str, orders: tuple[InviteOrder, ...], *further: BoundaryRef) -> Reach:
    candidates = [BoundaryRef(CANDIDATE, order.candidate_id) for order in orders]
    invites = [BoundaryRef(INVITE, order.invite_id) for order in orders]
    relied = (BoundaryRef(ASSESSMENT, assessment_id),)
    return _locking(employer_id, *candidates, *invites, *further, relied=relied)


def _sitting(seat: Seat) -> Reach:
    """What is granted is relied on too, and what was proved: a start that did not see it is no start."""
    relied = (
        BoundaryRef(ASSESSMENT, seat.assessment_id),
        BoundaryRef(INVITE, seat.invite_id),
        BoundaryRef(ACCOMMODATION, seat.sitting_id),
        BoundaryRef(VERIFICATION, seat.invite_id),
    )
    return _locking(seat.employer_id, BoundaryRef(SITTING, seat.sitting_id), relied=relied)


def _accommodating(command: GrantAccommodation | WithdrawAccommodation) -> Reach:
    """Lock both rows, of which neither may exist yet: the attempt's time moves with what is granted."""
    sitting = BoundaryRef(SITTING, command.sitting_id)
    accommodation = BoundaryRef(ACCOMMODATION, command.sitting_id)
    relied = (BoundaryRef(ASSESSMENT, command.assessment_id), BoundaryRef(CANDIDATE, command.candidate_id))
    return _locking(command.employer_id, sitting, accommodation, relied=relied)
