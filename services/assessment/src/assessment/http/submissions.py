"""Submissions: listed, read with their scoring record, scored by a person, and voided with a reason."""

from typing import Final, get_args

from litestar.params import FromPath

from assessment.domain import commands
from assessment.http.answers import AnswerBytes, done, known, sent, validators
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.opening import details_of, notes_of, records_of
from assessment.http.operations import FRESH, PAGE, Operation, endpoint
from assessment.http.paging import next_cursor, page_request
from assessment.http.parameters import Query, read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import malformed, not_found
from assessment.http.results_reads import record_read
from assessment.http.service import Service, ServiceGiven
from assessment.http.submission_views import reviewed_submission, submission_answer, submission_detail
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_submissions
from contracts.assessment.results import (
    ReviewedSubmission,
    ReviewSubmission,
    SubmissionDetail,
    SubmissionPage,
    SubmissionStatus,
    VoidedSubmission,
    VoidSubmission,
)
from contracts.events import ResultsListed, ResultsRead, SittingReviewed, SittingVoided
from contracts.problems import ProblemType

LIST: Final = Operation(
    id="listSubmissions",
    summary="List an assessment's submissions, oldest first",
    actor="employer",
    role="reviewer",
    answers={200: SubmissionPage},
    query=(*PAGE, "state"),
)
GET: Final = Operation(
    id="getSubmission",
    summary="Read a submission with its scoring record, answer by answer",
    actor="employer",
    role="reviewer",
    answers={200: SubmissionDetail},
    query=FRESH,
    has_etag=True,
)
REVIEW: Final = Operation(
    id="reviewSubmission",
    summary="Give points and notes for essays; the result is decided anew",
    actor="employer",
    role="author",
    body=ReviewSubmission,
    answers={200: ReviewedSubmission},
    idempotency="taken",
    if_match="needed",
    has_etag=True,
    problems=(
        ProblemType.ALREADY_VOIDED,
        ProblemType.UNKNOWN_QUESTION,
        ProblemType.NOT_REVIEWABLE,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)
VOID: Final = Operation(
    id="voidSubmission",
    summary="Make a submission no longer count; the candidate may be invited again",
    actor="employer",
    role="author",
    body=VoidSubmission,
    answers={200: VoidedSubmission},
    idempotency="taken",
    if_match="taken",
    has_etag=True,
    problems=(ProblemType.ALREADY_VOIDED,),
)


@endpoint("GET", "/v1/assessments/{assessment_id:str}/submissions", LIST)
async def list_submissions(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, LIST)
    page = page_request(query)
    await wait_as_asked(service.commands.watch, query)
    rows = await queries_submissions.submissions_page(
        service.reader, employer.id, resource_id(assessment_id), page.after, page.limit + 1, _state(query)
    )
    if rows is None:
        raise not_found()
    shown = rows[: page.limit]
    details = await details_of(service.vault, employer.id, ((row.candidate_id, row.sealed_details) for row in shown))
    items = tuple(submission_answer(row, details[row.candidate_id]) for row in shown)
    listed = ResultsListed(employer.id, assessment_id, len(items), service.now())
    await record_read(service, request, LIST, employer, listed)
    return sent(SubmissionPage(items, next_cursor(rows, page, lambda row: (row.submitted_at, row.id))))


@endpoint("GET", "/v1/submissions/{submission_id:str}", GET)
async def get_submission(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, submission_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, GET)
    await wait_as_asked(service.commands.watch, query)
    record = await queries_submissions.submission(service.reader, employer.id, resource_id(submission_id))
    if record is None:
        raise not_found()
    row = record.submission
    if (unchanged := known(record.position, request.headers)) is not None:
        return unchanged
    details = await details_of(service.vault, employer.id, [(row.candidate_id, row.sealed_details)])
    records = await records_of(service.vault, employer.id, row.candidate_id, row.id, record.sealed_records)
    notes = await notes_of(service.vault, employer.id, row.candidate_id, row.id, record.sealed_notes)
    answer = submission_detail(record, details[row.candidate_id], records, notes)
    read = ResultsRead(employer.id, row.assessment_id, record.sitting_id, row.candidate_id, row.id, service.now())
    await record_read(service, request, GET, employer, read)
    return sent(answer, headers=validators(record.position))


@endpoint("POST", "/v1/submissions/{submission_id:str}/review", REVIEW)
async def review_submission(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, submission_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, REVIEW)
    body = call.decoded(ReviewSubmission)
    sitting_id, candidate_id = await _seat(service, employer.id, submission_id)
    command = commands.ReviewSubmission(
        employer_id=employer.id,
        sitting_id=sitting_id,
        submission_id=submission_id,
        candidate_id=candidate_id,
        essays=body.essays,
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    return done(executed, reviewed_submission(fact_of(executed, SittingReviewed)), etag=executed.last)


@endpoint("POST", "/v1/submissions/{submission_id:str}/void", VOID)
async def void_submission(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, submission_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, VOID)
    body = call.decoded(VoidSubmission)
    sitting_id, _ = await _seat(service, employer.id, submission_id)
    command = commands.VoidSubmission(
        employer_id=employer.id,
        sitting_id=sitting_id,
        submission_id=submission_id,
        reason=body.reason,
        now=service.now(),
        expected_position=expected_position(request.headers, needed=False),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, SittingVoided)
    answer = VoidedSubmission(
        id=fact.submission_id, assessment_id=fact.assessment_id, voided_at=fact.at, void_reason=fact.reason
    )
    return done(executed, answer, etag=executed.last)


async def _seat(service: Service, employer_id: str, submission_id: str) -> tuple[str, str]:
    """Find the ids of a submission's sitting and candidate, among the employer's own."""
    seat = await queries_submissions.seat_of_submission(service.reader, employer_id, resource_id(submission_id))
    if seat is None:
        raise not_found()
    return seat


def _state(query: Query) -> SubmissionStatus | None:
    given = query.get("state")
    known: tuple[SubmissionStatus, ...] = get_args(SubmissionStatus)
    state = next((one for one in known if one == given), None)
    if given is not None and state is None:
        raise malformed(f"The state is one of {', '.join(known)}.", at="state", seen=given)
    return state
