"""How a command can end without its answer; a refusal is the domain's own `Refused`."""

from assessment.domain.decision import Refused
from assessment.read_models.failures import DATABASE_FAILURES


class KeyReused(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The idempotency key was used for another request."""


class Overloaded(Exception):  # noqa: N818 (an outcome, named for what it is)
    """Not done, and nothing recorded that is known of; a retry with the same key is safe."""

    def __init__(self, reason: str, retry_after_seconds: int = 1) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class LogUnavailable(Exception):  # noqa: N818 (an outcome, named for what it is)
    """Eventrail did not answer, or is not the log of this database; a retry with the same key is safe."""


class Stale(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The log holds an event that this database has not applied: once it is at `position`, start again."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the event at {position} is not applied yet")
        self.position = position


__all__ = ["DATABASE_FAILURES", "KeyReused", "LogUnavailable", "Overloaded", "Refused", "Stale"]
