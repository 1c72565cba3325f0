"""Holding all commands for a moment, without letting anybody who hangs hold them for long."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from asyncpg.exceptions import LockNotAvailableError
from sqlalchemy import bindparam, func, select

from assessment.read_models.connections import Connection
from assessment.read_models.locks import GENERATION_LOCK
from assessment.read_models.statements import compiled

TRIES: Final = 60
BETWEEN_TRIES_SECONDS: Final = 0.3

IMPATIENT: Final = """
SET lock_timeout = '200ms';
SET idle_session_timeout = '10s';
SET idle_in_transaction_session_timeout = '10s'
"""
"""While the lock is waited for, new commands queue behind it; while it is held, a process that hangs loses it."""

PATIENT: Final = "RESET lock_timeout; RESET idle_session_timeout; RESET idle_in_transaction_session_timeout"

_number: Any = bindparam("number", GENERATION_LOCK)
_LOCK: Final = compiled(select(func.pg_advisory_lock(_number)))
_UNLOCK: Final = compiled(select(func.pg_advisory_unlock(_number)))


class NoPause(Exception):  # noqa: N818 (an outcome, named for what it is)
    """Some command under way never let the others be held."""


@asynccontextmanager
async def commands_waiting(connection: Connection, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[float]:
    """No command or projector batch is under way in the block; yields when their waiting began. Raises NoPause."""
    await connection.execute(IMPATIENT)
    began = await _locked(connection, clock)
    try:
        yield began
    finally:
        await connection.execute(_UNLOCK.text, *_UNLOCK.arguments())
        await connection.execute(PATIENT)


async def _locked(connection: Connection, clock: Callable[[], float]) -> float:
    for _ in range(TRIES):
        began = clock()
        try:
            await connection.execute(_LOCK.text, *_LOCK.arguments())
        except LockNotAvailableError:
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)
        else:
            return began
    raise NoPause("a command under way does not end; try again")
