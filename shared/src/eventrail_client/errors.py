"""What a store refuses or can't do, each as its own exception that carries the facts."""

# ruff: noqa: N818 - a refusal is named after what happened

from contracts.append import AppendRequest
from contracts.problems import Problem


class StoreError(Exception):
    """Any answer that is not a success. problem: the document that came, where one came."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class ConditionFailed(StoreError):
    """An event matches the append condition; `position` is the latest such event. Nothing was recorded."""

    def __init__(self, position: int, problem: Problem | None = None) -> None:
        super().__init__(f"the event at {position} matches the append condition", problem)
        self.position = position


class IdReused(StoreError):
    """The event `id` stands at `position` already, but not as this append would have it. Nothing was recorded."""

    def __init__(self, event_id: str, position: int, problem: Problem | None = None) -> None:
        super().__init__(f"the id {event_id} stands at {position} in another way", problem)
        self.id = event_id
        self.position = position


class Rejected(StoreError):
    """The request will never be taken as it is: malformed, over a limit, or of a kind that this client doesn't know."""

    def __init__(self, problem: Problem) -> None:
        place = f" at {problem.at}" if problem.at else ""
        super().__init__(f"{problem.title} ({problem.status}){place}: {problem.detail}", problem)
        self.problem: Problem = problem


class Unauthorized(Rejected):
    """No or wrong credentials."""


class Forbidden(Rejected):
    """The credentials lack the scope."""


class ServerFault(StoreError):
    """The store failed in a way that trying again soon doesn't help: a damaged range, a fault of its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title} ({problem.status}): {problem.detail}", problem)
        self.problem: Problem = problem


class Unavailable(StoreError):
    """No answer within the attempts and the time allowed.

    maybe_recorded: an append was sent, and whether it stands is not known. Appending `request` again, whose events
    carry the ids they were sent with, is safe at any later time: it answers with the original positions or records it.
    """

    def __init__(
        self,
        reason: str,
        *,
        maybe_recorded: bool = False,
        request: AppendRequest | None = None,
        problem: Problem | None = None,
    ) -> None:
        super().__init__(f"the store is not available: {reason}", problem)
        self.reason = reason
        self.maybe_recorded = maybe_recorded
        self.request = request


class DiskFull(Unavailable):
    """The store has no room; nothing of the append was kept."""


class UnexpectedAnswer(StoreError):
    """A success whose content is outside the contract: not the store, or something between that changes answers."""


class ForeignLog(StoreError):
    """The store's log is not the one that was followed: another log, or the same one with another past.

    The latter is a log that was restored from an older copy and has moved on since.
    """

    def __init__(self, followed_log_id: str, position: int, reason: str) -> None:
        super().__init__(f"not the log {followed_log_id} that was followed to {position}: {reason}")
        self.followed_log_id = followed_log_id
        self.position = position
        self.reason = reason


class LogBehind(StoreError):
    """The store's log ends at `head`, before the position that was followed to: it was restored from an older copy."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(f"the log ends at {head}, but was followed to {position}")
        self.position = position
        self.head = head


class ChainBroken(StoreError):
    """The line at `position`, read from the store itself, does not follow from the one before it."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the hash of the line at {position} does not follow from the one before")
        self.position = position
