"""A transaction beside the commands', in which one employer's rows are seen and no others."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from assessment.read_models.failures import DATABASE_FAILURES
from assessment.read_models.locks import begin
from assessment.read_models.ports import Connection, Pool

ACQUIRE_SECONDS: Final = 10.0


@contextlib.asynccontextmanager
async def transaction(pool: Pool, employer_id: str) -> AsyncIterator[Connection]:
    """Commit at the end; roll back whatever ends otherwise. Raises the database's failures."""
    connection = await pool.acquire(timeout=ACQUIRE_SECONDS)
    try:
        await connection.execute(begin(employer_id))
        yield connection
        await connection.execute("COMMIT")
    finally:
        with contextlib.suppress(*DATABASE_FAILURES):  # it is closed then, which rolls back too
            if connection.is_in_transaction():
                await connection.execute("ROLLBACK")
        with contextlib.suppress(*DATABASE_FAILURES):
            await pool.release(connection)
