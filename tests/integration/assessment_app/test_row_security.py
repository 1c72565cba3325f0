"""The second wall: whatever a query forgets, PostgreSQL shows and takes one employer's rows and no others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from asyncpg.exceptions import InsufficientPrivilegeError
from sqlalchemy import bindparam, or_, select

from assessment.domain.decision import Refused
from assessment.read_models.database_roles import OF_ALL_EMPLOYERS, OF_ONE_EMPLOYER, DatabaseRole
from assessment.read_models.grants import rights_of
from assessment.read_models.locks import begin
from assessment.read_models.ports import OwnConnection
from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments
from tests.integration.assessment_app.orders import a_draft, create_employer, new_id, set_questions
from tests.integration.assessment_app.tenants import Owned, count, owned_tables, two_tenants
from tests.integration.assessment_app.world import Process, World

FORGETFUL = compiled(select(assessments.c.employer_id))
MISTAKEN = compiled(
    select(assessments.c.employer_id).where(
        or_(assessments.c.employer_id == bindparam("employer_id"), assessments.c.key_version >= 0)
    )
)
"""Queries as nobody should write them: one without its employer, one that asks for more than its employer's."""


@dataclass(frozen=True, slots=True)
class Tenants:
    world: World
    process: Process
    ids: tuple[str, str]

    @asynccontextmanager
    async def acting(self, role: DatabaseRole, employer_id: str) -> AsyncIterator[OwnConnection]:
        """A transaction of a role for one employer, which is rolled back."""
        async with self.world.connection(role) as connection:
            await connection.execute(begin(employer_id))
            yield connection
            await connection.execute("ROLLBACK")


@pytest.fixture
async def tenants(world: World, process: Process) -> Tenants:
    return Tenants(world, process, await two_tenants(world, process))


def shown_to(role: DatabaseRole) -> list[Owned]:
    return [
        one for one in owned_tables() if role is DatabaseRole.OWNER or "SELECT" in rights_of(one.table).get(role, ())
    ]


async def seen(connection: OwnConnection, owned: Owned) -> dict[str, int]:
    query = f"SELECT {owned.column} AS employer, count(*) AS rows FROM {owned.name} GROUP BY 1"
    return {row["employer"]: row["rows"] for row in await connection.fetch(query)}


async def test_one_employers_rows_are_all_that_is_seen(tenants: Tenants) -> None:
    assert len(owned_tables()) >= 11
    for role in OF_ONE_EMPLOYER:
        for employer_id in tenants.ids:
            async with tenants.acting(role, employer_id) as connection:
                for owned in shown_to(role):
                    expected = {employer_id: await count(tenants.world, owned, employer_id)}
                    assert await seen(connection, owned) == expected, f"{role}: {owned.name}"


async def test_without_an_employer_nothing_is_seen(tenants: Tenants) -> None:
    for role in OF_ONE_EMPLOYER:
        async with tenants.world.connection(role) as connection:
            for owned in shown_to(role):
                assert await seen(connection, owned) == {}, f"{role}: {owned.name}"
            await connection.execute(begin(tenants.ids[0]))
            await connection.execute("COMMIT")
            for owned in shown_to(role):
                assert await seen(connection, owned) == {}, f"{role}: {owned.name}, after a transaction"


async def test_whoever_applies_the_log_sees_all(tenants: Tenants) -> None:
    for role in OF_ALL_EMPLOYERS:
        async with tenants.world.connection(role) as connection:
            for owned in shown_to(role):
                assert set(await seen(connection, owned)) == set(tenants.ids), f"{role}: {owned.name}"


async def test_a_query_that_forgets_its_employer_shows_nobody_elses(tenants: Tenants) -> None:
    reader = Reader(tenants.process.means.reads_pool)
    first, second = tenants.ids
    assert await reader.all(FORGETFUL) == []
    for employer_id in tenants.ids:
        assert {row[0] for row in await reader.all(MISTAKEN, employer_id=employer_id)} == {employer_id}
    await tenants.world.side.execute("ALTER TABLE live.assessments DISABLE ROW LEVEL SECURITY")
    assert {row[0] for row in await reader.all(FORGETFUL)} == {first, second}, "the wall is what held"
    assert {row[0] for row in await reader.all(MISTAKEN, employer_id=first)} == {first, second}


async def test_commands_write_no_row_of_another_employer(tenants: Tenants) -> None:
    mine, theirs = tenants.ids
    for owned in shown_to(DatabaseRole.COMMANDS):
        verbs = rights_of(owned.table)[DatabaseRole.COMMANDS]
        row = await tenants.world.value(
            f"SELECT to_jsonb(t)::text FROM {owned.name} t WHERE {owned.column} = $1 LIMIT 1", theirs
        )
        inserting = f"INSERT INTO {owned.name} SELECT * FROM jsonb_populate_record(NULL::{owned.name}, $1::jsonb)"
        await refused_by_the_wall(tenants, owned, inserting, row)
        if "UPDATE" in verbs:
            await refused_by_the_wall(tenants, owned, f"UPDATE {owned.name} SET {owned.column} = $1", theirs)
        async with tenants.acting(DatabaseRole.COMMANDS, mine) as connection:
            met = f"{owned.name} SET {owned.column} = {owned.column} WHERE {owned.column} = $1"
            if "UPDATE" in verbs:
                assert await connection.execute(f"UPDATE {met}", theirs) == "UPDATE 0", owned.name
            if "DELETE" in verbs:
                assert await connection.execute(f"DELETE FROM {owned.name} WHERE {owned.column} = $1", theirs) == (
                    "DELETE 0"
                ), owned.name


async def test_somebody_elses_object_answers_as_a_missing_one_whatever_is_not_applied_yet(world: World) -> None:
    """Without a projector: to wait for the events of an assessment would tell that it exists."""
    process = await world.process(projection_wait_seconds=0.2, command_attempts=2)
    theirs = await a_draft(process, await an_employer(process))
    mine = await an_employer(process)
    refusals = []
    for assessment_id in (theirs, new_id()):
        with pytest.raises(Refused) as refused:
            await process.execute(set_questions(mine, assessment_id))
        refusals.append(refused.value.refusal)
    assert refusals[0] == refusals[1]


async def an_employer(process: Process) -> str:
    employer_id = new_id()
    await process.execute(create_employer(employer_id))
    return employer_id


async def refused_by_the_wall(tenants: Tenants, owned: Owned, statement: str, *values: Any) -> None:
    async with tenants.acting(DatabaseRole.COMMANDS, tenants.ids[0]) as connection:
        with pytest.raises(InsufficientPrivilegeError, match="row-level security") as refused:
            await connection.execute(statement, *values)
        assert owned.table.name in str(refused.value)
