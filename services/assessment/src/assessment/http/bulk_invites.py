"""Invites from a CSV file: each row is created, told to be invited already, or refused at its place."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec
from litestar.params import FromPath

from assessment.domain import commands
from assessment.domain.decision import Reason, Refused
from assessment.domain.derived_ids import derived_ids
from assessment.domain.invites import has_expired
from assessment.http.answers import AnswerBytes, done
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, facts_of
from assessment.http.identities import resource_id
from assessment.http.invites import check_mailer, invite_order, issued_invite
from assessment.http.operations import Operation, endpoint
from assessment.http.parameters import Query, read_query
from assessment.http.problems import malformed, refused
from assessment.http.service import Service, ServiceGiven
from assessment.http.upload import MAX_FRAME_BYTES, PART, uploaded
from assessment.imports.cells import column_letters
from assessment.imports.invitees import FileUnfit, Invitee, InviteeCode, read_invitees
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import shown
from assessment.read_models import queries_invites
from contracts.assessment.bulk_invites import InvitedFromFile, InviteRow, InvitesRefusal, RowsMode
from contracts.assessment.invites import InviteDraft
from contracts.assessment.limits import MAX_INVITES_FILE_BYTES
from contracts.events import InviteCreated
from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised

BULK: Final = Operation(
    id="inviteFromFile",
    summary="Invite the candidates of a CSV file (name, email, expires_at); the answer has a result for each row",
    actor="employer",
    role="author",
    file=True,
    max_body_bytes=MAX_INVITES_FILE_BYTES + MAX_FRAME_BYTES,
    answers={200: InvitedFromFile},
    query=("mode", "send", "verify_email"),
    idempotency="needed",
    problems=(ProblemType.NOT_PUBLISHED, ProblemType.IMPORT_REFUSED, ProblemType.ADDRESS_KNOWN, ProblemType.NO_MAILER),
    refusals={422: InvitesRefusal},
)
NOBODY_INVITED: Final = "Nobody was invited: not every row can be."
TWICE: Final = InviteeCode.ADDRESS_TWICE.slug


@endpoint("POST", "/v1/assessments/{assessment_id:str}/invites/bulk", BULK)
async def invite_from_file(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, BULK)
    mode, send, verify_email = _mode(query), _flag(query, "send"), _flag(query, "verify_email")
    check_mailer(service, asked=send, at="send")
    check_mailer(service, asked=verify_email, at="verify_email")
    call = await read_call(request, BULK)
    data = bytes(uploaded(call.body, request.headers.get("content-type", "")).data)
    invitees = await _invitees(data)
    if mode == "all" and (unfit := [_unfit(one) for one in invitees if one.problems]):
        raise _refusal(unfit)
    # a retry is a request with the same file: a browser gives the parts another boundary each time
    envelope = replace(call, body=data).envelope(employer.name)
    ids = derived_ids(envelope.key, "invite", len(invitees))
    orders = {
        one.row: replace(
            invite_order(service.secrets, employer.id, invite_id, _draft(one), place),
            mail=send,
            verify_email=verify_email,
        )
        for place, (one, invite_id) in enumerate(zip(invitees, ids, strict=True))
        if not one.problems
    }
    command = commands.InviteFromFile(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        orders=tuple(orders.values()),
        mode=mode,
        now=service.now(),
    )
    try:
        executed = await execute(service, envelope, command)
    except Refused as refusal:
        if refusal.refusal.reason is not Reason.ROWS_REFUSED:
            raise
        raise await _standing(service, command, invitees, orders) from None
    created = {fact.invite_id: fact for fact in facts_of(executed, InviteCreated)}
    # a retry is judged by the moment of the first time
    now = next((fact.at for fact in created.values()), command.now)
    rows = tuple(_row(service, one, orders, created, now) for one in invitees)
    return done(executed, _answer(rows))


def _answer(rows: tuple[InviteRow, ...]) -> InvitedFromFile:
    counted = [row.outcome for row in rows]
    return InvitedFromFile(
        created=counted.count("created"),
        already_invited=counted.count("already_invited"),
        invalid=counted.count("invalid"),
        rows=rows,
    )


def _row(
    service: Service,
    invitee: Invitee,
    orders: Mapping[int, commands.InviteOrder],
    created: Mapping[str, InviteCreated],
    now: datetime,
) -> InviteRow:
    if invitee.problems:
        return _unfit(invitee)
    fact = created.get(orders[invitee.row].invite_id)
    if fact is None:
        return _passed_over(invitee, now)
    return InviteRow(invitee.row, "created", issued_invite(service, fact, _draft(invitee)))


def _passed_over(invitee: Invitee, now: datetime) -> InviteRow:
    """Tell why a row that can be read was not invited."""
    if has_expired(invitee.expires_at, now):
        assert invitee.expires_at is not None, "what has expired has an end"
        problem_at = invitee.problem(InviteeCode.EXPIRES_AT_PAST, invitee.expires_at.isoformat())
        return InviteRow(invitee.row, "invalid", problems=(problem_at,))
    return InviteRow(invitee.row, "already_invited", problems=(invitee.problem(InviteeCode.ALREADY_INVITED),))


def _unfit(invitee: Invitee) -> InviteRow:
    twice = all(one.code == TWICE for one in invitee.problems)
    return InviteRow(invitee.row, "already_invited" if twice else "invalid", problems=invitee.problems)


async def _standing(
    service: Service,
    command: commands.InviteFromFile,
    invitees: Sequence[Invitee],
    orders: Mapping[int, commands.InviteOrder],
) -> ProblemRaised:
    """Say which rows stood in the way of all, as the tables have it now."""
    asked = queries_invites.InvitesAsked(command.employer_id, command.assessment_id, command.now)
    candidates = [order.candidate_id for order in orders.values()]
    invited = await queries_invites.invited_among(service.reader, asked, candidates)
    return _refusal(
        [
            _passed_over(one, command.now)
            for one in invitees
            if orders[one.row].candidate_id in invited or has_expired(one.expires_at, command.now)
        ]
    )


async def _invitees(data: bytes) -> tuple[Invitee, ...]:
    if len(data) > MAX_INVITES_FILE_BYTES:
        raise refused(ProblemType.PAYLOAD_TOO_LARGE, f"The file is over {MAX_INVITES_FILE_BYTES} bytes.", at=PART)
    try:
        return await asyncio.to_thread(read_invitees, data)
    except FileRefused as unread:
        place = f"{column_letters(unread.column) if unread.column else ''}{unread.row or ''}"
        raise _refused_file(unread.code, place, unread.seen) from None
    except FileUnfit as unfit:
        raise _refused_file(unfit.code, str(unfit.row), None) from None


def _refused_file(code: Code | InviteeCode, place: str, seen: str | None) -> ProblemRaised:
    general = problem(ProblemType.IMPORT_REFUSED, code.sentence, at=place or PART, seen=shown(seen) or "")
    return ProblemRaised(InvitesRefusal(**msgspec.structs.asdict(general), code=code.slug))


def _refusal(rows: Sequence[InviteRow]) -> ProblemRaised:
    first = next((row.problems[0] for row in rows), None)
    place = "" if first is None else f"{first.column}{first.row}"
    general = problem(ProblemType.IMPORT_REFUSED, NOBODY_INVITED, at=place, seen=(first and first.seen) or "")
    code = InviteeCode.ALREADY_INVITED.slug if first is None else first.code
    return ProblemRaised(InvitesRefusal(**msgspec.structs.asdict(general), code=code, rows=tuple(rows)))


def _draft(invitee: Invitee) -> InviteDraft:
    return InviteDraft(name=invitee.name, email=invitee.email, expires_at=invitee.expires_at)


def _mode(query: Query) -> RowsMode:
    given = query.get("mode", "all")
    known: tuple[RowsMode, ...] = get_args(RowsMode)
    mode = next((one for one in known if one == given), None)
    if mode is None:
        raise malformed(f"The mode is one of {', '.join(known)}.", at="mode", seen=given)
    return mode


def _flag(query: Query, name: Literal["send", "verify_email"]) -> bool:
    given = query.get(name, "false")
    if given not in ("false", "true"):
        raise malformed(f"{name} is true or false.", at=name, seen=given)
    return given == "true"
