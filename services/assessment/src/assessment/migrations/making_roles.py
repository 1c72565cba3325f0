"""The roles and the service's login, made where they are missing; what stands already is left as it is.

Roles belong to the whole cluster, so migrations of several databases may make the same ones at once: each is made in a
transaction of its own, and whoever comes second finds it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from asyncpg.exceptions import (
    DuplicateObjectError,
    InsufficientPrivilegeError,
    InternalServerError,
    UniqueViolationError,
)

from assessment.migrations.scram import SALT_BYTES, verifier
from assessment.read_models.connections import Connection
from assessment.read_models.database_roles import SERVING, DatabaseRole
from assessment.settings import DatabaseSettings

_EXISTS: Final = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"
_ME: Final = "SELECT session_user::text"
_MAY_ACT: Final = "SELECT pg_has_role($1::name, $2::name, 'SET')"
_MAKE_LOGIN: Final = "SELECT format('CREATE ROLE %I LOGIN NOINHERIT PASSWORD %L', $1::text, $2::text)"
_LET_ACT: Final = "SELECT format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', $1::text, $2::text)"
_MADE_MEANWHILE: Final = (DuplicateObjectError, UniqueViolationError, InternalServerError)
"""The last is how PostgreSQL tells that another session changed the same row of its catalog."""


class RolesMissing(Exception):  # noqa: N818 (an outcome, named for what it is)
    """A role or a login is missing, and the login that migrates may not make it."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who the service connects as; password: None where its address holds none."""

    name: str
    password: str | None

    @classmethod
    def of(cls, settings: DatabaseSettings) -> Self | None:
        """None where the address names nobody."""
        url = urlsplit(settings.database_url)
        return None if not url.username else cls(unquote(url.username), unquote(url.password or "") or None)


async def make_roles(connection: Connection, login: Login | None, random_bytes: Callable[[int], bytes]) -> None:
    """Make what is missing, and let this connection's login act as the owner. Raises RolesMissing."""
    for role in DatabaseRole:
        if not await connection.fetchval(_EXISTS, role):
            await _unless_there(connection, f"CREATE ROLE {role} NOLOGIN", f"the role {role}")
    await _let_act(connection, await connection.fetchval(_ME), DatabaseRole.OWNER)
    if login is not None:
        await _make_login(connection, login, random_bytes)


async def _make_login(connection: Connection, login: Login, random_bytes: Callable[[int], bytes]) -> None:
    """Make the service's login and let it act as every serving role; one that may act as any is left as it is."""
    if not await connection.fetchval(_EXISTS, login.name):
        if login.password is None:
            raise RolesMissing(f"the login {login.name} is missing, and no password for it is known")
        try:
            kept = verifier(login.password, random_bytes(SALT_BYTES))
        except ValueError as refused:
            raise RolesMissing(f"the login {login.name} is missing; for its password, {refused} can be used") from None
        making = await connection.fetchval(_MAKE_LOGIN, login.name, kept)
        await _unless_there(connection, making, f"the login {login.name}")
    if not [role for role in SERVING if await connection.fetchval(_MAY_ACT, login.name, role)]:
        for role in SERVING:
            await _let_act(connection, login.name, role)


async def _let_act(connection: Connection, name: str, role: DatabaseRole) -> None:
    if not await connection.fetchval(_MAY_ACT, name, role):
        granting = await connection.fetchval(_LET_ACT, role, name)
        await _unless_there(connection, granting, f"that {name} is a member of {role}")


async def _unless_there(connection: Connection, statement: str, what: str) -> None:
    try:
        await connection.execute(statement)
    except _MADE_MEANWHILE:
        pass
    except InsufficientPrivilegeError as refused:
        raise RolesMissing(f"{what} is missing, and this login may not make it: an administrator must") from refused
