"""A read of results, recorded as its reader's before the answer is sent."""

from assessment.http.bodies import AnyRequest
from assessment.http.calls import Call
from assessment.http.credentials import EmployerActor
from assessment.http.operations import Operation
from assessment.http.service import Service
from contracts.events.results import ResultsListed, ResultsRead


async def record_read(
    service: Service,
    request: AnyRequest,
    operation: Operation,
    employer: EmployerActor,
    fact: ResultsRead | ResultsListed,
) -> None:
    """Each answer that shows results is one fact; one that says `304` shows nothing."""
    envelope = Call(request, operation, b"", None).envelope(employer.name)
    await service.read_records.record(envelope, fact)
