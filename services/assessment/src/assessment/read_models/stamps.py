"""Stamps: the position of the last append that touched a boundary's row, and a key's place in the log."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.domain.boundaries import BoundaryRef
from assessment.read_models.connections import Connection
from assessment.read_models.generations import table_in
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE


async def stamp_append(connection: Connection, key: str, refs: frozenset[BoundaryRef], first: int, last: int) -> None:
    """Stamp the rows and the key of one append, in one round trip."""
    by_table: dict[str, list[str]] = {}
    for ref in sorted(refs):
        by_table.setdefault(ref.boundary.table, []).append(ref.id)
    statement = _stamp_one(tuple(by_table))
    values: dict[str, Any] = {f"ids_{table}": ids for table, ids in by_table.items()}
    await connection.execute(statement.text, *statement.arguments(key=key, first=first, last=last, **values))


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


@lru_cache(maxsize=64)
def _stamp_one(tables: tuple[str, ...]) -> Statement:
    first, last = bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    keys = table_in(LIVE, "command_keys")
    one: Any = literal_column("1").label("one")
    stamped = []
    for name in tables:
        table = table_in(LIVE, name)
        ids = bindparam(f"ids_{name}", type_=ARRAY(UUID(as_uuid=False)))
        rows = update(table).where(table.c.id == any_(ids)).values(position=func.greatest(table.c.position, last))
        stamped.append(rows.returning(one).cte(f"stamped_{name}"))
    key = update(keys).where(keys.c.key == bindparam("key")).values(first=first, last=last).returning(one).cte("key")
    return compiled(select(*(_count(cte) for cte in (*stamped, key))))


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


def _count(group: Any) -> Any:
    return select(func.count()).select_from(group).scalar_subquery().label(group.name)
