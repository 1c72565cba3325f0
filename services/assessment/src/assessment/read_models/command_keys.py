"""The rows that keep an append from being applied twice, and where a retry finds its outcome."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Text, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID, insert

from assessment.read_models.connections import Connection
from assessment.read_models.generations import table_in
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE, checkpoint, command_keys

KEPT: Final = timedelta(hours=24)
PRUNED_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the append of a key stands in the log; fingerprint: of the request, null for a foreign append."""

    fingerprint: str | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class KeyRow:
    key: str
    fingerprint: str | None
    first: int
    last: int


_FOUND: Final = compiled(
    select(command_keys.c.fingerprint, command_keys.c.first, command_keys.c.last).where(
        command_keys.c.key == bindparam("key")
    )
)


async def recorded_outcome(connection: Connection, key: str) -> Outcome | None:
    row = await connection.fetchrow(_FOUND.text, *_FOUND.arguments(key=key))
    return None if row is None else Outcome(row["fingerprint"], row["first"], row["last"])


async def take_keys(connection: Connection, rows: list[KeyRow], schema: str = LIVE) -> set[str]:
    """Insert many; answers those that did not stand yet. Waits for uncommitted twins."""
    statement = _take_many(schema)
    arguments = statement.arguments(
        keys=[row.key for row in rows],
        fingerprints=[row.fingerprint for row in rows],
        firsts=[row.first for row in rows],
        lasts=[row.last for row in rows],
    )
    return {record["key"] for record in await connection.fetch(statement.text, *arguments)}


async def prune_keys(connection: Connection) -> int:
    """Forget a bounded number of the oldest keys that lie below the checkpoint and are older than a day.

    They go as a prefix of the log: what is before an append that was applied a day ago was itself appended before it.
    """
    status = await connection.execute(_PRUNE.text, *_PRUNE.arguments())
    return int(status.rpartition(" ")[2])


@cache
def _take_many(schema: str) -> Statement:
    table = table_in(schema, "command_keys")
    new = (
        func.unnest(
            bindparam("keys", type_=ARRAY(UUID(as_uuid=False))),
            bindparam("fingerprints", type_=ARRAY(Text)),
            bindparam("firsts", type_=ARRAY(BigInteger)),
            bindparam("lasts", type_=ARRAY(BigInteger)),
        )
        .table_valued("key", "fingerprint", "first", "last", name="new")
        .render_derived()
    )
    inserting = insert(table).from_select(["key", "fingerprint", "first", "last"], select(*new.c))
    return compiled(inserting.on_conflict_do_nothing().returning(table.c.key))


def _pruning() -> Statement:
    aged = select(func.max(command_keys.c.last)).where(command_keys.c.applied_at < func.now() - literal(KEPT))
    below = select(checkpoint.c.position).scalar_subquery()
    oldest = (
        select(command_keys.c.key)
        # two comparisons, since LEAST ignores a null: where no key is old enough, none may go
        .where(command_keys.c.last <= aged.scalar_subquery(), command_keys.c.last <= below)
        .order_by(command_keys.c.last)
        .limit(PRUNED_AT_ONCE)
    )
    return compiled(delete(command_keys).where(command_keys.c.key.in_(oldest)))


_PRUNE: Final = _pruning()
