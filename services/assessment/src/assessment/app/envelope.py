"""What a command travels in, and what executing it answers."""

from dataclasses import dataclass

from contracts.events import Fact


@dataclass(frozen=True, slots=True)
class CommandEnvelope:
    """key: a UUID, the same for every retry of one request; fingerprint: of the request, if the client named a key."""

    key: str
    fingerprint: str | None
    actor: str
    correlation_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Executed:
    """The facts that answer a command.

    first, last: their positions in the log; of the checkpoint's, where nothing was recorded
    replayed: they stood before this request
    recorded: false where the command asked for what stands already
    """

    facts: tuple[Fact, ...]
    first: int
    last: int
    replayed: bool = False
    recorded: bool = True
