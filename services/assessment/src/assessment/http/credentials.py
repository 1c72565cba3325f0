"""Who asks: the operator, an employer or a candidate, each known by the SHA-256 of a bearer token.

What an employer's key may do is decided here too, for every operation alike and before its handler.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from assessment.app.secrets import digest
from assessment.domain.commands import Seat
from assessment.domain.roles import includes
from assessment.http.bodies import AnyRequest
from assessment.http.limits import count
from assessment.http.operations import OPERATION, Operation
from assessment.http.problems import code_required, forbidden, unauthorized
from assessment.http.service import Service, ServiceGiven
from assessment.read_models.queries_access import Claim, SeatHolder, claim_of_token, key_of_secret, seat_of_token
from contracts.assessment.keys import Role
from servicekit.tokens import bearer_token

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OperatorActor:
    name: str = "operator"


@dataclass(frozen=True, slots=True)
class EmployerActor:
    """An employer, by the API key that is asked with; whatever key it is, a command's key belongs to the employer."""

    id: str
    key_id: str

    @property
    def name(self) -> str:
        return f"employer:{self.id}/key:{self.key_id}"


@dataclass(frozen=True, slots=True)
class CandidateActor:
    """Whatever invite brought the candidate here, keys and commands belong to the one sitting.

    is_recalled: known from memory, and not looked up
    """

    seat: Seat
    is_recalled: bool = False

    @property
    def name(self) -> str:
        return f"sitting:{self.seat.sitting_id}"


@dataclass(frozen=True, slots=True)
class LinkActor:
    """Whoever holds a link, whether what is behind it may be seen already or has to be proved first."""

    holder: SeatHolder | Claim

    @property
    def name(self) -> str:
        holder = self.holder
        return CandidateActor(holder.seat).name if isinstance(holder, SeatHolder) else f"claim:{holder.id}"


OperatorGiven = NamedDependency[SkipValidation[OperatorActor]]
EmployerGiven = NamedDependency[SkipValidation[EmployerActor]]
CandidateGiven = NamedDependency[SkipValidation[CandidateActor]]
LinkHolderGiven = NamedDependency[SkipValidation[LinkActor]]


async def provide_operator(request: AnyRequest, service: ServiceGiven) -> OperatorActor:
    async def find(sha256: str) -> OperatorActor | None:
        return OperatorActor() if hmac.compare_digest(sha256, service.settings.operator_token_sha256) else None

    return await authenticated(request, service, find)


async def provide_employer(request: AnyRequest, service: ServiceGiven) -> EmployerActor:
    """One query and one answer, whether the key is unknown, expired, rotated or revoked."""
    now = service.now()
    holder = await authenticated(request, service, lambda sha256: key_of_secret(service.reader, sha256, now))
    count(service.limits.keys, holder.key_id)
    await service.key_uses.note(holder.employer_id, holder.key_id, now)
    check_role(holder.role, operation_of(request))
    return EmployerActor(holder.employer_id, holder.key_id)


async def provide_candidate(request: AnyRequest, service: ServiceGiven) -> CandidateActor:
    """One answer, whether the token is unknown, expired or revoked; another where a code has to be entered first."""
    holder = (await provide_link_holder(request, service)).holder
    return _seated(request, service, holder)


async def looked_up(request: AnyRequest, service: Service) -> CandidateActor:
    """The same for a request that was counted already."""
    return _seated(request, service, await _holder(request, service))


async def provide_link_holder(request: AnyRequest, service: ServiceGiven) -> LinkActor:
    holder = await _holder(request, service)
    count(service.limits.links, holder.id)
    return LinkActor(holder)


async def _holder(request: AnyRequest, service: Service) -> SeatHolder | Claim:
    now = service.now()

    async def find(sha256: str) -> SeatHolder | Claim | None:
        seat = await seat_of_token(service.reader, sha256, now)
        return seat or await claim_of_token(service.reader, sha256, now)

    return await authenticated(request, service, find)


def _seated(request: AnyRequest, service: Service, holder: SeatHolder | Claim) -> CandidateActor:
    if not isinstance(holder, SeatHolder) or holder.needs_code:
        raise code_required()
    sha256 = token_digest(request)
    assert sha256 is not None, "a seat is found by its token"
    service.seats.remember(sha256, holder.seat)
    return CandidateActor(holder.seat)


async def authenticated(request: AnyRequest, service: Service, find: Callable[[str], Awaitable[T | None]]) -> T:
    """Find who a bearer token belongs to; where too many from one address failed, nothing is looked up for it.

    Each request counts as a failure until it is none, so that no more than the limit are ever under way at once.
    """
    failures, address = service.limits.failures, service.limits.address(request)
    count(failures, address)
    has_failed = False
    try:
        sha256 = token_digest(request)
        found = None if sha256 is None else await find(sha256)
        has_failed = found is None
    finally:
        if not has_failed:
            failures.give_back(address)
    if found is None:
        raise unauthorized()
    return found


def check_role(role: Role, operation: Operation) -> None:
    """Refuse what the role does not include, before anything is looked up: that says nothing of what there is."""
    needed = operation.role
    assert needed is not None, f"{operation.id} is asked for by an employer and names no role"
    if not includes(role, needed):
        raise forbidden(role, needed)


def operation_of(request: AnyRequest) -> Operation:
    """Give the operation that stands beside the handler of a request."""
    operation: Operation = request.route_handler.opt[OPERATION]
    return operation


def token_digest(request: AnyRequest) -> str | None:
    """Hash the bearer token; None for what is no token at all."""
    header = request.headers.get("authorization")
    token = bearer_token(header.encode("latin-1") if header is not None else None)
    return None if token is None else digest(token)
