"""The application over a real PostgreSQL and an event store in memory: web processes, a projector, and orders."""

import asyncio
import contextlib
import secrets as randomness
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assessment.app.candidate_keys import CandidateKeys
from assessment.app.commands import CommandEnvelope, Commands, Executed, Means
from assessment.app.interruption import Interruption, Point, uninterrupted
from assessment.app.secrets import Secrets
from assessment.app.server_secret import load_secrets
from assessment.app.vault import Vault
from assessment.domain.commands import Command
from assessment.projections.runner import Projector
from assessment.read_models.checkpoints import read_checkpoint
from assessment.read_models.connections import connect, pool
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import OwnConnection, Pool
from assessment.settings import CommandSettings, DatabaseSettings
from eventrail_client.feed import NoFeed
from eventrail_client.memory import MemoryEventStore
from eventrail_client.port import EventStore

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WAIT_SECONDS = 120.0


def database_settings(url: str, **changed: Any) -> DatabaseSettings:
    """A machine that stands still for seconds may not end what waits; `lock_seconds` bounds connecting, too."""
    limits: dict[str, Any] = {
        "command_connections": 8,
        "read_connections": 2,
        "lock_seconds": 30.0,
        "statement_seconds": 60.0,
        "idle_transaction_seconds": 5.0,
    }
    return DatabaseSettings(database_url=url, **(limits | changed))


@dataclass(slots=True)
class Process:
    """What one web process has of its own."""

    commands: Commands
    means: Means
    vault: Vault

    async def execute(self, command: Command, key: str | None = None, fingerprint: str | None = None) -> Executed:
        return await self.commands.execute(envelope(key, fingerprint), command)


@dataclass(slots=True)
class World:
    """One database, one log, one projector, any number of web processes. side: a superuser's, which sees all rows."""

    settings: DatabaseSettings
    store: EventStore
    log: MemoryEventStore
    side: Pool
    secrets: Secrets
    opened: contextlib.AsyncExitStack
    projector: asyncio.Task[None] | None = None
    processes: list[Process] = field(default_factory=list)

    async def process(
        self, store: EventStore | None = None, interrupt: Interruption = uninterrupted, **changed: Any
    ) -> Process:
        """One more web process, with pools of its own."""
        size = self.settings.command_connections
        pools = [await pool(self.settings, "commands", size, role=DatabaseRole.COMMANDS)]
        size = self.settings.read_connections
        pools.append(await pool(self.settings, "reads", size, role=DatabaseRole.READER, read_only=True))
        pools.append(await pool(self.settings, "side", 2, role=DatabaseRole.COMMANDS))
        for one in pools:
            self.opened.push_async_callback(_closed, one)
        keys = CandidateKeys(pools[2], randomness.token_bytes)
        means = Means(
            commands_pool=pools[0],
            reads_pool=pools[1],
            store=store or self.store,
            secrets=self.secrets,
            candidate_keys=keys,
            settings=CommandSettings(**changed),
            jitter=lambda: 0.5,
            interrupt=interrupt,
        )
        self.processes.append(Process(Commands(means), means, Vault(self.secrets, keys)))
        return self.processes[-1]

    def project(self, **changed: Any) -> asyncio.Task[None]:
        """Start the projector; it works until `stop_projector` or the end."""
        projector = Projector(lambda: _connection(self.settings), self.store, NoFeed, **changed)
        self.projector = asyncio.create_task(projector.run())
        return self.projector

    async def stop_projector(self) -> None:
        if self.projector is not None:
            stopped, self.projector = self.projector, None
            stopped.cancel()
            await asyncio.wait([stopped])
            if not stopped.cancelled():
                stopped.result()

    async def drained(self) -> int:
        """Wait until everything in the log is applied; the head."""
        head = (await self.log.head()).position
        await until(lambda: self._is_at(head))
        return head

    async def _is_at(self, position: int) -> bool:
        return (await read_checkpoint(self.side)).position >= position

    @asynccontextmanager
    async def connection(self, role: DatabaseRole | None = None) -> AsyncIterator[OwnConnection]:
        """A connection of the test's own; without a role, a superuser's."""
        made = await connect(self.settings, "test", role=role)
        try:
            yield made
        finally:
            await made.close()

    async def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.side.fetch(query, *arguments)]

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self.side.fetchval(query, *arguments)


@asynccontextmanager
async def a_world(url: str, store: MemoryEventStore | None = None, **changed: Any) -> AsyncIterator[World]:
    settings = database_settings(url, **changed)
    log = store or MemoryEventStore()
    async with contextlib.AsyncExitStack() as opened:
        side = await pool(settings, "side", 4)
        opened.push_async_callback(_closed, side)
        world = World(settings, log, log, side, await load_secrets(side), opened)
        try:
            yield world
        finally:
            await world.stop_projector()


async def until(holds: Callable[[], Any], seconds: float = WAIT_SECONDS) -> None:
    """Poll until it holds, bounded."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.005)


def at(wanted: Point, act: Callable[[], Awaitable[object]]) -> Interruption:
    """Act once, at one point."""
    acted = False

    async def interrupt(point: Point) -> None:
        nonlocal acted
        if point is wanted and not acted:
            acted = True
            await act()

    return interrupt


def envelope(key: str | None = None, fingerprint: str | None = None) -> CommandEnvelope:
    return CommandEnvelope(key or str(uuid.uuid4()), fingerprint, "tester")


async def _connection(settings: DatabaseSettings) -> OwnConnection:
    return await connect(settings, "projector", role=DatabaseRole.PROJECTOR, limits={"lock_timeout": "0"})


async def _closed(made: Any) -> None:
    try:
        async with asyncio.timeout(2):
            await made.close()
    except TimeoutError:
        made.terminate()
