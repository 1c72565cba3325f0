"""The upkeep of the log: what is pending beside the writing, done in a thread of its own at a bounded rate."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from eventrail.log.errors import SyncFailed

IDLE_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 10.0
_LOG: Final = logging.getLogger("eventrail.upkeep")


class Maintained(Protocol):
    """The log, as upkeep sees it."""

    @property
    def scrubbed_bytes(self) -> int: ...

    def maintain(self) -> bool: ...

    def alarms(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class UpkeepOptions:
    """The scrub reads `scrub_bytes_per_second`; with nothing to do, upkeep looks again after `idle_seconds`."""

    scrub_bytes_per_second: int
    idle_seconds: float = IDLE_SECONDS
    retry_seconds: float = RETRY_SECONDS


class Upkeep:
    """`start`, then `stop` from another thread before the log is closed; `on_fatal` is called in upkeep's thread."""

    def __init__(self, log: Maintained, options: UpkeepOptions, on_fatal: Callable[[SyncFailed], None]) -> None:
        self._log = log
        self._options = options
        self._on_fatal = on_fatal
        self._stopping = threading.Event()
        self._told: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="eventrail-upkeep")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the piece that is under way has been done."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        delay_seconds = 0.0
        while not self._stopping.wait(delay_seconds):
            try:
                delay_seconds = self._piece()
            except SyncFailed as failure:
                self._on_fatal(failure)
                return
            except Exception:  # noqa: BLE001 - upkeep is tried again, whatever kept it from its work
                _LOG.exception("upkeep failed")
                delay_seconds = self._options.retry_seconds
            self._tell()

    def _piece(self) -> float:
        """How long to rest after a piece: as long as reading it may take at the given rate."""
        before = self._log.scrubbed_bytes
        more = self._log.maintain()
        read_bytes = self._log.scrubbed_bytes - before
        if read_bytes:
            return read_bytes / self._options.scrub_bytes_per_second
        return 0.0 if more else self._options.idle_seconds

    def _tell(self) -> None:
        """Each alarm once, until it has gone and come again."""
        alarms = {_name(alarm): alarm for alarm in self._log.alarms()}
        for name in alarms.keys() - self._told:
            _LOG.error("alarm", extra={"fields": {"alarm": alarms[name]}})
        for name in self._told - alarms.keys():
            _LOG.info("an alarm is over", extra={"fields": {"alarm": name}})
        self._told = set(alarms)


def _name(alarm: str) -> str:
    """Damages are told apart by their places; of the others the sentence goes on changing."""
    name = alarm.partition(":")[0]
    return alarm if name == "range-damaged" else name
