"""`assessment projections rebuild | verify | rollback`: a generation made from the log, compared, and swapped in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select

from assessment.projections.catching_up import catch_up
from assessment.projections.filling import ALONE, Filled, fill
from assessment.projections.progress import Progress
from assessment.projections.swapping import Swapped, ended, quiet_position, swap
from assessment.projections.workers import Workers
from assessment.read_models.comparison import COMPARED, Digest, digests, first_key
from assessment.read_models.connections import Connection, OwnConnection
from assessment.read_models.generation_ddl import drop_generation
from assessment.read_models.generations import CHECKED, NEXT, PREVIOUS
from assessment.read_models.locks import REBUILD_LOCK
from assessment.read_models.statements import compiled
from assessment.read_models.tables import LIVE
from eventrail_client.port import EventStore

CATCH_UP_ROUNDS: Final = 20
CLOSE_ENOUGH_EVENTS: Final = 100

_TRY_LOCK: Final = compiled(select(func.pg_try_advisory_lock(bindparam("number", REBUILD_LOCK))))
_EXISTS: Final = compiled(select(func.to_regnamespace(bindparam("schema")).is_not(None)))


class RebuildRefused(Exception):  # noqa: N818 (an outcome, named for what it is)
    """It can't be done now; the message says why."""


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """One table in both generations."""

    name: str
    live: Digest
    rebuilt: Digest

    @property
    def is_equal(self) -> bool:
        return self.live == self.rebuilt


@dataclass(frozen=True, slots=True)
class Compared:
    """Every table at one position. quiet: when, and how long commands waited for it."""

    filled: Filled
    quiet: Swapped
    tables: tuple[TableVerdict, ...]

    @property
    def is_equal(self) -> bool:
        return all(table.is_equal for table in self.tables)


class Rebuilder:
    """One at a time on a database; traffic goes on beside it, but for two short pauses."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[OwnConnection]],
        store: EventStore,
        progress: Progress,
        now: Callable[[], datetime],
        workers: Workers = ALONE,
    ) -> None:
        self._connect = connect
        self._store = store
        self._progress = progress
        self._now = now
        self._workers = workers

    async def verify(self) -> Compared:
        """Rebuild into a generation of its own, compare, and remove it."""
        async with self._alone() as (connection, snapshot):
            compared = await self._compared(connection, snapshot, CHECKED)
            await drop_generation(connection, CHECKED)
            return compared

    async def rebuild(self) -> tuple[Compared, Swapped | None]:
        """Rebuild, compare, and swap if all tables are equal; `next` stays for a look where they are not."""
        async with self._alone() as (connection, snapshot):
            compared = await self._compared(connection, snapshot, NEXT)
            if not compared.is_equal:
                return compared, None
            self._progress.phase("swapping")
            await self._nearly_caught_up(connection, NEXT)
            return compared, await swap(connection, self._store, NEXT)

    async def rollback(self) -> Swapped:
        """Put the generation before the last swap back, caught up. Raises RebuildRefused where there is none."""
        async with self._alone() as (connection, _):
            if not await connection.fetchval(_EXISTS.text, *_EXISTS.arguments(schema=PREVIOUS)):
                raise RebuildRefused("there is no generation before this one")
            self._progress.phase("catching the previous generation up")
            await self._nearly_caught_up(connection, PREVIOUS)
            return await swap(connection, self._store, PREVIOUS)

    async def _compared(self, connection: Connection, snapshot: Connection, schema: str) -> Compared:
        filled = await fill(connection, self._store, schema, self._progress, now=self._now(), workers=self._workers)
        self._progress.phase("catching up")
        await self._nearly_caught_up(connection, schema)
        self._progress.phase("comparing")
        quiet = await quiet_position(connection, snapshot, self._store)
        async with ended(snapshot):
            await catch_up(connection, self._store, schema, quiet.position)
            keys_from = await _keys_from(snapshot, connection, schema)
            live = await digests(snapshot, LIVE, keys_from)
            rebuilt = await digests(connection, schema, keys_from)
        tables = tuple(TableVerdict(name, live[name], rebuilt[name]) for name in COMPARED)
        return Compared(filled, quiet, tables)

    async def _nearly_caught_up(self, connection: Connection, schema: str) -> None:
        """Follow the head until it is close; traffic that is faster than this is caught in the pause."""
        for _ in range(CATCH_UP_ROUNDS):
            head = (await self._store.head()).position
            await catch_up(connection, self._store, schema, head)
            if (await self._store.head()).position - head <= CLOSE_ENOUGH_EVENTS:
                return

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[tuple[OwnConnection, OwnConnection]]:
        """A working connection that holds the rebuild's lock, and one for a snapshot."""
        async with AsyncExitStack() as opened:
            connection, snapshot = await self._connect(), await self._connect()
            opened.push_async_callback(connection.close)
            opened.push_async_callback(snapshot.close)
            if not await connection.fetchval(_TRY_LOCK.text, *_TRY_LOCK.arguments()):
                raise RebuildRefused("another rebuild, verify or rollback is at work")
            yield connection, snapshot


async def _keys_from(live: Connection, rebuilt: Connection, schema: str) -> int:
    """Where both still have every key; beyond the log's end where one has none left, and then there is none to compare.

    Keys older than a day are pruned at different moments, always from the log's beginning on.
    """
    firsts = (await first_key(live, LIVE), await first_key(rebuilt, schema))
    return max((2**62 if first is None else first) for first in firsts)
