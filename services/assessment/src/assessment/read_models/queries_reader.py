"""How read queries run: one compiled statement each, on the pool for reads, never waiting long for a connection."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from assessment.read_models.ports import Connection, Pool
from assessment.read_models.statements import Statement

ACQUIRE_SECONDS: Final = 2.0


class ReadsBusy(Exception):  # noqa: N818 (a refusal, no error of ours)
    """Every connection for reads is taken; the client may try again."""


class Reader:
    """Runs statements; every answer is one statement's, so it is of one moment."""

    def __init__(self, pool: Pool, *, acquire_seconds: float = ACQUIRE_SECONDS) -> None:
        self._pool = pool
        self._acquire_seconds = acquire_seconds

    async def one(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        async with self._connection() as connection:
            return await connection.fetchrow(statement.text, *statement.arguments(**values))

    async def all(self, statement: Statement, **values: Any) -> Sequence[asyncpg.Record]:
        async with self._connection() as connection:
            return await connection.fetch(statement.text, *statement.arguments(**values))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = await self._pool.acquire(timeout=self._acquire_seconds)
        except TimeoutError as fault:
            raise ReadsBusy from fault
        try:
            yield connection
        finally:
            await self._pool.release(connection)
