"""Everything of ours belongs to the owner's role: what an older version made as whoever migrated, too."""

from typing import Final

from assessment.read_models.connections import Connection
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.generations import GENERATIONS
from assessment.read_models.scratch_tables import SCRATCH
from assessment.read_models.vault_tables import VAULT

_SCHEMAS: Final = (*GENERATIONS, VAULT, SCRATCH)
_MAY_CREATE: Final = "SELECT has_database_privilege($1::name, current_database(), 'CREATE')"
_LET_CREATE: Final = "SELECT format('GRANT CREATE ON DATABASE %I TO %I', current_database(), $1::text)"
_FOREIGN: Final = """
SELECT nspname AS name FROM pg_namespace
WHERE nspname = ANY($1::text[]) AND nspowner <> $2::regrole ORDER BY nspname
"""
_OPENING: Final = "SELECT format('GRANT ALL ON SCHEMA %I TO %I', $1::text, $2::text)"
_TABLES: Final = """
SELECT format('ALTER TABLE %I.%I OWNER TO %I', $1::text, relname, $2::text) AS taking FROM pg_class
WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname
"""
_TAKING: Final = "SELECT format('ALTER SCHEMA %I OWNER TO %I', $1::text, $2::text)"


async def take_over(connection: Connection) -> None:
    """Give the owner's role all of ours in this database, and leave to make more."""
    owner = DatabaseRole.OWNER.value
    if not await connection.fetchval(_MAY_CREATE, owner):
        await connection.execute(await connection.fetchval(_LET_CREATE, owner))
    for schema in await connection.fetch(_FOREIGN, list(_SCHEMAS), owner):
        name = schema["name"]
        await connection.execute(await connection.fetchval(_OPENING, name, owner))
        for table in await connection.fetch(_TABLES, name, owner):
            await connection.execute(table["taking"])
        await connection.execute(await connection.fetchval(_TAKING, name, owner))
