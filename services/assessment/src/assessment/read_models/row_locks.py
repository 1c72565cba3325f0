"""Locks on the rows of many boundaries, in the one order that commands take them in too."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.domain.boundaries import BoundaryRef
from assessment.read_models.connections import Connection
from assessment.read_models.generations import table_in
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE


async def lock_rows(connection: Connection, refs: Iterable[BoundaryRef], schema: str = LIVE) -> None:
    """Lock those that exist, until the transaction ends."""
    by_table: dict[str, list[str]] = {}
    for ref in sorted(set(refs)):
        by_table.setdefault(ref.boundary.table, []).append(ref.id)
    for table, ids in by_table.items():
        statement = _lock(schema, table)
        await connection.execute(statement.text, *statement.arguments(ids=ids))


@lru_cache(maxsize=64)
def _lock(schema: str, name: str) -> Statement:
    table = table_in(schema, name)
    wanted = table.c.id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False))))
    return compiled(select(table.c.id).where(wanted).order_by(table.c.id).with_for_update(key_share=True))
