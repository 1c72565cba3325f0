"""What PostgreSQL's catalog says of a schema, with the schema's own name left out."""

from typing import Any

from assessment.read_models.ports import Queries

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, k.contype::text, k.convalidated, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = $1::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = $1"
POLICIES = """
SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies WHERE schemaname = $1
"""
GRANTS = """
SELECT c.relname, a.attname, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text,
  (SELECT array_agg(g::text ORDER BY g::text) FROM unnest(c.relacl) g)::text, a.attacl::text
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL
WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
"""
SCHEMA = """
SELECT nspowner::regrole::text, (SELECT array_agg(g::text ORDER BY g::text) FROM unnest(nspacl) g)::text
FROM pg_namespace WHERE nspname = $1
"""


async def catalog(connection: Queries, schema: str) -> set[tuple[Any, ...]]:
    """Columns, constraints and indexes."""
    return await _rows(connection, schema, COLUMNS, CONSTRAINTS, INDEXES)


async def walls_of(connection: Queries, schema: str) -> set[tuple[Any, ...]]:
    """Owners, grants and policies."""
    return await _rows(connection, schema, POLICIES, GRANTS, SCHEMA)


async def _rows(connection: Queries, schema: str, *queries: str) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for query in queries:
        for row in await connection.fetch(query, schema):
            found.add(tuple(value.replace(f"{schema}.", "") if isinstance(value, str) else value for value in row))
    return found
