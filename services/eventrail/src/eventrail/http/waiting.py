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

    async def __aenter__(self) -> Self:
        self._ends = (
            asyncio.create_task(self._store.stopping.wait()),
            asyncio.create_task(self._gone()),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await _cancelled(*self._ends)

    @property
    def over(self) -> bool:
        """Whether nobody waits any more."""
        return self._store.stopping.is_set() or any(task.done() for task in self._ends)

    async def head_beyond(self, position: int, seconds: float) -> int:
        """The head, as soon as it is beyond `position`, at the end of the time, or when the waiting is over."""
        if self.over:
            return self._store.log.head.position
        head = asyncio.create_task(self._store.queue.head_beyond(position, seconds))
        await asyncio.wait((head, *self._ends), return_when=asyncio.FIRST_COMPLETED)
        if head.done():
            return head.result()
        await _cancelled(head)
        return self._store.log.head.position

    async def _gone(self) -> bool:
        while (await self._exchange.receive())["type"] != "http.disconnect":
            pass
        return True


async def _cancelled(*tasks: asyncio.Task[object] | asyncio.Task[int]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
