"""Stamps: the position of the last append that touched a boundary's row, and a key's place in the log.

A command's stamps go with its COMMIT in one round trip. Several statements in one take no parameters, so a connection
for commands prepares them when it is made, and they are executed with values that are written anew: UUIDs and numbers.
"""

import uuid
from collections.abc import Mapping
from functools import cache, lru_cache

from sqlalchemy import BigInteger, any_, bindparam, func, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.domain.boundaries import BOUNDARIES, BoundaryRef
from assessment.read_models.generations import table_in
from assessment.read_models.ports import Connection
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE


async def prepare_stamps(connection: Connection) -> None:
    """What `stamp_and_commit` executes, planned once for each connection."""
    await connection.execute("; ".join(_preparing()))


async def stamp_and_commit(
    connection: Connection, key: str, refs: frozenset[BoundaryRef], first: int, last: int
) -> str:
    """Stamp the rows and the key of one append and commit; answers what PostgreSQL made of COMMIT."""
    by_table: dict[str, list[str]] = {}
    for ref in sorted(refs):
        by_table.setdefault(ref.boundary.table, []).append(str(uuid.UUID(ref.id)))
    stamps = [f"EXECUTE stamp_{table}({last:d}, '{{{','.join(ids)}}}')" for table, ids in by_table.items()]
    return await connection.execute(
        "; ".join((*stamps, f"EXECUTE stamp_key({first:d}, {last:d}, '{uuid.UUID(key)}')", "COMMIT"))
    )


async def stamp_rows(connection: Connection, positions: Mapping[BoundaryRef, int], schema: str = LIVE) -> None:
    """Stamp many rows, each with its own position; a stamp never goes back."""
    by_table: dict[str, tuple[list[str], list[int]]] = {}
    for ref in sorted(positions):
        ids, stamps = by_table.setdefault(ref.boundary.table, ([], []))
        ids.append(ref.id)
        stamps.append(positions[ref])
    for table, (ids, stamps) in by_table.items():
        statement = _stamp_many(schema, table)
        await connection.execute(statement.text, *statement.arguments(ids=ids, positions=stamps))


@cache
def _preparing() -> tuple[str, ...]:
    first, last = bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    prepared = []
    for name in sorted({boundary.table for boundary in BOUNDARIES}):
        table = table_in(LIVE, name)
        ids = bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))
        rows = update(table).where(table.c.id == any_(ids)).values(position=func.greatest(table.c.position, last))
        prepared.append(_prepared(f"stamp_{name}", compiled(rows), ("last", "ids")))
    keys = table_in(LIVE, "command_keys")
    one = update(keys).where(keys.c.key == bindparam("key")).values(first=first, last=last)
    return *prepared, _prepared("stamp_key", compiled(one), ("first", "last", "key"))


def _prepared(name: str, statement: Statement, parameters: tuple[str, ...]) -> str:
    assert statement.names == parameters, "what is executed names them in this order"
    return f"PREPARE {name} AS {statement.text}"


@lru_cache(maxsize=64)
def _stamp_many(schema: str, name: str) -> Statement:
    table = table_in(schema, name)
    rows = (
        func.unnest(bindparam("ids", type_=ARRAY(UUID(as_uuid=False))), bindparam("positions", type_=ARRAY(BigInteger)))
        .table_valued("id", "position", name="stamps")
        .render_derived()
    )
    later = func.greatest(table.c.position, rows.c.position)
    return compiled(update(table).where(table.c.id == rows.c.id).values(position=later))
