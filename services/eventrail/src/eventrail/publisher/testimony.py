"""What NATS says of a log, as far as it says anything."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Testimony:
    """`answered` is False where nothing could be learned; `position` is 0 where NATS knows nothing of this log."""

    answered: bool
    position: int = 0
