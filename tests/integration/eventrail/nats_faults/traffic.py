"""Appenders that never stop and never try twice: an append that fails, or waits for NATS, shows."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from eventrail_client import EventrailClient, NewEvent, StoreError
from tests.kit.random_appends import random_call

LONGEST_PACE_SECONDS = 0.03
WAIT_SECONDS = 240
APPENDERS = 3


class Traffic:
    """`acknowledged`: first, last and ids of each append that was answered; `failures`: what else was answered."""

    def __init__(self, client: EventrailClient, chance: random.Random) -> None:
        self.acknowledged: list[tuple[int, int, tuple[str, ...]]] = []
        self.failures: list[str] = []
        self._client = client
        self._running = asyncio.Event()
        self._under_way = 0
        self._changed = asyncio.Condition()
        self._tasks = [
            asyncio.create_task(self._append(random.Random(chance.getrandbits(64)), n)) for n in range(APPENDERS)
        ]

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Appends begin and go on; at the end the last of them is answered."""
        self._running.set()
        try:
            yield
        finally:
            self._running.clear()
            await self._until(lambda: self._under_way == 0)

    async def more(self, count: int) -> None:
        """Waits until so many more appends were answered: NATS, in whatever state, has not held them up."""
        wanted = len(self.acknowledged) + count
        await self._until(lambda: len(self.acknowledged) >= wanted)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(holds)

    async def _append(self, chance: random.Random, number: int) -> None:
        while True:
            await self._running.wait()
            call = random_call(chance, number)
            events = [NewEvent(msgspec.Raw(e.data.encode()), e.type, e.tags, e.id) for e in call.events]
            self._under_way += 1
            try:
                result = await self._client.append(events)
                self.acknowledged.append((result.first, result.last, tuple(event.id for event in call.events)))
            except StoreError as error:
                self.failures.append(f"an append was answered with {error!r}")
            finally:
                self._under_way -= 1
            async with self._changed:
                self._changed.notify_all()
            await asyncio.sleep(chance.uniform(0, LONGEST_PACE_SECONDS))
