"""Employers, as the operator makes and limits them."""

from typing import Final

from litestar.params import FromPath

from assessment.app.secrets import digest
from assessment.domain import commands
from assessment.domain.api_keys import FIRST_GENERATION
from assessment.domain.derived_ids import derived_id
from assessment.http.answers import AnswerBytes, done, stands
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import OperatorGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.operations import FRESH, Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found
from assessment.http.service import ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_employers
from contracts.assessment.employers import ChangeEmployer, CreateEmployer, EmployerAnswer, EmployerCreatedAnswer
from contracts.events import EmployerCreated, EmployerLimitChanged
from contracts.problems import ProblemType

CREATE: Final = Operation(
    id="createEmployer",
    summary="Make an employer with its first API key",
    actor="operator",
    body=CreateEmployer,
    answers={201: EmployerCreatedAnswer},
    has_location=True,
    idempotency="taken",
    has_etag=True,
)
GET: Final = Operation(
    id="getEmployer",
    summary="Read an employer's limit and how much of it is used",
    actor="operator",
    answers={200: EmployerAnswer},
    query=FRESH,
    has_etag=True,
)
CHANGE: Final = Operation(
    id="changeEmployer",
    summary="Change how many assessments may be active at once",
    actor="operator",
    body=ChangeEmployer,
    answers={200: EmployerAnswer},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.ACTIVE_LIMIT_REACHED,),
)


@endpoint("POST", "/v1/employers", CREATE)
async def create_employer(request: AnyRequest, service: ServiceGiven, operator: OperatorGiven) -> AnswerBytes:
    call = await read_call(request, CREATE)
    envelope = call.envelope(operator.name)
    body = call.decoded(CreateEmployer)
    employer_id = derived_id(envelope.key, "employer")
    command = commands.CreateEmployer(
        employer_id=employer_id,
        name=body.name,
        active_limit=body.active_limit,
        api_key_sha256=digest(service.secrets.api_key(employer_id, FIRST_GENERATION)),
        now=service.now(),
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, EmployerCreated)
    answer = EmployerCreatedAnswer(
        id=fact.employer_id,
        name=fact.name,
        active_limit=fact.active_limit,
        api_key=service.secrets.api_key(fact.employer_id, FIRST_GENERATION),
    )
    return done(executed, answer, status=201, location=f"/v1/employers/{fact.employer_id}", etag=executed.last)


@endpoint("GET", "/v1/employers/{employer_id:str}", GET)
async def get_employer(
    request: AnyRequest,
    service: ServiceGiven,
    operator: OperatorGiven,  # noqa: ARG001 (asking for it is what refuses everybody else)
    employer_id: FromPath[str],
) -> AnswerBytes:
    query = read_query(request, GET)
    await wait_as_asked(service.commands.watch, query)
    row = await queries_employers.employer(service.reader, resource_id(employer_id))
    if row is None:
        raise not_found()
    answer = EmployerAnswer(row.id, row.name, row.active_limit, row.active_count)
    return stands(answer, row.position, request.headers)


@endpoint("PATCH", "/v1/employers/{employer_id:str}", CHANGE)
async def change_employer(
    request: AnyRequest, service: ServiceGiven, operator: OperatorGiven, employer_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, CHANGE)
    command = commands.ChangeEmployerLimit(
        employer_id=resource_id(employer_id),
        active_limit=call.decoded(ChangeEmployer).active_limit,
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(operator.name), command)
    fact = fact_of(executed, EmployerLimitChanged)
    answer = EmployerAnswer(fact.employer_id, fact.name, fact.active_limit, fact.active_count)
    return done(executed, answer, etag=executed.last)
