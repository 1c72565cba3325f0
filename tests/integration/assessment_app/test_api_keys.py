"""Keys in the tables: those that stood before keys had roles, a rebuild, and the count that PostgreSQL guards."""

import secrets
from datetime import UTC, datetime

import pytest
from asyncpg.exceptions import CheckViolationError

from assessment.app.constraints import refusal_of
from assessment.domain.commands import CreateKey, RevokeKey, RotateKey
from assessment.domain.decision import Reason
from assessment.migrations.upgrading import migrate, upgrade_script
from assessment.migrations.versions import r0007_key_roles as key_roles
from assessment.projections.changes import Insert
from assessment.projections.progress import Quiet
from assessment.projections.project import project
from assessment.projections.rebuilding import Rebuilder
from assessment.read_models.connections import connect
from assessment.read_models.ports import OwnConnection
from contracts.assessment.keys import Role
from contracts.events import EmployerCreated
from tests.integration.assessment_app.orders import create_employer, digest, new_id
from tests.integration.assessment_app.world import NOW, Process, World, database_settings

FACT = EmployerCreated(
    employer_id=new_id(),
    name="E",
    active_limit=3,
    api_key_sha256=digest("the first"),
    at=NOW,
)


async def test_keys_that_stood_become_what_a_rebuild_makes_of_their_employers(empty_database_url: str) -> None:
    settings = database_settings(empty_database_url)
    connection = await connect(settings, "test")
    await connection.execute("CREATE SCHEMA vault")
    await connection.execute(upgrade_script(None, key_roles.down_revision))
    employer = "INSERT INTO live.employers (id, name, active_limit, created_at) VALUES ($1, $2, $3, $4)"
    await connection.execute(employer, FACT.employer_id, FACT.name, FACT.active_limit, FACT.at)
    key = "INSERT INTO live.api_keys (sha256, employer_id, created_at) VALUES ($1, $2, $3)"
    await connection.execute(key, FACT.api_key_sha256, FACT.employer_id, FACT.at)
    await migrate(settings, secrets.token_bytes)
    for change in project(FACT):
        assert isinstance(change, Insert)
        (row,) = await connection.fetch(f"SELECT {', '.join(change.row)} FROM live.{change.table}")
        assert dict(row) == change.row
    await connection.close()


async def test_a_rebuild_finds_equal_keys(world: World, process: Process) -> None:
    employer_id = new_id()
    await process.execute(create_employer(employer_id))
    made = [await _created(process, employer_id, role) for role in ("owner", "author", "reviewer")]
    await process.execute(RotateKey(employer_id, made[1], {2: digest(f"{made[1]} 2")}, 60, NOW))
    await process.execute(RevokeKey(employer_id, employer_id, NOW))
    await world.drained()

    async def connected() -> OwnConnection:
        return await connect(world.settings, "rebuild", limits={"lock_timeout": "5000", "statement_timeout": "0"})

    compared, swapped = await Rebuilder(connected, world.store, Quiet(), lambda: datetime.now(UTC)).rebuild()
    assert compared.is_equal
    assert swapped is not None
    assert await world.value("SELECT owner_keys FROM live.employers") == 1


async def test_the_constraint_speaks_for_itself(world: World, process: Process) -> None:
    await process.execute(create_employer(new_id()))
    with pytest.raises(CheckViolationError) as caught:
        await world.side.execute("UPDATE live.employers SET owner_keys = owner_keys - 1")
    refused = refusal_of(caught.value)
    assert refused is not None
    assert refused.refusal.reason is Reason.LAST_OWNER_KEY


async def _created(process: Process, employer_id: str, role: Role) -> str:
    key_id = new_id()
    await process.execute(CreateKey(employer_id, key_id, "k", role, digest(key_id), None, NOW))
    return key_id
