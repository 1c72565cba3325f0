"""Invites: issued, listed, revoked and sent again; a token is told to whoever asked for it, and never kept."""

from dataclasses import replace
from functools import partial
from typing import Final, get_args

from litestar.params import FromPath

from assessment.app.links import link
from assessment.app.secrets import Secrets, digest
from assessment.domain import commands
from assessment.domain.address import normalized_address
from assessment.domain.commands import InviteOrder
from assessment.domain.derived_ids import derived_id
from assessment.http.answers import AnswerBytes, done, sent
from assessment.http.bodies import AnyRequest, Nothing
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of, facts_of
from assessment.http.identities import resource_id
from assessment.http.opening import details_of
from assessment.http.operations import PAGE, Operation, endpoint
from assessment.http.paging import next_cursor, page_request
from assessment.http.parameters import Query, read_query
from assessment.http.problems import malformed, not_found, refused
from assessment.http.service import Service, ServiceGiven
from assessment.http.token_digests import TokenDigests
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_invites
from contracts.assessment.invites import (
    CreateInvites,
    InviteAnswer,
    InviteDraft,
    InvitePage,
    InviteStatus,
    IssuedInvite,
    IssuedInvites,
    ResendInvite,
    ResentInvite,
    RevokedInvite,
)
from contracts.events import InviteCreated, InviteResent, InviteRevoked
from contracts.events.candidates import CandidateDetails
from contracts.problems import ProblemType

FIRST_GENERATION: Final = 1

ISSUE: Final = Operation(
    id="issueInvites",
    summary="Invite candidates; their tokens are shown in this answer and to a retry",
    actor="employer",
    role="author",
    body=CreateInvites,
    answers={201: IssuedInvites},
    idempotency="needed",
    problems=(ProblemType.NOT_PUBLISHED, ProblemType.ADDRESS_KNOWN, ProblemType.NO_MAILER),
)
LIST: Final = Operation(
    id="listInvites",
    summary="List an assessment's invites, oldest first, all or those of one status",
    actor="employer",
    role="reviewer",
    answers={200: InvitePage},
    query=(*PAGE, "status"),
)
REVOKE: Final = Operation(
    id="revokeInvite",
    summary="Make an invite's token invalid",
    actor="employer",
    role="author",
    body=Nothing,
    body_needed=False,
    answers={200: RevokedInvite},
    idempotency="taken",
)
RESEND: Final = Operation(
    id="resendInvite",
    summary="Rotate an invite's token, also of one that has expired; the one before it is no longer valid",
    actor="employer",
    role="author",
    body=ResendInvite,
    body_needed=False,
    answers={200: ResentInvite},
    idempotency="taken",
    problems=(ProblemType.INVITE_REVOKED, ProblemType.NOT_PUBLISHED, ProblemType.NO_MAILER),
)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/invites", ISSUE)
async def issue_invites(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, ISSUE)
    envelope = call.envelope(employer.name)
    body = call.decoded(CreateInvites)
    check_mailer(service, asked=body.send, at="$.send")
    check_mailer(service, asked=body.verify_email, at="$.verify_email")
    drafts = body.invites
    orders = tuple(
        replace(
            invite_order(service.secrets, employer.id, derived_id(envelope.key, f"invite:{place}"), draft, place),
            mail=body.send,
            verify_email=body.verify_email,
        )
        for place, draft in enumerate(drafts)
    )
    command = commands.IssueInvites(
        employer_id=employer.id, assessment_id=resource_id(assessment_id), orders=orders, now=service.now()
    )
    executed = await execute(service, envelope, command)
    issued = {fact.invite_id: fact for fact in facts_of(executed, InviteCreated)}
    items = tuple(
        issued_invite(service, issued[derived_id(envelope.key, f"invite:{place}")], draft)
        for place, draft in enumerate(drafts)
    )
    return done(executed, IssuedInvites(items), status=201)


@endpoint("GET", "/v1/assessments/{assessment_id:str}/invites", LIST)
async def list_invites(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, LIST)
    page = page_request(query)
    await wait_as_asked(service.commands.watch, query)
    asked = queries_invites.InvitesAsked(employer.id, resource_id(assessment_id), service.now(), _status(query))
    rows = await queries_invites.invites_page(service.reader, asked, page.after, page.limit + 1)
    if rows is None:
        raise not_found()
    shown = rows[: page.limit]
    details = await details_of(service.vault, employer.id, ((row.candidate_id, row.sealed_details) for row in shown))
    items = tuple(_listed(row, details[row.candidate_id]) for row in shown)
    return sent(InvitePage(items, next_cursor(rows, page, lambda row: (row.created_at, row.id))))


@endpoint("POST", "/v1/assessments/{assessment_id:str}/invites/{invite_id:str}/revoke", REVOKE)
async def revoke_invite(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    invite_id: FromPath[str],
) -> AnswerBytes:
    call = await read_call(request, REVOKE)
    call.decoded(Nothing)
    command = commands.RevokeInvite(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        invite_id=resource_id(invite_id),
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, InviteRevoked)
    return done(
        executed,
        RevokedInvite(
            id=fact.invite_id,
            candidate_id=fact.candidate_id,
            status="revoked",
            source=fact.source,
            created_at=fact.created_at,
            expires_at=fact.expires_at,
        ),
    )


@endpoint("POST", "/v1/assessments/{assessment_id:str}/invites/{invite_id:str}/resend", RESEND)
async def resend_invite(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    invite_id: FromPath[str],
) -> AnswerBytes:
    call = await read_call(request, RESEND)
    body = call.decoded(ResendInvite)
    check_mailer(service, asked=body.send, at="$.send")
    command = commands.ResendInvite(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        invite_id=resource_id(invite_id),
        token_digests=TokenDigests(partial(service.secrets.invite_token, invite_id)),
        now=service.now(),
        expires_at=body.expires_at,
        mail=body.send,
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, InviteResent)
    token = service.secrets.invite_token(fact.invite_id, fact.generation)
    return done(
        executed,
        ResentInvite(
            id=fact.invite_id,
            candidate_id=fact.candidate_id,
            expires_at=fact.expires_at,
            token=token,
            url=link(service.settings.link_base_url, token),
        ),
    )


def check_mailer(service: Service, *, asked: bool, at: str) -> None:
    """Refuse to promise a mail that nobody would send."""
    if asked and not service.mails:
        raise refused(ProblemType.NO_MAILER, "No mail server is configured.", at=at)


def invite_order(secrets: Secrets, employer_id: str, invite_id: str, draft: InviteDraft, place: int) -> InviteOrder:
    """Order an invite for the one candidate that its address has."""
    address = normalized_address(draft.email, f"$.invites[{place}].email")
    return InviteOrder(
        invite_id=invite_id,
        candidate_id=secrets.candidate_id(employer_id, address),
        name=draft.name,
        email=draft.email,
        token_sha256=digest(secrets.invite_token(invite_id, FIRST_GENERATION)),
        expires_at=draft.expires_at,
    )


def issued_invite(service: ServiceGiven, fact: InviteCreated, draft: InviteDraft) -> IssuedInvite:
    """Answer from the fact and the request that asked for it: a retry sends the same request."""
    token = service.secrets.invite_token(fact.invite_id, FIRST_GENERATION)
    return IssuedInvite(
        id=fact.invite_id,
        candidate_id=fact.candidate_id,
        name=draft.name,
        email=draft.email,
        expires_at=fact.expires_at,
        token=token,
        url=link(service.settings.link_base_url, token),
    )


def _status(query: Query) -> InviteStatus | None:
    given = query.get("status")
    known: tuple[InviteStatus, ...] = get_args(InviteStatus)
    status = next((one for one in known if one == given), None)
    if given is not None and status is None:
        raise malformed(f"The status is one of {', '.join(known)}.", at="status", seen=given)
    return status


def _listed(row: queries_invites.InviteRow, details: CandidateDetails | None) -> InviteAnswer:
    return InviteAnswer(
        id=row.id,
        candidate_id=row.candidate_id,
        name=None if details is None else details.name,
        email=None if details is None else details.email,
        status=row.status,
        source=row.source,
        created_at=row.created_at,
        expires_at=row.expires_at,
        delivery=row.delivery,
        verify_email=row.verify_email,
        verified_at=row.verified_at,
    )
