"""Who asks: the operator, an employer or a candidate, each known by the SHA-256 of a bearer token."""

import hmac
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from assessment.app.secrets import digest
from assessment.domain.commands import Seat
from assessment.http.bodies import AnyRequest
from assessment.http.problems import unauthorized
from assessment.http.service import ServiceGiven
from assessment.read_models.queries_access import employer_of_key, seat_of_token
from servicekit.tokens import bearer_token


@dataclass(frozen=True, slots=True)
class OperatorActor:
    name: str = "operator"


@dataclass(frozen=True, slots=True)
class EmployerActor:
    id: str

    @property
    def name(self) -> str:
        return f"employer:{self.id}"


@dataclass(frozen=True, slots=True)
class CandidateActor:
    """Whatever invite brought the candidate here, keys and commands belong to the one sitting."""

    seat: Seat

    @property
    def name(self) -> str:
        return f"sitting:{self.seat.sitting_id}"


OperatorGiven = NamedDependency[SkipValidation[OperatorActor]]
EmployerGiven = NamedDependency[SkipValidation[EmployerActor]]
CandidateGiven = NamedDependency[SkipValidation[CandidateActor]]


async def provide_operator(request: AnyRequest, service: ServiceGiven) -> OperatorActor:
    known = service.settings.operator_token_sha256
    if not hmac.compare_digest(token_digest(request), known):
        raise unauthorized()
    return OperatorActor()


async def provide_employer(request: AnyRequest, service: ServiceGiven) -> EmployerActor:
    employer_id = await employer_of_key(service.reader, token_digest(request))
    if employer_id is None:
        raise unauthorized()
    return EmployerActor(employer_id)


async def provide_candidate(request: AnyRequest, service: ServiceGiven) -> CandidateActor:
    """One query and one answer, whether the token is unknown, expired or revoked."""
    seat = await seat_of_token(service.reader, token_digest(request), service.now())
    if seat is None:
        raise unauthorized()
    return CandidateActor(seat)


def token_digest(request: AnyRequest) -> str:
    """Hash the bearer token; what is no token at all gets no further."""
    header = request.headers.get("authorization")
    token = bearer_token(header.encode("latin-1") if header is not None else None)
    if token is None:
        raise unauthorized()
    return digest(token)
