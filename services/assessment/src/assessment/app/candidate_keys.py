"""A sealing key for each candidate, committed on its own before any append that needs it.

So whatever is sealed in a fact can be opened for as long as the candidate was not erased.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sqlalchemy import any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, UUID, insert

from assessment.read_models.connections import Pool
from assessment.read_models.employer_scope import scope
from assessment.read_models.statements import compiled
from assessment.read_models.vault_tables import candidate_keys

KEY_BYTES: Final = 32
REMEMBERED_SECONDS: Final = 60.0
"""For so long at the most a process goes on opening what is sealed for an erased candidate."""
MAX_REMEMBERED_KEYS: Final = 50_000

_ids = bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))
_KEYS: Final = compiled(
    select(candidate_keys.c.candidate_id, candidate_keys.c.key).where(
        candidate_keys.c.employer_id == bindparam("employer_id"), candidate_keys.c.candidate_id == any_(_ids)
    )
)
_scope = scope()
_new = func.unnest(_ids, bindparam("keys", type_=ARRAY(BYTEA))).table_valued("id", "key", name="new").render_derived()
_GIVE_KEYS: Final = compiled(
    insert(candidate_keys)
    .from_select(
        ["candidate_id", "employer_id", "key"],
        select(_new.c.id, _scope.c.employer, _new.c.key).select_from(_scope.join(_new, true())).order_by(_new.c.id),
    )
    .on_conflict_do_nothing()
)

Owned = tuple[str, str]
"""An employer's id and its candidate's."""


class CandidateKeys:
    """Sealing keys by candidate; an erased or unknown candidate has none. Opened keys are remembered for a while."""

    def __init__(
        self, pool: Pool, random_bytes: Callable[[int], bytes], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool = pool
        self._random_bytes = random_bytes
        self._clock = clock
        self._remembered: dict[Owned, tuple[float, bytes]] = {}

    async def load(self, employer_id: str, candidate_ids: Iterable[str]) -> dict[str, bytes]:
        """The keys that stand, of an employer's own candidates, by candidate."""
        wanted = set(candidate_ids)
        found = {one: key for one in wanted if (key := self._recall((employer_id, one))) is not None}
        if missing := sorted(wanted - found.keys()):
            rows = await self._pool.fetch(_KEYS.text, *_KEYS.arguments(employer_id=employer_id, ids=missing))
            read = {row["candidate_id"]: row["key"] for row in rows if row["key"] is not None}
            self._remember(employer_id, read)
            found.update(read)
        return found

    async def ensure(self, employer_id: str, candidate_ids: Iterable[str]) -> dict[str, bytes]:
        """The same, after a durable key was given to each that never had one; never to an erased one."""
        wanted = sorted(set(candidate_ids))
        found = await self.load(employer_id, wanted)
        if missing := [one for one in wanted if one not in found]:
            keys = [self._random_bytes(KEY_BYTES) for _ in missing]
            values = _GIVE_KEYS.arguments(employer_id=employer_id, ids=missing, keys=keys)
            await self._pool.execute(_GIVE_KEYS.text, *values)
            found.update(await self.load(employer_id, missing))
        return found

    def _recall(self, owned: Owned) -> bytes | None:
        entry = self._remembered.get(owned)
        return entry[1] if entry is not None and entry[0] > self._clock() else None

    def _remember(self, employer_id: str, keys: Mapping[str, bytes]) -> None:
        if len(self._remembered) + len(keys) > MAX_REMEMBERED_KEYS:
            self._remembered.clear()
        until = self._clock() + REMEMBERED_SECONDS
        self._remembered.update({(employer_id, one): (until, key) for one, key in keys.items()})
