"""The sweeper beside the projector: what it works with, opened when the database and the log can be reached."""

import asyncio
import logging
import random
import secrets as randomness
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from assessment.app.candidate_keys import CandidateKeys
from assessment.app.commands import Commands, Means
from assessment.app.interruption import armed
from assessment.app.server_secret import NotMigrated, load_secrets
from assessment.app.sweeper import AT_ONCE, Sweeper
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.failures import DATABASE_FAILURES, first_line
from assessment.read_models.opened_pools import opened_pool
from assessment.settings import CommandSettings, DatabaseSettings, SweepSettings
from eventrail_client.port import EventStore

OPEN_AGAIN_SECONDS: Final = 2.0
SIDE_CONNECTIONS: Final = 2

_LOG: Final = logging.getLogger(__name__)


async def sweep(database: DatabaseSettings, store: EventStore, commands: CommandSettings, told: SweepSettings) -> None:
    """Sweep until cancelled; what can't be opened is tried again."""
    while True:
        try:
            async with _sweeper(database, store, commands, told) as sweeper:
                await sweeper.run()
        except (NotMigrated, *DATABASE_FAILURES) as failure:
            _LOG.warning("waiting: %s: %s", type(failure).__name__, first_line(failure))
            await asyncio.sleep(OPEN_AGAIN_SECONDS)


@asynccontextmanager
async def _sweeper(
    database: DatabaseSettings, store: EventStore, commands: CommandSettings, told: SweepSettings
) -> AsyncGenerator[Sweeper, None]:
    async with AsyncExitStack() as opened:
        commands_pool = await opened.enter_async_context(
            opened_pool(database, "sweeps", AT_ONCE, DatabaseRole.COMMANDS)
        )
        side_pool = await opened.enter_async_context(
            opened_pool(database, "sweeper", SIDE_CONNECTIONS, DatabaseRole.COMMANDS)
        )
        due_pool = await opened.enter_async_context(opened_pool(database, "due", 1, DatabaseRole.PROJECTOR))
        means = Means(
            commands_pool=commands_pool,
            reads_pool=side_pool,
            store=store,
            secrets=await load_secrets(side_pool),
            candidate_keys=CandidateKeys(side_pool, randomness.token_bytes),
            settings=commands,
            jitter=random.random,
            interrupt=armed(commands.interruption),
        )
        yield Sweeper(due_pool, Commands(means), _now, pause_seconds=told.sweep_seconds)


def _now() -> datetime:
    return datetime.now(UTC)
