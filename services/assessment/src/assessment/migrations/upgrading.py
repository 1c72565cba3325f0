"""`assessment migrate`: brings a database to the newest version; any number of them may run at once."""

import io
from collections.abc import Callable
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from assessment.app.server_secret import give_server_secret
from assessment.migrations.making_roles import Login, make_roles
from assessment.migrations.places import SCRIPTS, VERSION_TABLE
from assessment.migrations.raising_walls import raise_walls, walls_stand
from assessment.migrations.taking_over import take_over
from assessment.read_models.connections import Connection, connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.locks import GENERATION_LOCK, MIGRATION_LOCK
from assessment.read_models.vault_tables import VAULT
from assessment.settings import DatabaseSettings, owner_settings

UNLIMITED: Final = {"lock_timeout": "0", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}

_BEGIN: Final = f"BEGIN; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
_ACT: Final = f"SET LOCAL ROLE {DatabaseRole.OWNER}; CREATE SCHEMA IF NOT EXISTS {VAULT}"
_HOLD_OFF: Final = f"SELECT pg_advisory_xact_lock({GENERATION_LOCK})"
"""Commands and the projector wait until the tables have changed, so that no two of them wait for one another."""
_HAS_VERSION: Final = f"SELECT to_regclass('{VAULT}.{VERSION_TABLE}') IS NOT NULL"
_VERSION: Final = f"SELECT version_num FROM {VAULT}.{VERSION_TABLE}"  # noqa: S608 - two names of ours


async def migrate(settings: DatabaseSettings, random_bytes: Callable[[int], bytes]) -> tuple[str | None, str]:
    """Make the roles; then, as the owner and in one transaction, upgrade; the versions before and after.

    The server's secret is made where there is none. Raises RolesMissing, and asyncpg's errors.
    """
    connection = await connect(owner_settings(settings), "migrate", limits=UNLIMITED)
    try:
        await make_roles(connection, Login.of(settings), random_bytes)
        await connection.execute(_BEGIN)
        stands = await walls_stand(connection)
        if not stands:
            await connection.execute(_HOLD_OFF)
            await take_over(connection)
        await connection.execute(_ACT)
        before = await _version(connection)
        newest = newest_version()
        if before != newest:
            await connection.execute(_HOLD_OFF)
            await connection.execute(upgrade_script(before))
        if before != newest or not stands:
            await raise_walls(connection)
        await give_server_secret(connection, random_bytes)
        await connection.execute("COMMIT")
    finally:
        await connection.close()
    return before, newest


def newest_version() -> str:
    version = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert version is not None, "the package holds its migrations"
    return version


def upgrade_script(before: str | None, after: str = "head") -> str:
    """The SQL that takes a database from one version to another, without a transaction around it."""
    output = io.StringIO()
    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(SCRIPTS))
    command.upgrade(config, f"{before or 'base'}:{after}", sql=True)
    return output.getvalue()


async def _version(connection: Connection) -> str | None:
    if not await connection.fetchval(_HAS_VERSION):
        return None
    version: str | None = await connection.fetchval(_VERSION)
    return version
