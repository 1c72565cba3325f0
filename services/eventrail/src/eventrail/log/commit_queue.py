"""The asyncio front of the one writer: gathers appends, commits them in groups, wakes readers."""

from collections.abc import Callable

from eventrail.log.errors import SyncFailed
from eventrail.log.events import Append, Outcome
from eventrail.log.log import Log


class CommitQueue:
    """A bounded queue before `Log.commit`; all methods belong to one event loop."""

    def __init__(
        self,
        log: Log,
        *,
        on_fatal: Callable[[SyncFailed], None],
        max_waiting_appends: int = 4_096,
        max_waiting_bytes: int = 64 * 1024 * 1024,
        idle_seconds: float = 0.2,
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

    async def append(self, append: Append) -> Outcome:
        raise NotImplementedError

    async def head_beyond(self, position: int, timeout_seconds: float) -> int:
        raise NotImplementedError

    def suspend(self, reason: str) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError
