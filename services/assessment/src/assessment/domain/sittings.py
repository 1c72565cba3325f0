"""Decisions about a sitting in progress: starting it once, and saving answers until its deadline."""

from assessment.domain.answers import fitting, question_named
from assessment.domain.commands import SaveGivenAnswer, StartSitting
from assessment.domain.content import check_records_fit
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer, Unchanged
from assessment.domain.scoring import score
from assessment.domain.sealing import answer_context, plain_answer
from assessment.domain.seating import Seated, asked, attempt_for_answers, begun, open_attempt, seated
from assessment.domain.state import SavedState, SittingState, State
from contracts.assessment.take import GivenAnswer
from contracts.events import AnswerSaved, SittingStarted

ANSWER = "$.answer"


def start_sitting(command: StartSitting, state: State) -> Decision:
    """Start the attempt; where one is in progress already, its start is told again, whatever became of the invite."""
    place = seated(state, command.seat, command.now)
    sitting = open_attempt(place)
    if sitting is not None:
        return Unchanged((_started_already(sitting),))
    return Events((begun(place, command.seat, command.seed, command.now),))


def save_answer(command: SaveGivenAnswer, state: State, sealer: Sealer) -> Decision:
    """Keep the answer with the highest sequence; a lower or equal one tells what is kept."""
    place = seated(state, command.seat, command.now)
    sitting, start = attempt_for_answers(place, command.seat, command.seed, command.now)
    if sitting.deadline_at is not None and command.now > sitting.deadline_at:
        raise Refused(Reason.DEADLINE_PASSED, "Answers were taken until the deadline")
    questions = {question.id: question for question in asked(place, sitting)[0]}
    question = question_named(questions, command.question_id, "question")
    standing = sitting.saved.get(question.id)
    if standing is not None and command.sequence <= standing.sequence:
        return Unchanged((_saved(sitting, question.id, standing, sealer),))
    answer = fitting(question, command.answer, ANSWER)
    _check_records(place, sitting, question.id, answer)
    saved = _saved(sitting, question.id, SavedState(command.sequence, answer, command.now), sealer)
    return Events((*start, saved))


def _check_records(place: Seated, sitting: SittingState, question_id: str, answer: GivenAnswer) -> None:
    """Refuse an answer that could be saved but never submitted with the others."""
    questions, keys = asked(place, sitting)
    answers = {**{id_: saved.answer for id_, saved in sitting.saved.items()}, question_id: answer}
    scored = score(questions, keys, answers, place.assessment.settings.passing_percent)
    check_records_fit(scored.records, ANSWER)


def _saved(sitting: SittingState, question_id: str, saved: SavedState, sealer: Sealer) -> AnswerSaved:
    context = answer_context(sitting.id, sitting.attempt, question_id)
    return AnswerSaved(
        sitting_id=sitting.id,
        assessment_id=sitting.assessment_id,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        attempt=sitting.attempt,
        question_id=question_id,
        sequence=saved.sequence,
        sealed_answer=sealer.seal_for_candidate(sitting.candidate_id, context, plain_answer(saved.answer)),
        at=saved.saved_at,
    )


def _started_already(sitting: SittingState) -> SittingStarted:
    return SittingStarted(
        sitting_id=sitting.id,
        assessment_id=sitting.assessment_id,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        invite_id=sitting.invite_id,
        version=sitting.version,
        attempt=sitting.attempt,
        deadline_at=sitting.deadline_at,
        grace_seconds=sitting.grace_seconds,
        seed=sitting.seed,
        at=sitting.started_at,
        question_ids=sitting.question_ids,
    )
