"""Decisions about what counts: the one submission of an attempt, scored as it comes in, and its void."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from assessment.domain.answers import fitting, question_named
from assessment.domain.closing import closing
from assessment.domain.commands import SubmitSitting, VoidSubmission
from assessment.domain.content import check_fits, check_records_fit
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer
from assessment.domain.owned import own_submission
from assessment.domain.scoring import Scored, score
from assessment.domain.sealing import plain_records, records_context
from assessment.domain.seating import Seated, asked, attempt_for_answers, open_attempt, seated, seated_once
from assessment.domain.state import SittingState, State
from assessment.domain.text import accepted_required
from contracts.assessment.limits import MAX_REASON_CHARACTERS
from contracts.assessment.take import GivenAnswer
from contracts.events import SittingStarted, SittingSubmitted, SittingVoided
from contracts.questions import Question

ANSWERS = "$.answers"


def submit_sitting(command: SubmitSitting, state: State, sealer: Sealer) -> Decision:
    """Score and seal what was given, the rest as it was saved, against the version that the attempt began with."""
    is_swept = command.cause == "sweeper"
    place = seated_once(state, command.seat) if is_swept else seated(state, command.seat, command.now)
    sitting, start = _attempt(command, place)
    questions, keys = asked(place, sitting)
    saved = {id_: saved.answer for id_, saved in sitting.saved.items()}
    answers = saved | fitting_answers(questions, command.answers or {})
    scored = score(questions, keys, answers, place.assessment.settings.passing_percent)
    check_records_fit(scored.records, ANSWERS)
    submitted = _submitted(command, place, sitting, scored, sealer)
    check_fits(submitted, ANSWERS)
    return Events((*start, submitted))


def void_submission(command: VoidSubmission, state: State) -> Decision:
    """Take a submission out of the count, with a reason."""
    sitting = own_submission(
        state, command.employer_id, command.sitting_id, command.submission_id, command.expected_position
    )
    voided = SittingVoided(
        sitting_id=sitting.id,
        submission_id=command.submission_id,
        assessment_id=sitting.assessment_id,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        attempt=sitting.attempt,
        reason=accepted_required(command.reason, "$.reason", max_characters=MAX_REASON_CHARACTERS),
        at=command.now,
    )
    return Events((voided,))


def closes_at(sitting: SittingState) -> datetime | None:
    """Give the last moment at which a candidate's submission is taken: the deadline with its grace."""
    return closing(sitting.deadline_at, sitting.grace_seconds)


def _attempt(command: SubmitSitting, place: Seated) -> tuple[SittingState, tuple[SittingStarted, ...]]:
    """Give the attempt to submit: a candidate's in time, the sweeper's once that time is over."""
    if command.cause == "sweeper":
        return _overdue(place, command.now), ()
    sitting, start = attempt_for_answers(place, command.seat, command.seed, command.now)
    last = closes_at(sitting)
    if last is not None and command.now > last:
        raise Refused(Reason.DEADLINE_PASSED, "The submission was taken until the deadline and its grace")
    return sitting, start


def _overdue(place: Seated, now: datetime) -> SittingState:
    sitting = open_attempt(place)
    if sitting is None:
        raise Refused(Reason.NOT_STARTED, "There is no attempt to submit")
    last = closes_at(sitting)
    if last is None or now <= last:
        raise Refused(Reason.CONFLICT, "The candidate still has time")
    return sitting


def fitting_answers(questions: Sequence[Question], given: Mapping[str, GivenAnswer]) -> dict[str, GivenAnswer]:
    """Give what was sent in the form in which it is scored; refuses what fits no question, naming the place."""
    by_id = {question.id: question for question in questions}
    return {
        id_: fitting(question_named(by_id, id_, f"{ANSWERS}.{id_}"), answer, f"{ANSWERS}.{id_}")
        for id_, answer in given.items()
    }


def _submitted(
    command: SubmitSitting, place: Seated, sitting: SittingState, scored: Scored, sealer: Sealer
) -> SittingSubmitted:
    context = records_context(command.submission_id)
    return SittingSubmitted(
        sitting_id=sitting.id,
        submission_id=command.submission_id,
        assessment_id=sitting.assessment_id,
        assessment_title=place.assessment.settings.title,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        invite_id=place.invite.id,
        version=sitting.version,
        key_version=place.assessment.key_version,
        attempt=sitting.attempt,
        scores=scored.scores,
        points_milli=scored.total.points_milli,
        max_points_milli=scored.total.max_points_milli,
        percent=scored.total.percent,
        passed=scored.total.passed,
        sealed_records=sealer.seal_for_candidate(sitting.candidate_id, context, plain_records(scored.records)),
        cause=command.cause,
        at=command.now,
    )
