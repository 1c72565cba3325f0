"""The checkpoint: how far a generation has applied the log, and which log that is."""

from dataclasses import dataclass
from functools import cache

from asyncpg import Record
from sqlalchemy import bindparam, select, update

from assessment.read_models.connections import Connection, Pool
from assessment.read_models.generations import table_in
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every append up to `position` is applied; hash: of the event there; log_id: null until a log was seen."""

    log_id: str | None
    position: int
    hash: str | None


async def read_checkpoint(connection: Connection | Pool, schema: str = LIVE) -> Checkpoint:
    return _checkpoint(await connection.fetchrow(_read(schema).text))


async def lock_checkpoint(connection: Connection, schema: str = LIVE) -> Checkpoint:
    """The same, with its row locked until the transaction ends: one applier at a time."""
    return _checkpoint(await connection.fetchrow(_read(schema, locked=True).text))


async def write_checkpoint(connection: Connection, checkpoint: Checkpoint, schema: str = LIVE) -> None:
    statement = _write(schema)
    values = {"log_id": checkpoint.log_id, "position": checkpoint.position, "hash": checkpoint.hash}
    await connection.execute(statement.text, *statement.arguments(**values))


async def adopt_log(connection: Connection | Pool, log_id: str) -> None:
    """Tie a database that has seen no log yet to this one."""
    statement = _adopt()
    await connection.execute(statement.text, *statement.arguments(log_id=log_id))


def _checkpoint(row: Record | None) -> Checkpoint:
    assert row is not None, "the checkpoint has one row from the first migration on"
    return Checkpoint(row["log_id"], row["position"], row["hash"])


@cache
def _read(schema: str, *, locked: bool = False) -> Statement:
    table = table_in(schema, "checkpoint")
    statement = select(table.c.log_id, table.c.position, table.c.hash)
    return compiled(statement.with_for_update() if locked else statement)


@cache
def _write(schema: str) -> Statement:
    table = table_in(schema, "checkpoint")
    return compiled(
        update(table).values(log_id=bindparam("log_id"), position=bindparam("position"), hash=bindparam("hash"))
    )


@cache
def _adopt() -> Statement:
    table = table_in(LIVE, "checkpoint")
    return compiled(update(table).values(log_id=bindparam("log_id")).where(table.c.log_id.is_(None)))
