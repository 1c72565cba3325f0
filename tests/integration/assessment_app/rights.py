"""What each role may do with each table, found out by trying: `python -m tests.integration.assessment_app.rights`.

Its output is kept as rights.txt beside this file, and compared.
"""

import asyncio
from pathlib import Path
from typing import Final

from asyncpg.exceptions import InsufficientPrivilegeError, PostgresError

from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.lookups import ACCESS
from assessment.read_models.ports import OwnConnection
from assessment.read_models.scratch_tables import SCRATCH
from assessment.read_models.tables import LIVE
from assessment.read_models.vault_tables import VAULT
from tests.integration.assessment_app.world import database_settings
from tests.kit.backends import a_postgres
from tests.kit.databases import migrate, service_url

KEPT: Final = Path(__file__).with_name("rights.txt")
SCHEMAS: Final = (LIVE, VAULT, SCRATCH)
VERBS: Final = {
    "insert": "INSERT INTO {table} DEFAULT VALUES",
    "update": 'UPDATE {table} SET "{column}" = DEFAULT WHERE false',
    "delete": "DELETE FROM {table} WHERE false",
    "truncate": "TRUNCATE {table}",
}
MAKING: Final = {
    **{f"schema {schema}": f"CREATE TABLE {schema}.intruder ()" for schema in (*SCHEMAS, ACCESS, "public")},
    "database": "CREATE SCHEMA intruder",
}
COLUMNS: Final = """
SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = ANY($1::text[]) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1 ORDER BY 1
"""
LOGIN: Final = "login"
"""The service's own, before it acts as anybody."""


async def rights(url: str) -> list[str]:
    """Give a line for each table and role, and one for each place where things can be made."""
    owner = await connect(database_settings(url), "test")
    tables = {row["name"]: row["columns"] for row in await owner.fetch(COLUMNS, list(SCHEMAS))}
    await owner.close()
    found: list[tuple[str, str, str]] = []
    for role in (*DatabaseRole, None):
        # only the superuser of a test may act as the owner; to a role, the login that acts as it gives nothing
        login = url if role is DatabaseRole.OWNER else service_url(url)
        connection = await connect(database_settings(login), "test", role=role)
        name = LOGIN if role is None else role.value
        found += [(table, name, await _verbs(connection, table, columns)) for table, columns in tables.items()]
        found += [(place, name, "create" if await _may(connection, MAKING[place]) else "") for place in MAKING]
        await connection.close()
    return [f"{table:<24} {name:<20} {verbs or '-'}" for table, name, verbs in sorted(found)]


async def _verbs(connection: OwnConnection, table: str, columns: list[str]) -> str:
    hidden = [one for one in columns if not await _may(connection, f'SELECT "{one}" FROM {table} LIMIT 0')]
    reading = [] if hidden == columns else ["select" + f" but {' and '.join(hidden)}" * bool(hidden)]
    trying = {verb: form.format(table=table, column=columns[0]) for verb, form in VERBS.items()}
    return ", ".join([*reading, *[verb for verb in trying if await _may(connection, trying[verb])]])


async def _may(connection: OwnConnection, statement: str) -> bool:
    """Whether a statement is let through to where other rules speak; nothing of it stays."""
    await connection.execute("BEGIN")
    try:
        await connection.execute(statement)
    except InsufficientPrivilegeError as refused:
        return "row-level security" in str(refused)
    except PostgresError:
        return True
    finally:
        await connection.execute("ROLLBACK")
    return True


def main() -> None:
    """Print what stands, of a database made for it."""
    with a_postgres(durable=False) as server:
        server.execute("CREATE DATABASE rights")
        migrate(server.url("rights"))
        server.execute(f"ALTER DATABASE rights OWNER TO {DatabaseRole.OWNER}")  # as a copy for a test is
        print("\n".join(asyncio.run(rights(server.url("rights")))))


if __name__ == "__main__":
    main()
