"""Assessments: written, listed, read, changed and deleted while they are drafts."""

from typing import Final

from litestar.params import FromPath

from assessment.domain import commands
from assessment.domain.derived_ids import derived_id
from assessment.http import assessment_views
from assessment.http.answers import AnswerBytes, done, sent, stands
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.operations import FRESH, PAGE, Operation, endpoint
from assessment.http.paging import next_cursor, page_request
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found
from assessment.http.service import ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_assessments
from contracts.assessment.assessments import AssessmentAnswer, AssessmentPage, ChangeAssessment, CreateAssessment
from contracts.events import AssessmentCreated, AssessmentEdited
from contracts.problems import ProblemType

CREATE: Final = Operation(
    id="createAssessment",
    summary="Write a draft",
    actor="employer",
    role="author",
    body=CreateAssessment,
    answers={201: AssessmentAnswer},
    has_location=True,
    idempotency="taken",
    has_etag=True,
)
LIST: Final = Operation(
    id="listAssessments",
    summary="List the assessments, oldest first",
    actor="employer",
    role="reviewer",
    answers={200: AssessmentPage},
    query=PAGE,
)
GET: Final = Operation(
    id="getAssessment",
    summary="Read an assessment without its questions",
    actor="employer",
    role="reviewer",
    answers={200: AssessmentAnswer},
    query=FRESH,
    has_etag=True,
)
CHANGE: Final = Operation(
    id="changeAssessment",
    summary="Change a draft's settings; what is not given stays",
    actor="employer",
    role="author",
    body=ChangeAssessment,
    answers={200: AssessmentAnswer},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.NOT_A_DRAFT,),
)
DELETE: Final = Operation(
    id="deleteAssessment",
    summary="Delete a draft",
    actor="employer",
    role="author",
    answers={204: None},
    if_match="needed",
    problems=(ProblemType.NOT_A_DRAFT,),
)


@endpoint("POST", "/v1/assessments", CREATE)
async def create_assessment(request: AnyRequest, service: ServiceGiven, employer: EmployerGiven) -> AnswerBytes:
    call = await read_call(request, CREATE)
    envelope = call.envelope(employer.name)
    command = commands.CreateDraft(
        employer_id=employer.id,
        assessment_id=derived_id(envelope.key, "assessment"),
        settings=call.decoded(CreateAssessment),
        now=service.now(),
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, AssessmentCreated)
    location = f"/v1/assessments/{fact.assessment_id}"
    return done(executed, assessment_views.created(fact), status=201, location=location, etag=executed.last)


@endpoint("GET", "/v1/assessments", LIST)
async def list_assessments(request: AnyRequest, service: ServiceGiven, employer: EmployerGiven) -> AnswerBytes:
    query = read_query(request, LIST)
    page = page_request(query)
    await wait_as_asked(service.commands.watch, query)
    rows = await queries_assessments.assessments_page(service.reader, employer.id, page.after, page.limit + 1)
    items = tuple(map(assessment_views.of_row, rows[: page.limit]))
    return sent(AssessmentPage(items, next_cursor(rows, page, lambda row: (row.created_at, row.id))))


@endpoint("GET", "/v1/assessments/{assessment_id:str}", GET)
async def get_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, GET)
    await wait_as_asked(service.commands.watch, query)
    row = await queries_assessments.assessment(service.reader, employer.id, resource_id(assessment_id))
    if row is None:
        raise not_found()
    return stands(assessment_views.of_row(row), row.position, request.headers)


@endpoint("PATCH", "/v1/assessments/{assessment_id:str}", CHANGE)
async def change_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, CHANGE)
    command = commands.EditDraft(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        change=call.decoded(ChangeAssessment),
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    return done(executed, assessment_views.edited(fact_of(executed, AssessmentEdited)), etag=executed.last)


@endpoint("DELETE", "/v1/assessments/{assessment_id:str}", DELETE)
async def delete_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, DELETE)
    command = commands.DeleteDraft(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    return done(await execute(service, call.envelope(employer.name), command), None)
