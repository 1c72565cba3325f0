"""Accommodations: more time for one candidate, granted, changed, read and withdrawn by their employer."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from litestar.params import FromPath

from assessment.domain import accommodation_commands as commands
from assessment.domain.numbers import canonical
from assessment.http.answers import AnswerBytes, done, sent, validators
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.opening import reasons_of
from assessment.http.operations import FRESH, PAGE, Operation, endpoint
from assessment.http.paging import Place, next_cursor, page_request
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found
from assessment.http.service import Service, ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_accommodations
from assessment.read_models.queries_access import sitting_id
from assessment.read_models.queries_accommodations import AccommodationRow
from contracts.assessment.accommodations import AccommodationAnswer, AccommodationPage, GrantAccommodation
from contracts.events import AccommodationGranted, AccommodationWithdrawn
from contracts.problems import ProblemType

LIST: Final = Operation(
    id="listAccommodations",
    summary="List who is granted more time in an assessment",
    actor="employer",
    role="author",
    answers={200: AccommodationPage},
    query=PAGE,
)
GET: Final = Operation(
    id="getAccommodation",
    summary="Read what a candidate is granted, which may be nothing",
    actor="employer",
    role="author",
    answers={200: AccommodationAnswer},
    query=FRESH,
    has_etag=True,
)
GRANT: Final = Operation(
    id="grantAccommodation",
    summary="Grant a candidate more time, before the start or while the time runs",
    actor="employer",
    role="author",
    body=GrantAccommodation,
    answers={200: AccommodationAnswer},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.NOT_PUBLISHED,),
)
WITHDRAW: Final = Operation(
    id="withdrawAccommodation",
    summary="Take back what a candidate is granted; refused where their time would be up at once",
    actor="employer",
    role="author",
    answers={200: AccommodationAnswer},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.NOT_PUBLISHED,),
)
ALL: Final = "/v1/assessments/{assessment_id:str}/accommodations"
ONE: Final = f"{ALL}/{{candidate_id:str}}"


@endpoint("GET", ALL, LIST)
async def list_accommodations(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, LIST)
    page = page_request(query)
    await wait_as_asked(service.commands.watch, query)
    rows = await queries_accommodations.accommodations_page(
        service.reader, employer.id, resource_id(assessment_id), page.after, page.limit + 1
    )
    if rows is None:
        raise not_found()
    items = await _shown(service, employer.id, rows[: page.limit])
    return sent(AccommodationPage(items, next_cursor(rows, page, _place)))


@endpoint("GET", ONE, GET)
async def get_accommodation(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    candidate_id: FromPath[str],
) -> AnswerBytes:
    query = read_query(request, GET)
    await wait_as_asked(service.commands.watch, query)
    row = await queries_accommodations.accommodation(
        service.reader, employer.id, resource_id(assessment_id), resource_id(candidate_id)
    )
    if row is None:
        raise not_found()
    (answer,) = await _shown(service, employer.id, (row,))
    return sent(answer, headers=validators(row.position))  # its deadline may have come since: never 304


@endpoint("PUT", ONE, GRANT)
async def grant_accommodation(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    candidate_id: FromPath[str],
) -> AnswerBytes:
    call = await read_call(request, GRANT)
    body = call.decoded(GrantAccommodation)
    command = commands.GrantAccommodation(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        candidate_id=resource_id(candidate_id),
        sitting_id=sitting_id(assessment_id, candidate_id),
        multiplier=body.multiplier,
        minutes=body.minutes,
        no_limit=body.no_limit,
        reason=body.reason,
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, AccommodationGranted)
    answer = AccommodationAnswer(
        candidate_id=fact.candidate_id,
        multiplier=None if fact.multiplier is None else Decimal(fact.multiplier),
        minutes=fact.minutes,
        no_limit=fact.no_limit,
        extra_seconds=fact.extra_seconds,
        reason=body.reason,
        granted_at=fact.at,
        deadline_at=fact.deadline_at,
    )
    return done(executed, answer, etag=executed.last)


@endpoint("DELETE", ONE, WITHDRAW)
async def withdraw_accommodation(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    candidate_id: FromPath[str],
) -> AnswerBytes:
    call = await read_call(request, WITHDRAW)
    command = commands.WithdrawAccommodation(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        candidate_id=resource_id(candidate_id),
        sitting_id=sitting_id(assessment_id, candidate_id),
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, AccommodationWithdrawn)
    return done(executed, _nothing(fact.candidate_id, fact.deadline_at), etag=executed.last)


async def _shown(
    service: Service, employer_id: str, rows: tuple[AccommodationRow, ...]
) -> tuple[AccommodationAnswer, ...]:
    sealed = [
        (row.candidate_id, row.sitting_id, row.sealed_reason)
        for row in rows
        if row.granted_at is not None and row.sitting_id is not None and row.sealed_reason is not None
    ]
    reasons = await reasons_of(service.vault, employer_id, sealed)
    return tuple(
        _nothing(row.candidate_id, row.deadline_at)
        if row.granted_at is None
        else _granted(row, reasons[row.candidate_id])
        for row in rows
    )


def _granted(row: AccommodationRow, reason: str | None) -> AccommodationAnswer:
    return AccommodationAnswer(
        candidate_id=row.candidate_id,
        multiplier=None if row.multiplier is None else canonical(row.multiplier),
        minutes=row.minutes,
        no_limit=bool(row.no_limit),
        extra_seconds=row.extra_seconds,
        reason=reason,
        granted_at=row.granted_at,
        deadline_at=row.deadline_at,
    )


def _nothing(candidate_id: str, deadline_at: datetime | None) -> AccommodationAnswer:
    return AccommodationAnswer(
        candidate_id=candidate_id,
        multiplier=None,
        minutes=None,
        no_limit=False,
        extra_seconds=0,
        reason=None,
        granted_at=None,
        deadline_at=deadline_at,
    )


def _place(row: AccommodationRow) -> Place:
    assert row.granted_at is not None, "only what is granted is listed"
    return row.granted_at, row.candidate_id
