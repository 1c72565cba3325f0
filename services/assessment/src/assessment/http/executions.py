"""Commands carried out for a request, and the facts that their answers are built from."""

from typing import TypeVar

from assessment.app.envelope import CommandEnvelope, Executed
from assessment.domain.commands import Command
from assessment.http.service import Service

F = TypeVar("F")


async def execute(service: Service, envelope: CommandEnvelope, command: Command) -> Executed:
    return await service.commands.execute(envelope, command)


def fact_of(executed: Executed, kind: type[F]) -> F:
    """Find the fact that an answer is about among those of the command."""
    found = fact_if_any(executed, kind)
    assert found is not None, f"the command's facts hold no {kind.__name__}"
    return found


def fact_if_any(executed: Executed, kind: type[F]) -> F | None:
    return next(iter(facts_of(executed, kind)), None)


def facts_of(executed: Executed, kind: type[F]) -> tuple[F, ...]:
    return tuple(fact for fact in executed.facts if isinstance(fact, kind))
