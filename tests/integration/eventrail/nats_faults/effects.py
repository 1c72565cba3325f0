"""What a projection would do with each event, counted: once for each, in order, whatever NATS brings and when."""

import asyncio
import contextlib

from eventrail_client import EventStore
from eventrail_client.follow import Cursor, Follower, FollowOptions, RecordedAppend
from eventrail_client.nats_feed import NatsFeed

QUICK = FollowOptions(silence_seconds=0.5, wait_seconds=1, pause_seconds=0.02)


class Effects:
    """The rows and the checkpoint of a projection, as if one transaction kept both; they outlive each follower."""

    def __init__(self, log_id: str) -> None:
        self.cursor = Cursor.beginning(log_id)
        self.hashes: list[str] = []
        self.gaps = 0
        self.doubles = 0
        self._ids: set[str] = set()

    def apply(self, append: RecordedAppend) -> None:
        for event in append.events:
            self.gaps += event.position > len(self.hashes) + 1
            self.doubles += event.id in self._ids
            self._ids.add(event.id)
            self.hashes.append(event.hash)
        self.cursor = Cursor(self.cursor.log_id, append.last, append.hash)


class Projection:
    """A follower at work; it may be stopped at any moment, and another goes on from the checkpoint."""

    def __init__(self, store: EventStore, effects: Effects, nats_url: str) -> None:
        self._store = store
        self._effects = effects
        self._nats_url = nats_url
        self._task = asyncio.create_task(self._follow())

    @property
    def failure(self) -> str:
        """Why it ended by itself; empty while it is at work."""
        return repr(self._task.exception()) if self._task.done() else ""

    async def restart(self) -> None:
        await self.stop()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _follow(self) -> None:
        async with Follower(self._store, self._effects.cursor, NatsFeed(self._nats_url), QUICK) as follower:
            async for append in follower:
                self._effects.apply(append)
