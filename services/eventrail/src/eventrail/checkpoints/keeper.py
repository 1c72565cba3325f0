"""The keeper of checkpoints: signs the durable head every so many events, at the end, and when asked.

It stands beside the writer and never in its way: what it can't write is told by health, and tried again.
"""

import asyncio
import base64
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.keys import KeyRefused, SigningKey
from eventrail.checkpoints.shelf import Shelf
from eventrail.checkpoints.statement import CheckpointRefused, HistoryLost, Lines, contains, statement
from eventrail.log.clock import system_clock
from eventrail.log.errors import LogError
from eventrail.log.events import Head
from eventrail.log.line import format_time

EVENTS: Final = 10_000
RETRY_SECONDS: Final = 5.0
_LONGEST_WAIT_SECONDS: Final = 3_600.0
_LOG: Final = logging.getLogger("eventrail.checkpoints")


class DurableLog(Lines, Protocol):
    """What is signed."""

    @property
    def head(self) -> Head: ...


class Heads(Protocol):
    """Who tells of a new head."""

    async def head_beyond(self, position: int, timeout_seconds: float) -> int: ...


@dataclass(frozen=True, slots=True)
class KeeperOptions:
    """`events`: a checkpoint is written when the head is so far beyond the last one."""

    events: int = EVENTS
    retry_seconds: float = RETRY_SECONDS


class Keeper:
    """Belongs to one event loop; `key` is asked until it answers, so that a full disk refuses no start."""

    def __init__(
        self,
        log: DurableLog,
        shelf: Shelf,
        key: Callable[[], SigningKey],
        options: KeeperOptions,
        clock: Callable[[], int] = system_clock,
    ) -> None:
        self._log = log
        self._shelf = shelf
        self._find_key = key
        self._options = options
        self._clock = clock
        self._key: SigningKey | None = None
        self._last: int | None = None
        self._failure = ""
        self._lost = ""
        self._writing = threading.Lock()

    @property
    def key(self) -> SigningKey:
        """Raises `KeyRefused`."""
        if self._key is None:
            self._key = self._find_key()
        return self._key

    @property
    def last_position(self) -> int:
        """Of the newest checkpoint on disk; 0 before it is known."""
        return self._last or 0

    def reasons(self) -> tuple[str, ...]:
        """What health has to say; empty where all is well."""
        return tuple(reason for reason in (self._lost, self._failure) if reason)

    def make(self) -> Checkpoint:
        """The durable head, signed. Raises `KeyRefused`."""
        head, key, time = self._log.head, self.key, format_time(self._clock())
        signature = key.sign(statement(self._log.log_id, head.position, head.hash, time, key.key_id))
        signed = base64.b64encode(signature).decode("ascii")
        return Checkpoint(self._log.log_id, head.position, head.hash, time, key.key_id, signed)

    @contextlib.asynccontextmanager
    async def following(self, heads: Heads) -> AsyncGenerator[None, None]:
        """Writes while it is open."""
        running = asyncio.create_task(self._run(heads), name="eventrail-checkpoints")
        try:
            yield
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    def write(self) -> bool:
        """Write the head's checkpoint unless it stands already; False where that failed. Any thread."""
        with self._writing:
            return self._write()

    def _write(self) -> bool:
        if self._log.head.position in (0, self._last):
            return True
        try:
            checkpoint = self.make()
            self._shelf.put(checkpoint, self.key.public_pem)
        except (KeyRefused, OSError) as error:
            self._failed(error.strerror or str(error) if isinstance(error, OSError) else str(error))
            return False
        self._last, self._failure = checkpoint.position, ""
        return True

    def begin(self) -> None:
        """Have the key from the first start on, and look back."""
        try:
            _ = self.key
        except KeyRefused as error:
            self._failed(str(error))
        with self._writing:
            self._look_back()

    def _look_back(self) -> None:
        """Hold the log to the newest checkpoint that it wrote: a log that was exchanged or cut is told by health."""
        try:
            newest = self._shelf.newest()
            if newest is not None:
                contains(self._log, newest)
            self._last = newest.position if newest is not None else 0
        except (HistoryLost, CheckpointRefused, LogError) as error:
            self._lost = f"the newest checkpoint does not fit the log: {error}"
            _LOG.error("the newest checkpoint does not fit the log", extra={"fields": {"reason": str(error)}})
            self._last = self._log.head.position
        except OSError as error:
            self._failed(str(error.strerror))
            self._last = 0

    async def _run(self, heads: Heads) -> None:
        await asyncio.to_thread(self.begin)
        while True:
            due = (self._last or 0) + self._options.events
            reached = await heads.head_beyond(due - 1, _LONGEST_WAIT_SECONDS) >= due
            if not (reached and await asyncio.to_thread(self.write)):
                await asyncio.sleep(self._options.retry_seconds)

    def _failed(self, reason: str) -> None:
        self._failure = f"no checkpoint can be written: {reason}"
        _LOG.error("no checkpoint can be written", extra={"fields": {"reason": reason}})
