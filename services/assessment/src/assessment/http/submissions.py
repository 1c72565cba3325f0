"""Submissions: listed, read with their scoring record, and voided with a reason."""

from typing import Final

from litestar.params import FromPath

from assessment.domain import commands
from assessment.http.answers import AnswerBytes, done, sent, stands
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.opening import details_of, records_of
from assessment.http.operations import FRESH, PAGE, Operation, endpoint
from assessment.http.paging import next_cursor, page_request
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found
from assessment.http.service import ServiceGiven
from assessment.http.submission_views import submission_answer, submission_detail
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_submissions
from contracts.assessment.results import SubmissionDetail, SubmissionPage, VoidedSubmission, VoidSubmission
from contracts.events import SittingVoided
from contracts.problems import ProblemType

LIST: Final = Operation(
    id="listSubmissions",
    summary="List an assessment's submissions, oldest first",
    actor="employer",
    answers={200: SubmissionPage},
    query=PAGE,
)
GET: Final = Operation(
    id="getSubmission",
    summary="Read a submission with its scoring record, answer by answer",
    actor="employer",
    answers={200: SubmissionDetail},
    query=FRESH,
    has_etag=True,
)
VOID: Final = Operation(
    id="voidSubmission",
    summary="Make a submission no longer count; the candidate may be invited again",
    actor="employer",
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
        service.reader, employer.id, resource_id(assessment_id), page.after, page.limit + 1
    )
    if rows is None:
        raise not_found()
    shown = rows[: page.limit]
    details = await details_of(service.vault, ((row.candidate_id, row.sealed_details) for row in shown))
    items = tuple(submission_answer(row, details[row.candidate_id]) for row in shown)
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
    details = await details_of(service.vault, [(row.candidate_id, row.sealed_details)])
    records = await records_of(service.vault, row.candidate_id, row.id, record.sealed_records)
    answer = submission_detail(record, details[row.candidate_id], records)
    return stands(answer, record.position, request.headers)


@endpoint("POST", "/v1/submissions/{submission_id:str}/void", VOID)
async def void_submission(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, submission_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, VOID)
    body = call.decoded(VoidSubmission)
    sitting_id = await queries_submissions.sitting_of_submission(
        service.reader, employer.id, resource_id(submission_id)
    )
    if sitting_id is None:
        raise not_found()
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
