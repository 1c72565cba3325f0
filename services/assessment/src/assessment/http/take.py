"""The candidate's way through an assessment: look, start, save, submit."""

from typing import Final

from litestar.params import FromPath

from assessment.app.envelope import Executed
from assessment.domain import commands
from assessment.domain.derived_ids import derived_id
from assessment.domain.ordering import seed_of
from assessment.http.answers import AnswerBytes, done, sent
from assessment.http.bodies import AnyRequest, Nothing
from assessment.http.calls import read_call
from assessment.http.credentials import CandidateActor, CandidateGiven
from assessment.http.executions import execute, fact_of
from assessment.http.opening import saved_answers
from assessment.http.operations import FRESH, Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.problems import unauthorized
from assessment.http.recalled_seats import RecalledGiven, confirmed
from assessment.http.service import Service, ServiceGiven
from assessment.http.take_views import Saved, current, heartbeat, shows_questions, take_answer, take_state
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_take
from contracts.assessment.take import Heartbeat, Receipt, SaveAnswer, SavedAnswer, StartAnswer, Submit, TakeAnswer
from contracts.events import AnswerSaved, SittingStarted, SittingSubmitted
from contracts.problems import ProblemType

LOOK: Final = Operation(
    id="take",
    summary="Read what is asked, as far as it may be seen now, with one's own saved answers",
    actor="candidate",
    answers={200: TakeAnswer},
    query=FRESH,
)
BEAT: Final = Operation(
    id="heartbeat",
    summary="Tell the time that is left and what is saved; nothing is recorded",
    actor="candidate",
    answers={200: Heartbeat},
    query=FRESH,
)
START: Final = Operation(
    id="startSitting",
    summary="Start, which fixes the deadline; a second start tells the first",
    actor="candidate",
    body=Nothing,
    body_needed=False,
    answers={200: StartAnswer},
    idempotency="taken",
    problems=(ProblemType.NOT_PUBLISHED, ProblemType.ALREADY_SUBMITTED),
)
SAVE: Final = Operation(
    id="saveAnswer",
    summary="Save an answer; the highest sequence wins",
    actor="candidate",
    body=SaveAnswer,
    answers={200: SavedAnswer},
    problems=(
        ProblemType.NOT_PUBLISHED,
        ProblemType.NOT_STARTED,
        ProblemType.ALREADY_SUBMITTED,
        ProblemType.DEADLINE_PASSED,
        ProblemType.UNKNOWN_QUESTION,
        ProblemType.ANSWER_REFUSED,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)
SUBMIT: Final = Operation(
    id="submitSitting",
    summary="Submit, once; answers that are not sent are taken from what was saved",
    actor="candidate",
    body=Submit,
    body_needed=False,
    answers={201: Receipt},
    idempotency="needed",
    problems=(
        ProblemType.NOT_PUBLISHED,
        ProblemType.NOT_STARTED,
        ProblemType.ALREADY_SUBMITTED,
        ProblemType.DEADLINE_PASSED,
        ProblemType.UNKNOWN_QUESTION,
        ProblemType.ANSWER_REFUSED,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)


@endpoint("GET", "/v1/take", LOOK)
async def take(request: AnyRequest, service: ServiceGiven, candidate: CandidateGiven) -> AnswerBytes:
    await wait_as_asked(service.commands.watch, read_query(request, LOOK))
    seat = candidate.seat
    row = await queries_take.take_page(service.reader, seat)
    if row is None:
        raise unauthorized()
    state = take_state(row)
    sitting = current(row, state)
    saved = {}
    if sitting is not None and shows_questions(row, state):
        rows = await queries_take.saved_of(service.reader, seat, sitting.attempt)
        sealed = {question_id: row.sealed_answer for question_id, row in rows.items()}
        opened = await saved_answers(service.vault, seat, sitting.attempt, sealed)
        saved = {question_id: Saved(answer, rows[question_id].sequence) for question_id, answer in opened.items()}
    seed = sitting.seed if sitting is not None else seed_of(seat.sitting_id)
    return sent(take_answer(row, state, seed, saved, service.now()))


@endpoint("GET", "/v1/take/heartbeat", BEAT)
async def take_heartbeat(request: AnyRequest, service: ServiceGiven, candidate: CandidateGiven) -> AnswerBytes:
    await wait_as_asked(service.commands.watch, read_query(request, BEAT))
    row = await queries_take.beat(service.reader, candidate.seat)
    if row is None:
        raise unauthorized()
    state = take_state(row)
    saved = {}
    if state == "started" and row.sitting is not None:
        saved = await queries_take.saved_of(service.reader, candidate.seat, row.sitting.attempt)
    sequences = {question_id: one.sequence for question_id, one in saved.items()}
    return sent(heartbeat(row, state, sequences, service.now()))


@endpoint("POST", "/v1/take/start", START)
async def start_sitting(request: AnyRequest, service: ServiceGiven, candidate: CandidateGiven) -> AnswerBytes:
    call = await read_call(request, START)
    call.decoded(Nothing)
    seed = seed_of(candidate.seat.sitting_id)
    command = commands.StartSitting(seat=candidate.seat, seed=seed, now=service.now())
    executed = await execute(service, call.envelope(candidate.name), command)
    fact = fact_of(executed, SittingStarted)
    return done(executed, StartAnswer(started_at=fact.at, deadline_at=fact.deadline_at))


@endpoint("PUT", "/v1/take/answers/{question_id:str}", SAVE)
async def save_answer(
    request: AnyRequest, service: ServiceGiven, recalled: RecalledGiven, question_id: FromPath[str]
) -> AnswerBytes:
    executed = await confirmed(request, service, recalled, _save(request, service, recalled, question_id))
    fact = fact_of(executed, AnswerSaved)
    return done(executed, SavedAnswer(question_id=fact.question_id, sequence=fact.sequence))


async def _save(request: AnyRequest, service: Service, candidate: CandidateActor, question_id: str) -> Executed:
    call = await read_call(request, SAVE)
    body = call.decoded(SaveAnswer)
    command = commands.SaveGivenAnswer(
        seat=candidate.seat,
        question_id=question_id,
        answer=body.answer,
        sequence=body.sequence,
        seed=seed_of(candidate.seat.sitting_id),
        now=service.now(),
    )
    return await execute(service, call.envelope(candidate.name), command)


@endpoint("POST", "/v1/take/submit", SUBMIT)
async def submit_sitting(request: AnyRequest, service: ServiceGiven, recalled: RecalledGiven) -> AnswerBytes:
    executed = await confirmed(request, service, recalled, _submit(request, service, recalled))
    return done(executed, receipt(fact_of(executed, SittingSubmitted)), status=201)


async def _submit(request: AnyRequest, service: Service, candidate: CandidateActor) -> Executed:
    call = await read_call(request, SUBMIT)
    envelope = call.envelope(candidate.name)
    command = commands.SubmitSitting(
        seat=candidate.seat,
        submission_id=derived_id(envelope.key, "submission"),
        answers=call.decoded(Submit).answers,
        seed=seed_of(candidate.seat.sitting_id),
        now=service.now(),
    )
    return await execute(service, envelope, command)


def receipt(fact: SittingSubmitted) -> Receipt:
    """Tell what was received; which answers were right is none of it."""
    return Receipt(
        submission_id=fact.submission_id,
        assessment_title=fact.assessment_title,
        submitted_at=fact.at,
        answered=sum(score.outcome != "unanswered" for score in fact.scores),
        question_count=len(fact.scores),
    )
