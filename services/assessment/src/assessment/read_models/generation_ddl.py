"""Making, filling-order and removing of a generation: first the tables, then their rows, then keys and rules over all.

What a row must hold to by itself it is held to when it is written; that costs less than looking at all of them again.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from sqlalchemy import CheckConstraint, Column, MetaData, Table, UniqueConstraint, insert
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateSchema, CreateTable, DropSchema, ExecutableDDLElement

from assessment.read_models.connections import Connection
from assessment.read_models.generations import GENERATIONS, table_in, tables_in
from assessment.read_models.statements import defining, inlined
from assessment.read_models.walls import walls

MEMORY: Final = ("SET LOCAL maintenance_work_mem = '256MB'", "SET LOCAL work_mem = '64MB'")
"""For sorting and joining whole tables; the server's own settings are for many small questions at a time."""


async def drop_generation(connection: Connection, schema: str) -> None:
    assert schema in GENERATIONS, f"not a generation: {schema}"
    await connection.execute(defining(DropSchema(schema, cascade=True, if_exists=True)))


async def create_bare(connection: Connection, schema: str) -> None:
    """The schema and its tables with columns and checks only, and a checkpoint before the first event."""
    assert schema in GENERATIONS, f"not a generation: {schema}"
    await _together(connection, _bare(schema))


async def add_keys(connection: Connection, schema: str) -> None:
    """Primary keys, by which rows can be changed. Raises asyncpg's errors."""
    await _together(connection, (*MEMORY, *_keys(schema)))


async def add_rules(connection: Connection, schema: str) -> None:
    """Unique keys, indexes, foreign keys, each checked against every row; then who may do what with the tables.

    Raises asyncpg's errors.
    """
    await _together(connection, (*MEMORY, *_rules(schema)))


async def _together(connection: Connection, statements: Iterable[str]) -> None:
    """All of them or none, in one transaction."""
    await connection.execute("BEGIN")
    try:
        for statement in statements:
            await connection.execute(statement)
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


async def count_rows(connection: Connection, schema: str) -> None:
    """Let PostgreSQL know how many rows of what kind there are; its own tables are not ours to look at."""
    names = ", ".join(f"{schema}.{table.name}" for table in tables_in(schema).sorted_tables)
    await connection.execute(f"ANALYZE {names}")


@cache
def _bare(schema: str) -> tuple[str, ...]:
    bare = MetaData(schema=schema)
    tables = [CreateTable(_without_rules(table, bare)) for table in tables_in(schema).sorted_tables]
    checkpoint = inlined(insert(table_in(schema, "checkpoint")).values(one_row=True))
    return (defining(CreateSchema(schema)), *(defining(table) for table in tables), checkpoint)


def _without_rules(table: Table, bare: MetaData) -> Table:
    columns = [
        Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)
        for column in table.columns
    ]
    checks = [one for one in table.constraints if isinstance(one, CheckConstraint)]
    return Table(table.name, bare, *columns, *(CheckConstraint(one.sqltext, name=one.name) for one in checks))


@cache
def _keys(schema: str) -> tuple[str, ...]:
    keys = [table.primary_key for table in tables_in(schema).sorted_tables]
    return tuple(defining(AddConstraint(key, isolate_from_table=False)) for key in keys)


@cache
def _rules(schema: str) -> tuple[str, ...]:
    rules = (*_unique_keys(schema), *_indexes(schema), *_foreign_keys(schema))
    return (*map(defining, rules), *walls(tables_in(schema)))


def _unique_keys(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for constraint in sorted(table.constraints, key=lambda one: str(one.name)):
            if isinstance(constraint, UniqueConstraint):
                yield AddConstraint(constraint, isolate_from_table=False)


def _indexes(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            yield CreateIndex(index)


def _foreign_keys(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            yield AddConstraint(constraint, isolate_from_table=False)
