"""What asyncpg raises when a statement or its connection fails."""

from typing import Final

from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError

DATABASE_FAILURES: Final = (PostgresError, InterfaceError, InternalClientError, OSError, TimeoutError)
"""The third is what it raises where a connection broke at a bad moment."""


def first_line(failure: Exception) -> str:
    """What failed, without the details that a database adds below: they may hold values."""
    return next(iter(str(failure).splitlines()), type(failure).__name__)
