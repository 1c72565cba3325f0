"""An assessment's public link as its employer sees it: read, switched, capped and ended."""

from typing import Final

from litestar.params import FromPath

from assessment.domain import commands
from assessment.http.answers import AnswerBytes, done, stands
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.invites import check_mailer
from assessment.http.operations import FRESH, Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found
from assessment.http.service import ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_public_links
from assessment.read_models.queries_public_links import PublicLinkRow
from contracts.assessment.public_links import ChangePublicLink, PublicLinkAnswer
from contracts.events import PublicLinkChanged
from contracts.problems import ProblemType

GET: Final = Operation(
    id="getPublicLink",
    summary="Read an assessment's public link, which it has from its publication on",
    actor="employer",
    role="reviewer",
    answers={200: PublicLinkAnswer},
    query=FRESH,
    has_etag=True,
)
CHANGE: Final = Operation(
    id="changePublicLink",
    summary="Switch the public link on or off, and say how many may come in by it, and until when",
    actor="employer",
    role="author",
    body=ChangePublicLink,
    answers={200: PublicLinkAnswer},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.NOT_PUBLISHED, ProblemType.LINK_FULL, ProblemType.NO_MAILER),
)


@endpoint("GET", "/v1/assessments/{assessment_id:str}/public-link", GET)
async def get_public_link(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, GET)
    await wait_as_asked(service.commands.watch, query)
    row = await queries_public_links.public_link(service.reader, employer.id, resource_id(assessment_id))
    if row is None:
        raise not_found()
    return stands(_read(row), row.position, request.headers)


@endpoint("PUT", "/v1/assessments/{assessment_id:str}/public-link", CHANGE)
async def change_public_link(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, CHANGE)
    body = call.decoded(ChangePublicLink)
    command = commands.ChangePublicLink(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        enabled=body.enabled,
        max_joins=body.max_joins,
        expires_at=body.expires_at,
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
        verify_email=body.verify_email,
    )
    check_mailer(service, asked=body.verify_email, at="$.verify_email")
    executed = await execute(service, call.envelope(employer.name), command)
    return done(executed, _changed(fact_of(executed, PublicLinkChanged)), etag=executed.last)


def _read(row: PublicLinkRow) -> PublicLinkAnswer:
    return PublicLinkAnswer(
        assessment_id=row.id,
        slug=row.slug,
        enabled=row.enabled,
        max_joins=row.max_joins,
        expires_at=row.expires_at,
        joined=row.joined,
        last_joined_at=row.last_joined_at,
        verify_email=row.verify_email,
    )


def _changed(fact: PublicLinkChanged) -> PublicLinkAnswer:
    return PublicLinkAnswer(
        assessment_id=fact.assessment_id,
        slug=fact.slug,
        enabled=fact.enabled,
        max_joins=fact.max_joins,
        expires_at=fact.expires_at,
        joined=fact.joined,
        last_joined_at=fact.last_joined_at,
        verify_email=fact.verify_email,
    )
