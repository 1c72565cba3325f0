"""Whether two generations hold the same rows: a count and two sums of hashes for each table, in any order of rows."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import Numeric, Text, bindparam, cast, func, literal_column, select

from assessment.read_models.connections import Connection
from assessment.read_models.generations import table_in, tables_in
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import LIVE

NOT_COMPARED: Final = {"command_keys": frozenset({"applied_at"})}
"""A key's row says when it was applied here, which the log does not say."""

COMPARED: Final = tuple(table.name for table in tables_in(LIVE).sorted_tables if table.name != "checkpoint")


@dataclass(frozen=True, slots=True)
class Digest:
    """Two 64-bit hashes of each row, summed up: equal rows give equal sums, and a difference shows in both."""

    rows: int
    sums: tuple[str, str]


async def digests(connection: Connection, schema: str, keys_from: int) -> dict[str, Digest]:
    """Each table's digest; of the command keys only those that stand at `keys_from` or later."""
    found = {}
    for name in COMPARED:
        statement = _digest(schema, name)
        values = {"keys_from": keys_from} if name == "command_keys" else {}
        row = await connection.fetchrow(statement.text, *statement.arguments(**values))
        assert row is not None, "an aggregate answers one row"
        found[name] = Digest(row["rows"], (str(row["sum_0"]), str(row["sum_1"])))
    return found


async def first_key(connection: Connection, schema: str) -> int | None:
    """Where the oldest key stands that was not pruned yet; None where there is none."""
    position: int | None = await connection.fetchval(_first_key(schema).text)
    return position


@cache
def _first_key(schema: str) -> Statement:
    return compiled(select(func.min(table_in(schema, "command_keys").c.first)))


@cache
def _digest(schema: str, name: str) -> Statement:
    table = table_in(schema, name)
    left_out = NOT_COMPARED.get(name, frozenset())
    row = cast(func.row(*(column for column in table.columns if column.name not in left_out)), Text)
    sums = [
        func.coalesce(func.sum(cast(func.hashtextextended(row, literal_column(str(seed))), Numeric)), 0).label(
            f"sum_{seed}"
        )
        for seed in (0, 1)
    ]
    statement = select(func.count().label("rows"), *sums).select_from(table)
    if name == "command_keys":
        statement = statement.where(table.c.first >= bindparam("keys_from"))
    return compiled(statement)
