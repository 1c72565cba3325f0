"""Proof of an address by a mailed code: asked for and entered, by whoever holds a link that opens nothing before."""

from dataclasses import replace
from typing import Final

import msgspec

from assessment.app.address_codes import CodeWrong, TooManyCodes
from assessment.app.envelope import CommandEnvelope, Executed
from assessment.app.links import link
from assessment.app.secrets import digest
from assessment.domain import commands
from assessment.domain.decision import Reason, Refused
from assessment.domain.derived_ids import derived_id
from assessment.http.answers import AnswerBytes, done, sent
from assessment.http.bodies import AnyRequest, Nothing
from assessment.http.calls import read_call
from assessment.http.credentials import LinkHolderGiven
from assessment.http.executions import execute, fact_of
from assessment.http.invites import FIRST_GENERATION, check_mailer
from assessment.http.limits import count
from assessment.http.operations import Operation, endpoint
from assessment.http.problems import refused, try_again, unauthorized
from assessment.http.service import Service, ServiceGiven
from assessment.read_models.queries_access import Claim, SeatHolder, way_back
from assessment.read_models.queries_codes import CodeHolder, StandingCode
from contracts.assessment.codes import CodeEntered, CodeRefusal, EnterCode, MailedCode
from contracts.assessment.limits import MAX_CODE_GUESSES
from contracts.events import InviteCreated
from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised

ASK: Final = Operation(
    id="askForCode",
    summary="Have a code mailed to the address that the link is for; the one before it counts no longer",
    actor="candidate",
    body=Nothing,
    body_needed=False,
    answers={200: MailedCode},
    idempotency="taken",
    records=False,
    proves=True,
    problems=(ProblemType.CONFLICT, ProblemType.NO_MAILER),
)
ENTER: Final = Operation(
    id="enterCode",
    summary="Enter the code that was mailed; the answer has the token to go on with",
    actor="candidate",
    body=EnterCode,
    answers={200: CodeEntered},
    idempotency="taken",
    proves=True,
    problems=(
        ProblemType.CODE_REFUSED,
        ProblemType.NOT_PUBLISHED,
        ProblemType.LINK_CLOSED,
        ProblemType.LINK_FULL,
        ProblemType.ADDRESS_KNOWN,
    ),
    refusals={422: CodeRefusal},
)
NO_CODE_COUNTS: Final = "No code counts any more; ask for another one."
WAY_ENDED: Final = "What led there has ended, or was revoked; ask whoever invited you."


@endpoint("POST", "/v1/take/code", ASK)
async def ask_for_code(request: AnyRequest, service: ServiceGiven, link_holder: LinkHolderGiven) -> AnswerBytes:
    call = await read_call(request, ASK)
    call.decoded(Nothing)
    holder = link_holder.holder
    if isinstance(holder, SeatHolder) and not holder.needs_code:
        raise refused(ProblemType.CONFLICT, "The link needs no code, or one was entered already.")
    check_mailer(service, asked=True, at="")
    count(service.limits.codes, service.limits.address(request))
    key = call.envelope(link_holder.name).key
    code = await mailed_code(service, holder, derived_id(key, f"code:{holder.id}"))
    return sent(MailedCode(expires_at=code.expires_at, guesses=MAX_CODE_GUESSES))


@endpoint("POST", "/v1/take/code/verify", ENTER)
async def enter_code(request: AnyRequest, service: ServiceGiven, link_holder: LinkHolderGiven) -> AnswerBytes:
    call = await read_call(request, ENTER)
    code = call.decoded(EnterCode).code
    holder, envelope = link_holder.holder, call.envelope(link_holder.name)
    if isinstance(holder, Claim):
        await _guess(service, holder, code)
        return await _let_in(service, holder, envelope)
    if holder.needs_code:
        await _guess(service, holder, code)
        return _entered(service, holder, await _verified(service, holder, envelope))
    return _entered(service, holder, await _nothing_new(service))


async def mailed_code(service: Service, holder: SeatHolder | Claim, code_id: str) -> StandingCode:
    """Let a code count and have it mailed, or answer how long nobody else's patience is to be tried."""
    try:
        return await service.codes.ask(_code_holder(holder), code_id, service.now())
    except TooManyCodes as too_many:
        detail = "As many codes were mailed as may be in an hour."
        raise try_again(ProblemType.TOO_MANY_REQUESTS, detail, too_many.retry_after_seconds) from None


async def _guess(service: Service, holder: SeatHolder | Claim, code: str) -> None:
    try:
        await service.codes.guess(_code_holder(holder), code, service.now())
    except CodeWrong as wrong:
        detail = f"It can be tried {wrong.guesses_left} times more." if wrong.guesses_left else NO_CODE_COUNTS
        general = problem(ProblemType.CODE_REFUSED, detail, at="$.code")
        refusal = CodeRefusal(**msgspec.structs.asdict(general), guesses_left=wrong.guesses_left)
        raise ProblemRaised(refusal) from None


async def _verified(service: Service, holder: SeatHolder, envelope: CommandEnvelope) -> Executed:
    seat = holder.seat
    command = commands.VerifyInvite(
        employer_id=seat.employer_id,
        assessment_id=seat.assessment_id,
        invite_id=seat.invite_id,
        generation=holder.seat.generation,
        now=service.now(),
    )
    return await execute(service, envelope, command)


async def _let_in(service: Service, claim: Claim, envelope: CommandEnvelope) -> AnswerBytes:
    """Give whoever proved the address the invite that is theirs, or a first one; a claim leads to one outcome only."""
    details = await service.claims.details(claim)
    if details is None:
        raise unauthorized()
    invite_id = derived_id(claim.id, "invite")
    token = service.secrets.invite_token(invite_id, FIRST_GENERATION)
    order = commands.InviteOrder(invite_id, claim.candidate_id, details.name, details.email, digest(token), None)
    command = commands.JoinPublicLink(claim.employer_id, claim.assessment_id, order, service.now(), proved=True)
    own = replace(envelope, key=derived_id(claim.id, "join"), fingerprint=None)
    try:
        executed = await execute(service, own, command)
    except Refused as refusal:
        if refusal.refusal.reason is not Reason.ADDRESS_KNOWN:
            raise
        return await _led_back(service, claim, envelope)
    assert fact_of(executed, InviteCreated).invite_id == invite_id, "the id is derived from the claim's"
    return _entered_by(service, token, executed)


async def _led_back(service: Service, claim: Claim, envelope: CommandEnvelope) -> AnswerBytes:
    """Give the token of the invite that leads there; one that needs a proof itself has it by this."""
    found = await way_back(service.reader, claim, service.now())
    if found is None:
        raise refused(ProblemType.ADDRESS_KNOWN, WAY_ENDED)
    if not found.needs_code:
        return _entered(service, found, await _nothing_new(service))
    key = derived_id(claim.id, f"verify:{found.id}:{found.seat.generation}")
    return _entered(service, found, await _verified(service, found, replace(envelope, key=key, fingerprint=None)))


async def _nothing_new(service: Service) -> Executed:
    checkpoint = await service.commands.watch.checkpoint()
    return Executed((), checkpoint.position, checkpoint.position, recorded=False)


def _entered(service: Service, holder: SeatHolder, executed: Executed) -> AnswerBytes:
    return _entered_by(service, service.secrets.invite_token(holder.id, holder.seat.generation), executed)


def _entered_by(service: Service, token: str, executed: Executed) -> AnswerBytes:
    return done(executed, CodeEntered(token, link(service.settings.link_base_url, token)))


def _code_holder(holder: SeatHolder | Claim) -> CodeHolder:
    """Codes for one's own link are counted by the link; those for a typed address by the candidate that has it."""
    if isinstance(holder, SeatHolder):
        return CodeHolder(holder.id, holder.seat.employer_id, holder.id)
    return CodeHolder(holder.id, holder.employer_id, holder.candidate_id)
