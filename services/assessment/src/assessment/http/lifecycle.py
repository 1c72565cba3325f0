"""What becomes of an assessment: published, closed, duplicated."""

from typing import Final

from litestar.params import FromPath

from assessment.domain import commands
from assessment.domain.derived_ids import derived_id
from assessment.http import assessment_views
from assessment.http.answers import AnswerBytes, done
from assessment.http.bodies import AnyRequest, Nothing
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_if_any, fact_of
from assessment.http.identities import resource_id
from assessment.http.operations import Operation, endpoint
from assessment.http.preconditions import expected_position
from assessment.http.questions import ids_for
from assessment.http.service import ServiceGiven
from contracts.assessment.assessments import AssessmentAnswer
from contracts.assessment.limits import MAX_OPTIONS, MAX_QUESTIONS
from contracts.events import AssessmentClosed, AssessmentCreated, AssessmentPublished, QuestionsReplaced
from contracts.problems import ProblemType

PUBLISH: Final = Operation(
    id="publishAssessment",
    summary="Freeze the draft as a version and open it; it counts against the limit",
    actor="employer",
    role="author",
    body=Nothing,
    body_needed=False,
    answers={200: AssessmentAnswer},
    idempotency="needed",
    if_match="taken",
    has_etag=True,
    problems=(
        ProblemType.NOT_A_DRAFT,
        ProblemType.NO_QUESTIONS,
        ProblemType.POOL_UNFIT,
        ProblemType.ACTIVE_LIMIT_REACHED,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)
CLOSE: Final = Operation(
    id="closeAssessment",
    summary="Take no more sittings; it no longer counts against the limit",
    actor="employer",
    role="author",
    body=Nothing,
    body_needed=False,
    answers={200: AssessmentAnswer},
    idempotency="taken",
    if_match="taken",
    has_etag=True,
    problems=(ProblemType.NOT_PUBLISHED,),
)
DUPLICATE: Final = Operation(
    id="duplicateAssessment",
    summary="Write a new draft with the same settings, questions and keys",
    actor="employer",
    role="author",
    body=Nothing,
    body_needed=False,
    answers={201: AssessmentAnswer},
    has_location=True,
    idempotency="taken",
    has_etag=True,
)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/publish", PUBLISH)
async def publish_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, PUBLISH)
    call.decoded(Nothing)
    command = commands.Publish(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        slug=service.secrets.slug(assessment_id),
        expected_position=expected_position(request.headers, needed=False),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    return done(executed, assessment_views.published(fact_of(executed, AssessmentPublished)), etag=executed.last)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/close", CLOSE)
async def close_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, CLOSE)
    call.decoded(Nothing)
    command = commands.Close(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        expected_position=expected_position(request.headers, needed=False),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    return done(executed, assessment_views.closed(fact_of(executed, AssessmentClosed)), etag=executed.last)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/duplicate", DUPLICATE)
async def duplicate_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, DUPLICATE)
    call.decoded(Nothing)
    envelope = call.envelope(employer.name)
    question_ids, option_ids = ids_for(envelope.key, (MAX_OPTIONS,) * MAX_QUESTIONS)
    command = commands.Duplicate(
        employer_id=employer.id,
        source_id=resource_id(assessment_id),
        assessment_id=derived_id(envelope.key, "assessment"),
        question_ids=question_ids,
        option_ids=option_ids,
        now=service.now(),
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, AssessmentCreated)
    answer = assessment_views.created(fact, fact_if_any(executed, QuestionsReplaced))
    location = f"/v1/assessments/{fact.assessment_id}"
    return done(executed, answer, status=201, location=location, etag=executed.last)
