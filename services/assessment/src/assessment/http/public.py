"""The public link: whoever knows its slug asks for a personal token of their own."""

import re
from typing import Final

from litestar.params import FromPath

from assessment.app.claims import Claimed
from assessment.app.envelope import Executed
from assessment.app.links import link
from assessment.app.secrets import digest
from assessment.domain import commands
from assessment.domain.address import normalized_address
from assessment.domain.decision import Reason, Refused
from assessment.domain.derived_ids import derived_id
from assessment.domain.invites import accepted_details
from assessment.http.answers import AnswerBytes, done
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.codes import mailed_code
from assessment.http.executions import execute, fact_of
from assessment.http.invites import FIRST_GENERATION, check_mailer
from assessment.http.limits import count
from assessment.http.operations import Operation, endpoint
from assessment.http.problems import not_found
from assessment.http.service import Service, ServiceGiven
from assessment.read_models import queries_assessments
from assessment.read_models.queries_access import Claim
from contracts.assessment.invites import JoinedPublic, JoinPublic
from contracts.events import InviteCreated
from contracts.problems import ProblemType

JOIN: Final = Operation(
    id="joinPublic",
    summary="Ask for a personal token on a public link; where the address has to be proved, a code is mailed to it",
    actor="anyone",
    body=JoinPublic,
    answers={201: JoinedPublic},
    idempotency="taken",
    problems=(
        ProblemType.NOT_PUBLISHED,
        ProblemType.LINK_CLOSED,
        ProblemType.LINK_FULL,
        ProblemType.ADDRESS_KNOWN,
        ProblemType.NO_MAILER,
    ),
)

_SLUG: Final = re.compile(r"[a-z0-9]{1,64}")


@endpoint("POST", "/v1/public/{slug:str}", JOIN)
async def join_public(request: AnyRequest, service: ServiceGiven, slug: FromPath[str]) -> AnswerBytes:
    call = await read_call(request, JOIN)
    body, now = call.decoded(JoinPublic), service.now()
    opened = await queries_assessments.public_assessment(service.reader, slug, now) if _SLUG.fullmatch(slug) else None
    if opened is None:
        raise not_found()
    address = normalized_address(body.email, "$.email")
    candidate_id = service.secrets.candidate_id(opened.employer_id, address)
    # the candidate's id stands for the address, which may stand in no event
    envelope = call.envelope(f"public:{slug}:{candidate_id}")
    invite_id = derived_id(envelope.key, "invite:0")
    order = commands.InviteOrder(
        invite_id=invite_id,
        candidate_id=candidate_id,
        name=body.name,
        email=body.email,
        token_sha256=digest(service.secrets.invite_token(invite_id, FIRST_GENERATION)),
        expires_at=None,
    )
    claim = Claim(derived_id(envelope.key, "claim"), opened.employer_id, opened.assessment_id, candidate_id)
    claimed = Claimed(claim, accepted_details(order, "$"), envelope.fingerprint)
    if opened.asks_proof:  # of everybody, so that nothing is looked up that could tell one address from another
        return await _claimed(request, service, claimed)
    command = commands.JoinPublicLink(opened.employer_id, opened.assessment_id, order, now)
    try:
        executed = await execute(service, envelope, command)
    except Refused as refusal:
        if not _can_be_proved(service, refusal.refusal.reason):
            raise
        return await _claimed(request, service, claimed)
    token = service.secrets.invite_token(fact_of(executed, InviteCreated).invite_id, FIRST_GENERATION)
    return done(executed, JoinedPublic(token, link(service.settings.link_base_url, token)), status=201)


def _can_be_proved(service: Service, reason: Reason) -> bool:
    """Tell whether a mailed code can settle it; a known address stays refused where nothing can be mailed."""
    return reason is Reason.CODE_REQUIRED or (reason is Reason.ADDRESS_KNOWN and service.mails)


async def _claimed(request: AnyRequest, service: Service, claimed: Claimed) -> AnswerBytes:
    """Answer as a newcomer is answered; what the token opens is decided by the code."""
    claim = claimed.claim
    check_mailer(service, asked=True, at="")
    count(service.limits.codes, service.limits.address(request))
    await mailed_code(service, claim, derived_id(claim.id, "code"))
    await service.claims.keep(claimed, service.now())
    token = service.secrets.claim_token(claim.id)
    checkpoint = await service.commands.watch.checkpoint()
    standing = Executed((), checkpoint.position, checkpoint.position, recorded=False)
    return done(standing, JoinedPublic(token, link(service.settings.link_base_url, token)), status=201)
