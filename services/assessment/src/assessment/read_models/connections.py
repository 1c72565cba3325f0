"""Connections to PostgreSQL, with the limits that keep one client from holding up all others."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import Connection, OwnConnection, Pool
from assessment.read_models.stamps import prepare_stamps
from assessment.settings import DatabaseSettings

CHECK_CLIENT_MILLISECONDS: Final = 2_000
KEEPALIVE_SECONDS: Final = 10
CACHED_STATEMENTS: Final = 500
_LEARN_ARRAYS: Final = "SELECT $1::uuid[]"
"""asyncpg asks the server once for the array of a type whose codec is ours: here, and not inside a transaction."""

_ASYNCPG: Final[Any] = asyncpg
"""Its functions have no types; what they answer is said in `ports`."""


def session(
    settings: DatabaseSettings, purpose: str, *, role: DatabaseRole | None = None, read_only: bool = False
) -> dict[str, str]:
    """The server's settings of a session; an idle transaction, a lock and a statement each have their end."""
    return {
        **({} if role is None else {"role": role.value}),
        "application_name": f"assessment {purpose}",
        "timezone": "UTC",
        "jit": "off",
        **({"plan_cache_mode": "force_generic_plan"} if role is DatabaseRole.COMMANDS else {}),
        "default_transaction_isolation": "read committed",
        "default_transaction_read_only": "on" if read_only else "off",
        "idle_in_transaction_session_timeout": _milliseconds(settings.idle_transaction_seconds),
        "lock_timeout": _milliseconds(settings.lock_seconds),
        "statement_timeout": _milliseconds(settings.statement_seconds),
        "client_connection_check_interval": str(CHECK_CLIENT_MILLISECONDS),
        "tcp_keepalives_idle": str(KEEPALIVE_SECONDS),
        "tcp_keepalives_interval": str(KEEPALIVE_SECONDS),
        "tcp_keepalives_count": "3",
    }


async def connect(
    settings: DatabaseSettings,
    purpose: str,
    *,
    role: DatabaseRole | None = None,
    limits: Mapping[str, str] | None = None,
) -> OwnConnection:
    """One connection outside the pools, for a process that works alone; `limits` replace those of `session`.

    Without a role it has the login's own rights, and a login of the service has none.
    """
    connection: OwnConnection = await _ASYNCPG.connect(
        settings.database_url,
        server_settings={**session(settings, purpose, role=role), **(limits or {})},
        statement_cache_size=CACHED_STATEMENTS,
        timeout=settings.lock_seconds,
    )
    try:
        await plain_values(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def pool(
    settings: DatabaseSettings, purpose: str, size: int, *, role: DatabaseRole | None = None, read_only: bool = False
) -> Pool:
    """A pool of its own for one purpose, so that no purpose eats another's connections."""
    made: Pool = await _ASYNCPG.create_pool(
        settings.database_url,
        min_size=min(2, size),
        max_size=size,
        init=_for_commands if role is DatabaseRole.COMMANDS else plain_values,
        reset=_end_transaction,
        server_settings=session(settings, purpose, role=role, read_only=read_only),
        statement_cache_size=CACHED_STATEMENTS,
        command_timeout=settings.statement_seconds + settings.lock_seconds,
        timeout=settings.lock_seconds,
    )
    return made


async def plain_values(connection: Connection) -> None:
    """UUIDs as text, both ways; JSONB is text already."""
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=_uuid_bytes,
        decoder=_uuid_text,
    )
    await connection.execute(_LEARN_ARRAYS, [])


@asynccontextmanager
async def swift_uuids(connection: Connection) -> AsyncIterator[None]:
    """In the block asyncpg's own codec takes UUIDs as text, in C; what it reads are UUIDs, and not text."""
    await connection.reset_type_codec("uuid", schema="pg_catalog")
    try:
        yield
    finally:
        await plain_values(connection)


async def _for_commands(connection: Connection) -> None:
    await plain_values(connection)
    await prepare_stamps(connection)


def _uuid_bytes(text: str) -> bytes:
    """Half the time of `uuid.UUID`, some twenty times a command; the server refuses what is no UUID."""
    return bytes.fromhex(text.replace("-", ""))


def _uuid_text(raw: bytes) -> str:
    digits = raw.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


async def _end_transaction(connection: Connection) -> None:
    """Nothing but a transaction outlives its use here; asyncpg's own reset would cost a round trip each time."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


__all__ = ["Connection", "OwnConnection", "Pool", "connect", "plain_values", "pool", "session", "swift_uuids"]
