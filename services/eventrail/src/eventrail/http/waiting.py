"""Waiting for events on behalf of a client: ends with an event, the time, the client or the server."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from eventrail.http.exchange import Exchange
from eventrail.http.store import Store


class Waiting:
    """An async context for one exchange whose body is not awaited any more."""

    def __init__(self, store: Store, exchange: Exchange) -> None:
        self._store = store
        self._exchange = exchange
        self._ends: tuple[asyncio.Task[object], ...] = ()
        self._limit: asyncio.Timeout | None = None

    async def __aenter__(self) -> Self:
        self._ends = (
            asyncio.create_task(self._store.stopping.wait()),
            asyncio.create_task(self._gone()),
        )
        for task in self._ends:
            task.add_done_callback(self._end)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._ends:
            task.cancel()
        for task in self._ends:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def over(self) -> bool:
        """Whether nobody waits any more."""
        return self._store.stopping.is_set() or any(task.done() for task in self._ends)

    async def head_beyond(self, position: int, seconds: float) -> int:
        """The head, as soon as it is beyond `position`, at the end of the time, or when the waiting is over."""
        if not self.over:
            with contextlib.suppress(TimeoutError):
                try:
                    async with asyncio.timeout(None) as self._limit:
                        await self._store.queue.head_beyond(position, seconds)
                finally:
                    self._limit = None
        return self._store.log.head.position

    def _end(self, _: object) -> None:
        """Whatever is waited for just now is not waited for any longer."""
        limit, self._limit = self._limit, None
        if limit is not None:
            limit.reschedule(0)

    async def _gone(self) -> bool:
        while (await self._exchange.receive())["type"] != "http.disconnect":
            pass
        return True
