"""Migrations make what the metadata says, a rebuild makes the same, and two migrations at once are no harm."""

import asyncio
import secrets

import pytest
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable

from assessment.app.server_secret import NotMigrated, load_secrets
from assessment.migrations.upgrading import migrate, newest_version
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.generation_ddl import add_keys, add_rules, create_bare
from assessment.read_models.generations import NEXT
from assessment.read_models.scratch_tables import SCRATCH, scratch_metadata
from assessment.read_models.statements import defining
from assessment.read_models.tables import LIVE, metadata
from assessment.read_models.vault_tables import VAULT, vault_metadata
from tests.integration.assessment_app.catalogs import catalog, walls_of
from tests.integration.assessment_app.world import World, database_settings

METADATA = {LIVE: metadata, VAULT: vault_metadata, SCRATCH: scratch_metadata}


@pytest.mark.parametrize("schema", sorted(METADATA))
async def test_migrated_tables_are_those_of_the_metadata(world: World, empty_database_url: str, schema: str) -> None:
    other = await connect(database_settings(empty_database_url), "test")
    await other.execute(defining(CreateSchema(schema)))
    for table in METADATA[schema].sorted_tables:
        await other.execute(defining(CreateTable(table)))
        for index in table.indexes:
            await other.execute(defining(CreateIndex(index)))
    expected = await catalog(other, schema)
    await other.close()
    migrated = {row for row in await catalog(world.side, schema) if row[0] != "schema_version"}
    assert migrated == expected
    assert len(expected) > 10


async def test_a_rebuilt_generation_has_the_tables_of_the_live_one(world: World) -> None:
    async with world.connection(DatabaseRole.OWNER) as connection:
        await create_bare(connection, NEXT)
        for found in (catalog, walls_of):
            assert await found(connection, NEXT) != await found(connection, LIVE)
        await add_keys(connection, NEXT)
        await add_rules(connection, NEXT)
        for found in (catalog, walls_of):
            assert await found(connection, NEXT) == await found(connection, LIVE)


async def test_two_migrations_at_once(empty_database_url: str) -> None:
    settings = database_settings(empty_database_url)
    outcomes = await asyncio.gather(*(migrate(settings, secrets.token_bytes) for _ in range(2)))
    assert sorted(outcomes, key=str) == sorted([(None, newest_version()), (newest_version(),) * 2], key=str)


async def test_the_server_secret_is_made_once(empty_database_url: str) -> None:
    settings = database_settings(empty_database_url)
    found = []
    for _ in range(2):
        await migrate(settings, secrets.token_bytes)
        connection = await connect(settings, "test")
        found.append((await load_secrets(connection)).slug("x"))
        await connection.close()
    assert found[0] == found[1]


async def test_a_database_without_a_secret_is_not_migrated(world: World) -> None:
    await world.side.execute("DELETE FROM vault.secrets")
    with pytest.raises(NotMigrated):
        await load_secrets(world.side)
