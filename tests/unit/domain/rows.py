"""The projection tables in SQLite, made from their own metadata: every named rule speaks without a server."""

import sqlite3
import weakref
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    Table,
    UniqueConstraint,
)

from assessment.domain.boundaries import BoundaryRef
from assessment.projections.changes import Change, Delete, Insert, Update, Upsert
from assessment.read_models import tables

PROJECTIONS: Final = tuple(
    table for table in tables.metadata.sorted_tables if table.name not in ("checkpoint", "command_keys")
)
Row = dict[str, Any]


class Rows:
    """Carries out row changes as the live executor does, and refuses values that asyncpg would not take."""

    def __init__(self) -> None:
        # Whatever thread the garbage is collected in may close it.
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self.connection.close)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.executescript(_schema())

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            _carry_out(self.connection, change)

    def stamp(self, ref: BoundaryRef, position: int) -> None:
        sql = f"UPDATE {ref.boundary.table} SET position = max(position, ?) WHERE id = ?"
        self.connection.execute(sql, (position, ref.id))

    def all(self, sql: str, *values: Any) -> list[Row]:
        return [dict(row) for row in self.connection.execute(sql, values)]

    def one(self, table: str, id_: str) -> Row | None:
        found = self.all(f"SELECT * FROM {table} WHERE id = ?", id_)
        return found[0] if found else None

    def everything(self) -> dict[str, list[Row]]:
        return {
            table.name: self.all(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}")
            for table in PROJECTIONS
        }


def _carry_out(connection: sqlite3.Connection, change: Change) -> None:
    table = tables.metadata.tables[f"{tables.LIVE}.{change.table}"]
    match change:
        case Insert(row=row) | Upsert(row=row):
            expected = {column.name for column in table.columns} - {"position"}
            assert set(row) == expected, f"{change.table}: {set(row) ^ expected}"
            verb = "INSERT" if isinstance(change, Insert) else "INSERT OR REPLACE"
            marks = ", ".join("?" * len(row))
            sql = f"{verb} INTO {change.table} ({', '.join(row)}) VALUES ({marks})"
            connection.execute(sql, [_stored(table.columns[name], value) for name, value in row.items()])
        case Update(key=key, set=values, add=added):
            assigned = [f"{name} = ?" for name in values] + [f"{name} = {name} + ?" for name in added]
            pairs = [*values.items(), *added.items(), *key.items()]
            sql = f"UPDATE {change.table} SET {', '.join(assigned)} WHERE {_where(key)}"
            done = connection.execute(sql, [_stored(table.columns[name], value) for name, value in pairs])
            assert done.rowcount == 1, f"{change.table} has no row {dict(key)}"
        case Delete(key=key):
            done = connection.execute(f"DELETE FROM {change.table} WHERE {_where(key)}", list(key.values()))
            assert done.rowcount == 1, f"{change.table} has no row {dict(key)}"


def _where(key: Any) -> str:
    return " AND ".join(f"{name} = ?" for name in key)


def _stored(column: Column[Any], value: Any) -> Any:
    """Check that the value is of the kind that asyncpg takes for the column, and give it as SQLite keeps it."""
    if value is None:
        assert column.nullable, f"{column} is not null"
        return None
    if isinstance(column.type, DateTime):
        assert isinstance(value, datetime), f"{column} takes a moment"
        assert value.tzinfo is not None, f"{column} takes an aware moment"
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(column.type, Boolean):
        assert isinstance(value, bool), f"{column} takes a boolean"
        return int(value)
    if isinstance(column.type, Integer | BigInteger):
        assert isinstance(value, int), f"{column} takes an integer"
        return value
    if isinstance(column.type, Numeric):
        assert isinstance(value, Decimal), f"{column} takes a Decimal"
        return str(value)
    assert isinstance(value, str), f"{column} takes a text"
    return value


@cache
def _schema() -> str:
    """The one index that is no constraint, submissions_once, is written out; the other ones guard nothing."""
    once = "CREATE UNIQUE INDEX submissions_once ON submissions (assessment_id, candidate_id) WHERE voided_at IS NULL"
    return ";\n".join([*(_create(table) for table in PROJECTIONS), once])


def _create(table: Table) -> str:
    parts = [_column(column) for column in table.columns]
    parts.append(f"PRIMARY KEY ({', '.join(table.primary_key.columns.keys())})")
    parts += [text for constraint in table.constraints if (text := _constraint(constraint))]
    return f"CREATE TABLE {table.name} ({', '.join(parts)})"


def _column(column: Column[Any]) -> str:
    kind = "TEXT"
    if isinstance(column.type, Integer | BigInteger | Boolean):
        kind = "INTEGER"
    elif isinstance(column.type, Numeric):
        kind = "NUMERIC"
    default = " DEFAULT 0" if column.name == "position" else ""
    return f"{column.name} {kind}{'' if column.nullable else ' NOT NULL'}{default}"


def _constraint(constraint: Any) -> str:
    match constraint:
        case CheckConstraint():
            return f"CONSTRAINT {constraint.name} CHECK ({constraint.sqltext})"
        case UniqueConstraint():
            return f"CONSTRAINT {constraint.name} UNIQUE ({', '.join(constraint.columns.keys())})"
        case ForeignKeyConstraint():
            targets = [element.target_fullname.split(".") for element in constraint.elements]
            own = ", ".join(constraint.columns.keys())
            there = ", ".join(target[2] for target in targets)
            return f"CONSTRAINT {constraint.name} FOREIGN KEY ({own}) REFERENCES {targets[0][1]} ({there})"
        case _:
            return ""
