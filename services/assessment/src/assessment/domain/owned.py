"""The employer's own objects among the rows: somebody else's answers exactly as a missing one."""

from assessment.domain.decision import Reason, Refused
from assessment.domain.state import AssessmentState, EmployerState, InviteState, SittingState, State

NOTHING_FOUND = "There is no such resource"


def not_found() -> Refused:
    return Refused(Reason.NOT_FOUND, NOTHING_FOUND)


def own_employer(state: State, employer_id: str, expected_position: int | None = None) -> EmployerState:
    employer = state.employers.get(employer_id)
    if employer is None:
        raise not_found()
    check_position("The employer", employer.position, expected_position)
    return employer


def own_assessment(
    state: State, employer_id: str, assessment_id: str, expected_position: int | None = None
) -> AssessmentState:
    """Find the assessment at the position that the client saw, where it named one."""
    assessment = state.assessments.get(assessment_id)
    if assessment is None or assessment.employer_id != employer_id:
        raise not_found()
    check_position("The assessment", assessment.position, expected_position)
    return assessment


def own_draft(state: State, employer_id: str, assessment_id: str, expected_position: int | None) -> AssessmentState:
    assessment = own_assessment(state, employer_id, assessment_id, expected_position)
    if assessment.status != "draft":
        raise Refused(Reason.NOT_A_DRAFT, f"The assessment is {assessment.status}")
    return assessment


def own_published(
    state: State, employer_id: str, assessment_id: str, expected_position: int | None = None
) -> AssessmentState:
    assessment = own_assessment(state, employer_id, assessment_id, expected_position)
    if assessment.status != "published":
        raise Refused(Reason.NOT_PUBLISHED, f"The assessment is {_said(assessment)}")
    return assessment


def own_invite(state: State, employer_id: str, assessment_id: str, invite_id: str) -> InviteState:
    invite = state.invites.get(invite_id)
    if invite is None or invite.employer_id != employer_id or invite.assessment_id != assessment_id:
        raise not_found()
    return invite


def own_sitting(state: State, employer_id: str, sitting_id: str, expected_position: int | None = None) -> SittingState:
    sitting = state.sittings.get(sitting_id)
    if sitting is None or sitting.employer_id != employer_id:
        raise not_found()
    check_position("The submission", sitting.position, expected_position)
    return sitting


def own_submission(
    state: State, employer_id: str, sitting_id: str, submission_id: str, expected_position: int | None = None
) -> SittingState:
    """Find the sitting whose submission counts; every attempt before the latest was voided already."""
    sitting = own_sitting(state, employer_id, sitting_id, expected_position)
    if sitting.submission_id != submission_id and sitting.attempt == 1:
        raise not_found()
    if sitting.submission_id != submission_id or sitting.state == "voided":
        raise Refused(Reason.ALREADY_VOIDED, "The submission is void already")
    return sitting


def check_position(name: str, position: int, expected_position: int | None) -> None:
    if expected_position is not None and expected_position != position:
        detail = f"{name} stands at position {position}"
        raise Refused(Reason.PRECONDITION_FAILED, detail, seen=str(expected_position))


def _said(assessment: AssessmentState) -> str:
    return "still a draft" if assessment.status == "draft" else assessment.status
