"""Which constraint a database error is about."""

from asyncpg.exceptions import PostgresError


def constraint_of(error: PostgresError) -> str | None:
    """The constraint's name as the server sent it; asyncpg sets it without declaring it."""
    name: str | None = getattr(error, "constraint_name", None)
    return name
