"""What goes wrong in a simulation: crashed processes, killed backends, lost requests and replies, all by one seed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from random import Random

from assessment.app.interruption import Point
from assessment.read_models.ports import Pool
from contracts.append import AppendRequest, AppendResult, Condition, NewEvent
from contracts.envelope import Event
from eventrail_client.errors import StoreError, Unavailable
from eventrail_client.memory import MemoryEventStore
from eventrail_client.port import DEFAULT_PAGE_EVENTS, Head, Page

KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
AND application_name = $1 AND state LIKE 'idle in transaction%' ORDER BY md5(pid::text || $2) LIMIT 1"""


class Crashed(Exception):  # noqa: N818 (what a client sees of a process that is gone)
    """The process ended here; its transaction goes with its connection."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Of each fault, at each opportunity."""

    crash: float = 0.06
    crash_after_append: float = 0.2
    kill_backend: float = 0.05
    lost_request: float = 0.05
    lost_reply: float = 0.15
    slow: float = 0.4


class Faults:
    """An interruption of commands; `odds` can be set to none for the end, when everything must come to rest."""

    def __init__(self, random: Random, side: Pool, odds: Odds) -> None:
        self.random = random
        self.odds: Odds | None = odds
        self._side = side

    async def __call__(self, point: Point) -> None:
        await self.dawdle()
        if self.odds is None:
            return
        chance = self.odds.crash_after_append if point is Point.APPENDED else self.odds.crash
        if self.random.random() < chance:
            raise Crashed(point.value)
        if self.random.random() < self.odds.kill_backend:
            await self.kill_one("assessment commands")

    async def dawdle(self) -> None:
        """Let others go first, some of them by far."""
        slow = self.odds is not None and self.random.random() < self.odds.slow
        await asyncio.sleep(self.random.random() * 0.01 if slow else 0)

    async def kill_one(self, application: str) -> None:
        await self._side.execute(KILL, application, str(self.random.random()))


class FaultyStore:
    """The log as a process sees it over a bad line."""

    def __init__(self, log: MemoryEventStore, faults: Faults) -> None:
        self._log = log
        self._faults = faults

    async def append(self, events: Sequence[NewEvent], condition: Condition | None = None) -> AppendResult:
        await self._faults.dawdle()
        odds, random = self._faults.odds, self._faults.random
        if odds is not None and random.random() < odds.lost_request:
            raise Unavailable("the request was lost")
        result = await self._log.append(events, condition)
        await self._faults.dawdle()
        if odds is None or random.random() >= odds.lost_reply:
            return result
        if random.random() < 0.5:
            raise Unavailable("the reply was lost", maybe_recorded=True)
        again = await self._log.append(events, condition)
        assert (again.first, again.last, again.replayed) == (result.first, result.last, True)
        return again

    async def append_many(self, appends: Sequence[AppendRequest]) -> list[AppendResult | StoreError]:
        return await self._log.append_many(appends)

    async def read(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = DEFAULT_PAGE_EVENTS,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
        wait_seconds: float = 0,
    ) -> Page:
        await self._faults.dawdle()
        return await self._log.read(
            after=after,
            before=before,
            limit=limit,
            types=types,
            tags=tags,
            backward=backward,
            wait_seconds=wait_seconds,
        )

    def read_all(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
    ) -> AsyncGenerator[Event, None]:
        return self._log.read_all(after=after, before=before, types=types, tags=tags, backward=backward)

    async def event(self, event_id: str) -> Event | None:
        return await self._log.event(event_id)

    def subscribe(
        self, *, after: int = 0, types: Sequence[str] = (), tags: Sequence[str] = ()
    ) -> AsyncGenerator[Event, None]:
        return self._log.subscribe(after=after, types=types, tags=tags)

    async def head(self) -> Head:
        return await self._log.head()
