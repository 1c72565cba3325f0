"""The server's secret: made once by `assessment migrate`, kept in the vault, and never replaced."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from assessment.app.secrets import SECRET_BYTES, Secrets
from assessment.read_models.connections import Connection, Pool
from assessment.read_models.statements import compiled
from assessment.read_models.vault_tables import secrets

SERVER_SECRET: Final = "server"  # noqa: S105 - the secret's name, not the secret

_GIVE_SECRET: Final = compiled(
    insert(secrets).values(name=bindparam("name"), secret=bindparam("secret")).on_conflict_do_nothing()
)
_SECRET: Final = compiled(select(secrets.c.secret).where(secrets.c.name == bindparam("name")))


class NotMigrated(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The database holds no server secret: `assessment migrate` was not run against it."""


async def give_server_secret(connection: Connection, random_bytes: Callable[[int], bytes]) -> None:
    """Make the server's secret, if there is none."""
    await connection.execute(
        _GIVE_SECRET.text, *_GIVE_SECRET.arguments(name=SERVER_SECRET, secret=random_bytes(SECRET_BYTES))
    )


async def load_secrets(connection: Connection | Pool) -> Secrets:
    """The derivations from this database's secret. Raises NotMigrated."""
    secret = await connection.fetchval(_SECRET.text, *_SECRET.arguments(name=SERVER_SECRET))
    if secret is None:
        raise NotMigrated("the vault holds no server secret; run `assessment migrate`")
    return Secrets(secret)
