"""Whether a database may be served from: row-level security binds the login and stands, and commits are durable."""

from typing import Final

from assessment.read_models.ports import Queries
from assessment.read_models.row_security import EMPLOYER_COLUMN, EMPLOYERS
from assessment.read_models.scratch_tables import SCRATCH
from assessment.read_models.tables import LIVE
from assessment.read_models.vault_tables import VAULT
from assessment.settings import DatabaseSettings

_UNBOUND: Final = """
SELECT rolname FROM pg_roles WHERE rolname IN (session_user, current_user) AND (rolsuper OR rolbypassrls)
"""
_FORGETFUL: Final = "SELECT current_setting('fsync') = 'off' OR current_setting('synchronous_commit') = 'off'"
_OPEN: Final = """
SELECT DISTINCT n.nspname || '.' || c.relname AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = ANY($1::text[]) AND c.relkind = 'r' AND NOT a.attisdropped
AND (a.attname = $2 OR c.relname = $3) AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY name
"""
_SCHEMAS: Final = [LIVE, VAULT, SCRATCH]


class UnsafeDatabase(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The service would not hold what it promises on this database, or with this login."""


async def check_database(connection: Queries, settings: DatabaseSettings) -> None:
    """Raise UnsafeDatabase with what is wrong; an operator may allow the first two."""
    if settings.unsafe_database == "refused":
        if (login := await connection.fetchval(_UNBOUND)) is not None:
            raise UnsafeDatabase(
                f"row-level security does not bind {login}, a superuser or BYPASSRLS: use a login of the service's own"
            )
        if await connection.fetchval(_FORGETFUL):
            raise UnsafeDatabase("PostgreSQL would lose what it has committed: fsync or synchronous_commit is off")
    if tables := [row["name"] for row in await connection.fetch(_OPEN, _SCHEMAS, EMPLOYER_COLUMN, EMPLOYERS)]:
        raise UnsafeDatabase(f"row-level security is off on {', '.join(tables)}; run `assessment migrate`")
