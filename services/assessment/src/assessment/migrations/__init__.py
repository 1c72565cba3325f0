"""Alembic's migrations of the database, as SQL that runs on asyncpg in one transaction."""
