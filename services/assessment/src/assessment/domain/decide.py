"""The one door to all decisions: a command and the rows of its reach in, facts or a refusal out; nothing else is read.

Nothing here knows a clock, a database or a key: ids, times, digests and the sealer are given, so that the same command
on the same rows is decided alike wherever and whenever it runs.
"""

from typing import assert_never

from assessment.domain import (
    accommodations,
    api_keys,
    drafts,
    employers,
    invites,
    public_links,
    publishing,
    reviews,
    sittings,
    submissions,
    verifications,
)
from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
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
    IssueInvites,
    JoinPublicLink,
    Publish,
    ResendInvite,
    ReviewSubmission,
    RevokeInvite,
    RevokeKey,
    RotateKey,
    SaveGivenAnswer,
    SetQuestions,
    StartSitting,
    SubmitSitting,
    VerifyInvite,
    VoidSubmission,
)
from assessment.domain.decision import Decision, Refused, Sealer
from assessment.domain.state import State


def decide(command: Command, state: State, sealer: Sealer) -> Decision:
    """Decide a command on the rows of `reach(command)`."""
    try:
        return _decided(command, state, sealer)
    except Refused as refused:
        return refused.refusal


def _decided(command: Command, state: State, sealer: Sealer) -> Decision:  # noqa: C901, PLR0911, PLR0912 (one line for each command)
    match command:
        case CreateEmployer():
            return employers.create_employer(command, state)
        case ChangeEmployerLimit():
            return employers.change_limit(command, state)
        case CreateKey():
            return api_keys.create_key(command, state)
        case RotateKey():
            return api_keys.rotate_key(command, state)
        case RevokeKey():
            return api_keys.revoke_key(command, state)
        case CreateDraft():
            return drafts.create_draft(command)
        case EditDraft():
            return drafts.edit_draft(command, state)
        case DeleteDraft():
            return drafts.delete_draft(command, state)
        case SetQuestions():
            return drafts.set_questions(command, state, sealer)
        case Duplicate():
            return drafts.duplicate(command, state, sealer)
        case Publish():
            return publishing.publish(command, state)
        case Close():
            return publishing.close(command, state)
        case IssueInvites():
            return invites.issue_invites(command, state, sealer)
        case InviteFromFile():
            return invites.invite_from_file(command, state, sealer)
        case ChangePublicLink() | JoinPublicLink():
            return public_links.decide_link(command, state, sealer)
        case RevokeInvite() | ResendInvite():
            return invites.decide_invite(command, state)
        case VerifyInvite():
            return verifications.verify_invite(command, state)
        case StartSitting():
            return sittings.start_sitting(command, state)
        case SaveGivenAnswer():
            return sittings.save_answer(command, state, sealer)
        case SubmitSitting():
            return submissions.submit_sitting(command, state, sealer)
        case ReviewSubmission():
            return reviews.review_submission(command, state, sealer)
        case VoidSubmission():
            return submissions.void_submission(command, state)
        case GrantAccommodation() | WithdrawAccommodation():
            return accommodations.accommodate(command, state, sealer)
        case _:
            assert_never(command)
