"""The public link: whoever knows its slug asks for a personal token of their own."""

import re
from typing import Final

from litestar.params import FromPath

from assessment.app.links import link
from assessment.app.secrets import digest
from assessment.domain import commands
from assessment.domain.address import normalized_address
from assessment.http.answers import AnswerBytes, done
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.executions import execute, fact_of
from assessment.http.identities import derived_id
from assessment.http.invites import FIRST_GENERATION
from assessment.http.operations import Operation, endpoint
from assessment.http.problems import not_found
from assessment.http.service import ServiceGiven
from assessment.read_models import queries_assessments
from contracts.assessment.invites import JoinedPublic, JoinPublic
from contracts.events import InviteCreated
from contracts.problems import ProblemType

JOIN: Final = Operation(
    id="joinPublic",
    summary="Ask for a personal token on a public link; an address that is known gets none",
    actor="anyone",
    body=JoinPublic,
    answers={201: JoinedPublic},
    idempotency="taken",
    problems=(
        ProblemType.NOT_PUBLISHED,
        ProblemType.LINK_CLOSED,
        ProblemType.LINK_FULL,
        ProblemType.ADDRESS_KNOWN,
    ),
)

_SLUG: Final = re.compile(r"[a-z0-9]{1,64}")


@endpoint("POST", "/v1/public/{slug:str}", JOIN)
async def join_public(request: AnyRequest, service: ServiceGiven, slug: FromPath[str]) -> AnswerBytes:
    call = await read_call(request, JOIN)
    body = call.decoded(JoinPublic)
    opened = await queries_assessments.public_assessment(service.reader, slug) if _SLUG.fullmatch(slug) else None
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
    command = commands.JoinPublicLink(
        employer_id=opened.employer_id, assessment_id=opened.assessment_id, order=order, now=service.now()
    )
    executed = await execute(service, envelope, command)
    token = service.secrets.invite_token(fact_of(executed, InviteCreated).invite_id, FIRST_GENERATION)
    return done(executed, JoinedPublic(token, link(service.settings.link_base_url, token)), status=201)
