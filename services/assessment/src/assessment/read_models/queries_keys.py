"""What an owner reads of an employer's API keys; when each was used last is scratch, and may be lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.employer_scope import scope
from assessment.read_models.ports import Pool
from assessment.read_models.queries_reader import Reader
from assessment.read_models.scratch_tables import key_uses
from assessment.read_models.statements import compiled
from assessment.read_models.tables import api_keys
from contracts.assessment.keys import Role


@dataclass(frozen=True, slots=True)
class KeyRow:
    """generation: of its newest secret."""

    id: str
    name: str
    role: Role
    generation: int
    created_at: datetime
    expires_at: datetime | None
    previous_ends_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


_PAGE: Final = compiled(
    select(*(api_keys.c[name] for name in KeyRow.__slots__ if name != "used_at"), key_uses.c.used_at)
    .join_from(api_keys, key_uses, key_uses.c.key_id == api_keys.c.id, isouter=True)
    .where(
        api_keys.c.employer_id == bindparam("employer_id"),
        tuple_(api_keys.c.created_at, api_keys.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(api_keys.c.created_at, api_keys.c.id)
    .limit(bindparam("rows"))
)
_scope = scope()
_used = (bindparam("key_id", type_=key_uses.c.key_id.type), bindparam("used_at", type_=key_uses.c.used_at.type))
_using = insert(key_uses).from_select(["employer_id", "key_id", "used_at"], select(_scope.c.employer, *_used))
_USED: Final = compiled(
    _using.on_conflict_do_update(
        index_elements=[key_uses.c.key_id],
        set_={"used_at": func.greatest(key_uses.c.used_at, _using.excluded.used_at)},
    )
)


async def keys_page(reader: Reader, employer_id: str, after: tuple[datetime, str], rows: int) -> tuple[KeyRow, ...]:
    """Oldest first, from behind a place."""
    found = await reader.all(_PAGE, employer_id=employer_id, after_at=after[0], after_id=after[1], rows=rows)
    return tuple(_key(dict(row)) for row in found)


async def note_use(pool: Pool, employer_id: str, key_id: str, used_at: datetime) -> None:
    await pool.execute(_USED.text, *_USED.arguments(key_id=key_id, employer_id=employer_id, used_at=used_at))


def _key(values: dict[str, Any]) -> KeyRow:
    return KeyRow(**values)
