"""A candidate known from memory: a save and a submission ask for no row to learn which rows they are about.

Whether the token still opens the seat is decided with the command, on the rows that it relies on, and held by the log's
condition. So a seat that is remembered too long costs a refusal and lets nobody in. What would be answered without such
a decision, as a malformed body or a replay, waits for the token's own lookup, and so does every refusal: it is counted
as the lookup counts.
"""

from collections.abc import Awaitable

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from assessment.app.envelope import Executed
from assessment.app.errors import KeyReused
from assessment.domain.decision import Refused
from assessment.http.bodies import AnyRequest
from assessment.http.credentials import CandidateActor, looked_up, provide_candidate, token_digest
from assessment.http.limits import count
from assessment.http.service import Service, ServiceGiven
from servicekit.problems import ProblemRaised

RecalledGiven = NamedDependency[SkipValidation[CandidateActor]]


async def provide_recalled(request: AnyRequest, service: ServiceGiven) -> CandidateActor:
    """The seat that the token opened last, as it was then; looked up where none is remembered."""
    sha256 = token_digest(request)
    seat = None if sha256 is None else service.seats.recall(sha256)
    if seat is None:
        return await provide_candidate(request, service)
    count(service.limits.links, seat.invite_id)
    return CandidateActor(seat, is_recalled=True)


async def confirmed(
    request: AnyRequest, service: Service, candidate: CandidateActor, executing: Awaitable[Executed]
) -> Executed:
    """Give what was executed; before a refusal, or what an earlier request did, is told, the token is looked up."""
    try:
        executed = await executing
    except (ProblemRaised, KeyReused, Refused):
        await _confirm(request, service, candidate)
        raise
    if executed.replayed:
        await _confirm(request, service, candidate)
    return executed


async def _confirm(request: AnyRequest, service: Service, candidate: CandidateActor) -> None:
    """Raises what the token's lookup raises, where it opens nothing any more."""
    sha256 = token_digest(request)
    if candidate.is_recalled and sha256 is not None:
        service.seats.forget(sha256)
        await looked_up(request, service)
