"""When each API key was used last: coarse, in scratch, and never in the way of the request that uses it."""

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from assessment.read_models.failures import DATABASE_FAILURES
from assessment.read_models.ports import Pool
from assessment.read_models.queries_keys import note_use

COARSE: Final = timedelta(minutes=1)
"""A use so soon after the one that was noted is not noted again by the same process."""
MAX_REMEMBERED_KEYS: Final = 10_000

_LOG: Final = logging.getLogger("assessment.keys")


class KeyUses:
    """Writes a use at the most once a minute for each key and process; what can't be written is let go."""

    def __init__(self, pool: Pool, limit: int = MAX_REMEMBERED_KEYS) -> None:
        self._pool = pool
        self._limit = limit
        self._noted: OrderedDict[str, datetime] = OrderedDict()

    async def note(self, employer_id: str, key_id: str, now: datetime) -> None:
        noted = self._noted.get(key_id)
        if noted is not None and noted <= now < noted + COARSE:
            return
        self._noted[key_id] = now
        self._noted.move_to_end(key_id)
        while len(self._noted) > self._limit:
            self._noted.popitem(last=False)
        try:
            await note_use(self._pool, employer_id, key_id, now.replace(second=0, microsecond=0))
        except DATABASE_FAILURES:
            _LOG.warning("the use of a key was not noted")
