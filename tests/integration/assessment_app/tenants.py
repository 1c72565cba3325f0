"""Two employers with rows in every table that has an employer: by commands, and by hand where none leads there."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import MetaData, Table

from assessment.read_models.generations import tables_in
from assessment.read_models.queries_imports import keep_import
from assessment.read_models.row_security import employer_column
from assessment.read_models.scratch_tables import scratch_metadata
from assessment.read_models.statements import type_name
from assessment.read_models.tables import LIVE
from assessment.read_models.vault_tables import vault_metadata
from contracts.assessment.imports import Detected, ImportReport
from tests.integration.assessment_app.orders import a_published, a_seat, new_id, save, start, submit
from tests.integration.assessment_app.world import Process, World

METADATA: Final[tuple[MetaData, ...]] = (tables_in(LIVE), vault_metadata, scratch_metadata)
DETECTED: Final = Detected("csv", "template", None, 1, "utf-8", ",", 1)
VALUES: Final = {
    "UUID": "gen_random_uuid()",
    "TEXT": "gen_random_uuid()::text",
    "INTEGER": "1",
    "BIGINT": "1",
    "BOOLEAN": "true",
    "BYTEA": "''",
    "JSONB": "'{}'",
    "TIMESTAMP WITH TIME ZONE": "now()",
    "TIMESTAMP WITH TIME ZONE[]": "ARRAY[now()]",
}
RULES: Final = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropping FROM pg_constraint
WHERE conrelid = $1::text::regclass AND contype IN ('c', 'f')
"""


@dataclass(frozen=True, slots=True)
class Owned:
    """A table with an employer's rows, and the column that says whose they are."""

    name: str
    column: str
    table: Table


def owned_tables() -> list[Owned]:
    tables = [table for metadata in METADATA for table in metadata.sorted_tables]
    return [Owned(one.fullname, column, one) for one in tables if (column := employer_column(one)) is not None]


async def two_tenants(world: World, process: Process) -> tuple[str, str]:
    """Their ids; each has at least one row in each of the tables."""
    first, second = await a_tenant(world, process), await a_tenant(world, process)
    for owned in owned_tables():
        for employer_id in (first, second):
            if not await count(world, owned, employer_id):
                await _by_hand(world, owned, employer_id)
            assert await count(world, owned, employer_id), owned.name
    return first, second


async def count(world: World, owned: Owned, employer_id: str) -> int:
    found: int = await world.value(f"SELECT count(*) FROM {owned.name} WHERE {owned.column} = $1", employer_id)
    return found


async def a_tenant(world: World, process: Process) -> str:
    published = await a_published(world, process)
    seats = [await a_seat(world, process, published, f"{number}@example.org") for number in range(2)]
    for seat in seats:
        await process.execute(start(seat))
        await process.execute(save(seat, 1))
    await process.execute(submit(seats[0]))
    report = ImportReport(id=new_id(), digest="0" * 64, detected=DETECTED, accepted=1, problems=(), problem_counts={})
    await keep_import(world.side, published.employer_id, published.assessment_id, report, "sealed")
    return published.employer_id


async def _by_hand(world: World, owned: Owned, employer_id: str) -> None:
    """A row of any values: in this test's own database its rules may go."""
    for rule in await world.side.fetch(RULES, owned.name):
        await world.side.execute(rule["dropping"])
    names = [column.name for column in owned.table.columns]
    values = [_value(owned, name, employer_id) for name in names]
    await world.side.execute(f"INSERT INTO {owned.name} ({', '.join(names)}) VALUES ({', '.join(values)})")


def _value(owned: Owned, name: str, employer_id: str) -> str:
    if name == owned.column:
        return f"'{employer_id}'"
    kind = type_name(owned.table.c[name].type)
    return VALUES.get(kind) or ("1" if kind.startswith("NUMERIC") else f"NULL::{kind}")
