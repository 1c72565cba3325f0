"""Tells of an index that is formed again at a start: a bar on a terminal, a log line now and then elsewhere."""

import logging
import sys
import time
from typing import Final

from eventrail.commands.progress import Meter

LOGGED_EVERY_SECONDS: Final = 5.0

_LOG: Final = logging.getLogger("eventrail.index")


class RebuildMeter:
    """A `RebuildProgress`; silent where nothing has to be formed."""

    def __init__(self) -> None:
        self._meter: Meter | None = None
        self._logged: float | None = None

    def __call__(self, done_bytes: int, total_bytes: int) -> None:
        if sys.stderr.isatty():
            if self._meter is None:
                self._meter = Meter("indexing", total_bytes)
            self._meter(done_bytes)
            return
        now = time.monotonic()
        if self._logged is None or now - self._logged >= LOGGED_EVERY_SECONDS:
            self._logged = now
            fields = {"done_bytes": done_bytes, "total_bytes": total_bytes}
            _LOG.info("the index is formed again from the segments", extra={"fields": fields})

    def close(self) -> None:
        if self._meter is not None:
            self._meter.close()
