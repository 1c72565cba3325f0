"""Making, filling-order and removing of a generation: tables first without their rules, the rules after the rows."""

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateSchema, CreateTable, DropSchema, ExecutableDDLElement

from assessment.read_models.connections import Connection
from assessment.read_models.generations import GENERATIONS, tables_in
from assessment.read_models.statements import defining
from assessment.read_models.walls import walls


async def drop_generation(connection: Connection, schema: str) -> None:
    assert schema in GENERATIONS, f"not a generation: {schema}"
    await connection.execute(defining(DropSchema(schema, cascade=True, if_exists=True)))


async def create_bare(connection: Connection, schema: str) -> None:
    """The schema and its tables, with columns, types and defaults only."""
    assert schema in GENERATIONS, f"not a generation: {schema}"
    for element in _bare(schema):
        await connection.execute(element)


async def add_rules(connection: Connection, schema: str) -> None:
    """Keys, checks, indexes, foreign keys, each checked against every row; then who may do what with the tables.

    Raises asyncpg's errors.
    """
    for element in _rules(schema):
        await connection.execute(element)


async def count_rows(connection: Connection, schema: str) -> None:
    """Let PostgreSQL know how many rows of what kind there are; its own tables are not ours to look at."""
    names = ", ".join(f"{schema}.{table.name}" for table in tables_in(schema).sorted_tables)
    await connection.execute(f"ANALYZE {names}")


@cache
def _bare(schema: str) -> tuple[str, ...]:
    bare = MetaData(schema=schema)
    tables = [CreateTable(_without_rules(table, bare)) for table in tables_in(schema).sorted_tables]
    return (defining(CreateSchema(schema)), *(defining(table) for table in tables))


def _without_rules(table: Table, bare: MetaData) -> Table:
    columns = [
        Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)
        for column in table.columns
    ]
    return Table(table.name, bare, *columns)


@cache
def _rules(schema: str) -> tuple[str, ...]:
    rules = (*_constraints(schema), *_indexes(schema), *_foreign_keys(schema))
    return (*map(defining, rules), *walls(tables_in(schema)))


def _constraints(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for constraint in sorted(table.constraints, key=lambda one: str(one.name)):
            if not isinstance(constraint, ForeignKeyConstraint):
                yield AddConstraint(constraint, isolate_from_table=False)


def _indexes(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            yield CreateIndex(index)


def _foreign_keys(schema: str) -> Iterator[ExecutableDDLElement]:
    for table in tables_in(schema).sorted_tables:
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            yield AddConstraint(constraint, isolate_from_table=False)
