"""The moments in which commands wait: to see the live generation at one position, and to put another in its place."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from assessment.projections.catching_up import catch_up
from assessment.projections.pausing import commands_waiting
from assessment.read_models.checkpoints import read_checkpoint
from assessment.read_models.connections import Connection
from assessment.read_models.generation_ddl import drop_generation
from assessment.read_models.generations import NEXT, PREVIOUS
from assessment.read_models.tables import LIVE
from eventrail_client.port import EventStore

SET_ASIDE: Final = "set_aside"
RENAME: Final = {
    NEXT: (f"ALTER SCHEMA {LIVE} RENAME TO {PREVIOUS}", f"ALTER SCHEMA {NEXT} RENAME TO {LIVE}"),
    PREVIOUS: (
        f"ALTER SCHEMA {LIVE} RENAME TO {SET_ASIDE}",
        f"ALTER SCHEMA {PREVIOUS} RENAME TO {LIVE}",
        f"ALTER SCHEMA {SET_ASIDE} RENAME TO {PREVIOUS}",
    ),
}


@dataclass(frozen=True, slots=True)
class Swapped:
    """pause_seconds: for which commands waited, at the most."""

    position: int
    pause_seconds: float


async def quiet_position(
    connection: Connection, snapshot: Connection, store: EventStore, clock: Callable[[], float] = time.monotonic
) -> Swapped:
    """Begin a transaction on `snapshot` that sees the live generation with exactly the events up to a position.

    No command is under way then, and the log is applied to its head; commands go on as soon as the snapshot is taken.
    """
    async with commands_waiting(connection, clock) as began:
        head = await store.head()
        await catch_up(connection, store, LIVE, head.position)
        await snapshot.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        checkpoint = await read_checkpoint(snapshot)
    return Swapped(checkpoint.position, clock() - began)


async def swap(
    connection: Connection, store: EventStore, incoming: str, clock: Callable[[], float] = time.monotonic
) -> Swapped:
    """Put a generation in the live one's place, which stays as `previous`, in one transaction.

    The incoming generation takes in the log's tail first, so that nothing that was answered goes missing.
    """
    await catch_up(connection, store, incoming, (await store.head()).position)
    if incoming == NEXT:
        await drop_generation(connection, PREVIOUS)
    async with commands_waiting(connection, clock) as began, ended(connection):
        await connection.execute("BEGIN")
        head = await store.head()
        checkpoint = await catch_up(connection, store, incoming, head.position, is_open=True)
        for statement in RENAME[incoming]:
            await connection.execute(statement)
        await connection.execute("COMMIT")
    return Swapped(checkpoint.position, clock() - began)


@asynccontextmanager
async def ended(connection: Connection) -> AsyncIterator[None]:
    """Roll back what the block leaves open on a connection."""
    try:
        yield
    finally:
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
