"""A pool of connections for one purpose, open for as long as it is used."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from assessment.read_models.connections import pool
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import Pool
from assessment.settings import DatabaseSettings

CLOSE_SECONDS: Final = 3.0


@asynccontextmanager
async def opened_pool(
    database: DatabaseSettings, purpose: str, size: int, role: DatabaseRole
) -> AsyncGenerator[Pool, None]:
    made = await pool(database, purpose, size, role=role, read_only=role is DatabaseRole.READER)
    try:
        yield made
    finally:
        with suppress(TimeoutError):  # a close that is cut short terminates the connections itself
            async with asyncio.timeout(CLOSE_SECONDS):
                await made.close()
