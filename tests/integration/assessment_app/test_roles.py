"""The roles: made by whoever may make them, at once or beforehand, and for a database that was there before them."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from asyncpg.exceptions import InsufficientPrivilegeError

from assessment.migrations.making_roles import RolesMissing
from assessment.migrations.upgrading import migrate, newest_version, upgrade_script
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import SERVING, DatabaseRole
from assessment.read_models.safety import UnsafeDatabase, check_database
from assessment.read_models.scratch_tables import SCRATCH
from assessment.read_models.tables import LIVE
from assessment.read_models.vault_tables import VAULT
from assessment.settings import DatabaseSettings
from tests.integration.assessment_app.catalogs import catalog, walls_of
from tests.integration.assessment_app.world import World, database_settings
from tests.kit.backends import a_postgres
from tests.kit.databases import fresh_name
from tests.kit.servers import Database

BEFORE_ROLES = "0005"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Database]:
    """As one is rented, with the durability that production has; roles are the whole cluster's."""
    with a_postgres(durable=True) as server:
        administered(server)
        yield server


def administered(server: Database) -> None:
    """Whoever administers it may make roles and databases, and is no superuser."""
    server.execute("CREATE ROLE admin LOGIN CREATEROLE CREATEDB PASSWORD 'a'")
    server.execute("CREATE ROLE plain LOGIN PASSWORD 'p'")


def told(cluster: Database, name: str, owner: str = "admin:a", login: str = "serving:s3cret") -> DatabaseSettings:
    def url(who: str) -> str:
        return f"postgresql://{who}@127.0.0.1:{cluster.port}/{name}"

    return DatabaseSettings(database_url=url(login), owner_database_url=url(owner))


def a_database(cluster: Database, owner: str) -> str:
    name = fresh_name()
    cluster.execute(f"CREATE DATABASE {name} OWNER {owner}")
    return name


async def test_roles_are_made_by_whoever_may_and_by_several_at_once(own_postgres: Database) -> None:
    administered(own_postgres)
    plain = told(own_postgres, a_database(own_postgres, "plain"), owner="plain:p", login="plain:p")
    with pytest.raises(RolesMissing, match="assessment_owner is missing"):
        await migrate(plain, secrets.token_bytes)
    everywhere = [told(own_postgres, a_database(own_postgres, "admin")) for _ in range(4)]
    outcomes = await asyncio.gather(*(migrate(one, secrets.token_bytes) for one in everywhere))
    assert outcomes == [(None, newest_version())] * 4
    for role in SERVING:
        await check(everywhere[0], role)
    with pytest.raises(InsufficientPrivilegeError):
        await check(everywhere[0], DatabaseRole.OWNER)
    for role in DatabaseRole:  # as an administrator does who lets nobody else make any
        own_postgres.execute(f"GRANT {role} TO plain WITH INHERIT FALSE")
    await migrate(plain, secrets.token_bytes)
    await check(plain, DatabaseRole.READER)


async def check(settings: DatabaseSettings, role: DatabaseRole) -> None:
    connection = await connect(settings, "test", role=role)
    try:
        await check_database(connection, settings)
    finally:
        await connection.close()


async def test_a_login_that_may_act_as_one_role_gets_no_other(cluster: Database) -> None:
    settings = told(cluster, a_database(cluster, "admin"), login="narrow:n")
    await migrate(told(cluster, a_database(cluster, "admin")), secrets.token_bytes)
    cluster.execute("CREATE ROLE narrow LOGIN PASSWORD 'n'")
    cluster.execute(f"GRANT {DatabaseRole.PROJECTOR} TO narrow WITH INHERIT FALSE")
    await migrate(settings, secrets.token_bytes)
    await check(settings, DatabaseRole.PROJECTOR)
    with pytest.raises(InsufficientPrivilegeError):
        await check(settings, DatabaseRole.READER)


async def test_a_password_that_would_have_to_be_normalized_is_an_administrators_to_give(cluster: Database) -> None:
    settings = told(cluster, a_database(cluster, "admin"), login="other:%C3%A9")
    with pytest.raises(RolesMissing, match="visible ASCII"):
        await migrate(settings, secrets.token_bytes)
    with pytest.raises(RolesMissing, match="no password"):
        await migrate(told(cluster, a_database(cluster, "admin"), login="another"), secrets.token_bytes)


async def test_a_database_from_before_the_roles_becomes_the_owners(cluster: Database, world: World) -> None:
    settings = told(cluster, a_database(cluster, "admin"))
    before = await connect(DatabaseSettings(database_url=settings.owner_database_url), "test")
    await before.execute(f"CREATE SCHEMA {VAULT}")
    await before.execute(upgrade_script(None, BEFORE_ROLES))
    await before.execute("CREATE SCHEMA previous; CREATE TABLE previous.employers ()")
    await before.close()
    assert await migrate(settings, secrets.token_bytes) == (BEFORE_ROLES, newest_version())
    upgraded = await connect(database_settings(cluster.url(settings.database_url.rpartition("/")[2])), "test")
    for schema in (LIVE, VAULT, SCRATCH):
        assert await catalog(upgraded, schema) == await catalog(world.side, schema)
        assert await walls_of(upgraded, schema) == await walls_of(world.side, schema)
    assert await upgraded.fetchval("SELECT to_regnamespace('previous') IS NULL")
    await upgraded.close()


async def test_a_database_is_served_only_behind_its_walls(world: World, cluster: Database) -> None:
    refusing = DatabaseSettings(database_url="unused")
    with pytest.raises(UnsafeDatabase, match="does not bind postgres"):
        await check_database(world.side, refusing)
    async with world.connection(DatabaseRole.READER) as connection:
        with pytest.raises(UnsafeDatabase, match="does not bind postgres"):
            await check_database(connection, refusing)
    settings = told(cluster, a_database(cluster, "admin"), login="bypassing:b")
    await migrate(settings, secrets.token_bytes)
    connection = await connect(settings, "test", role=DatabaseRole.READER)
    await check_database(connection, settings)
    cluster.execute("ALTER ROLE bypassing BYPASSRLS")
    with pytest.raises(UnsafeDatabase, match="does not bind bypassing"):
        await check_database(connection, settings)
    cluster.execute("ALTER ROLE bypassing NOBYPASSRLS")
    await connection.execute("SET synchronous_commit = off")
    with pytest.raises(UnsafeDatabase, match="lose what it has committed"):
        await check_database(connection, settings)
    await connection.close()


async def test_a_table_without_a_policy_is_not_served(world: World) -> None:
    allowing = DatabaseSettings(database_url="unused", unsafe_database="allowed")
    await check_database(world.side, allowing)
    await world.side.execute("CREATE TABLE scratch.forgotten (employer_id uuid)")
    await world.side.execute("ALTER TABLE live.invites NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(UnsafeDatabase, match=r"off on live\.invites, scratch\.forgotten; run `assessment migrate`"):
        await check_database(world.side, allowing)
