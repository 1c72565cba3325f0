"""From a fact to row changes: pure, with no clock, no reads and no randomness.

The command that makes a fact, the projector that catches up and a rebuild that starts at the first event all go through
here, so that they can't come to different tables. Sealed values are copied, never opened. A row's `position` is not
among the changes: whoever applies them stamps the rows that `touched` names.
"""

from typing import assert_never

from assessment.domain.tags import touched
from assessment.projections import (
    project_accommodations,
    project_assessments,
    project_invites,
    project_keys,
    project_people,
    project_sittings,
)
from assessment.projections.changes import Change
from contracts.events import (
    AccommodationGranted,
    AccommodationWithdrawn,
    AnswerSaved,
    AssessmentClosed,
    AssessmentCreated,
    AssessmentDeleted,
    AssessmentEdited,
    AssessmentPublished,
    CandidateRegistered,
    CandidateUpdated,
    EmployerCreated,
    EmployerLimitChanged,
    Fact,
    InviteCreated,
    InviteResent,
    InviteRevoked,
    InviteVerified,
    KeyCreated,
    KeyRevoked,
    KeyRotated,
    PublicLinkChanged,
    PublicLinkJoined,
    QuestionsReplaced,
    ResultsListed,
    ResultsRead,
    SittingDeadlineMoved,
    SittingReviewed,
    SittingStarted,
    SittingSubmitted,
    SittingVoided,
)

__all__ = ["project", "touched"]


def project(fact: Fact) -> tuple[Change, ...]:  # noqa: C901, PLR0911, PLR0912 (one line for each kind of fact)
    """Give the row changes of one fact, in the order in which constraints allow them."""
    match fact:
        case AnswerSaved():  # first, since most facts are of this kind
            return project_sittings.answer_saved(fact)
        case EmployerCreated():
            return project_people.employer_created(fact)
        case EmployerLimitChanged():
            return project_people.employer_limit_changed(fact)
        case KeyCreated():
            return project_keys.created(fact)
        case KeyRotated():
            return project_keys.rotated(fact)
        case KeyRevoked():
            return project_keys.revoked(fact)
        case AssessmentCreated():
            return project_assessments.created(fact)
        case AssessmentEdited():
            return project_assessments.edited(fact)
        case AssessmentDeleted():
            return project_assessments.deleted(fact)
        case QuestionsReplaced():
            return project_assessments.questions_replaced(fact)
        case AssessmentPublished():
            return project_assessments.published(fact)
        case AssessmentClosed():
            return project_assessments.closed(fact)
        case CandidateRegistered():
            return project_people.candidate_registered(fact)
        case CandidateUpdated():
            return project_people.candidate_updated(fact)
        case InviteCreated() | InviteRevoked() | InviteResent() | InviteVerified():
            return project_invites.invite_changes(fact)
        case PublicLinkChanged() | PublicLinkJoined():
            return project_invites.invite_changes(fact)
        case SittingStarted():
            return project_sittings.started(fact)
        case SittingSubmitted():
            return project_sittings.submitted(fact)
        case SittingReviewed():
            return project_sittings.reviewed(fact)
        case SittingVoided():
            return project_sittings.voided(fact)
        case ResultsRead() | ResultsListed():
            return ()
        case SittingDeadlineMoved() | AccommodationGranted() | AccommodationWithdrawn():
            return project_accommodations.accommodation_changes(fact)
        case _:
            assert_never(fact)
