"""The API key that a command is about; read by a statement of its own after the employer's row was locked."""

from typing import Any, Final

from sqlalchemy import bindparam, select

from assessment.domain.commands import Command, RevokeKey, RotateKey
from assessment.domain.state import KeyState
from assessment.read_models.connections import Connection
from assessment.read_models.statements import compiled
from assessment.read_models.tables import api_keys

_ONE: Final = compiled(
    select(*(api_keys.c[name] for name in KeyState.__slots__)).where(
        api_keys.c.employer_id == bindparam("employer_id"), api_keys.c.id == bindparam("key_id")
    )
)


async def read_key(connection: Connection, command: Command) -> dict[str, KeyState]:
    """The one key, to rotate or revoke it; nothing else looks at it."""
    if not isinstance(command, RotateKey | RevokeKey):
        return {}
    row = await connection.fetchrow(_ONE.text, *_ONE.arguments(employer_id=command.employer_id, key_id=command.key_id))
    if row is None:
        return {}
    values: dict[str, Any] = dict(row)
    return {command.key_id: KeyState(**values)}
