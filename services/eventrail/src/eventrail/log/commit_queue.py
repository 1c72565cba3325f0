"""The asyncio front of the one writer: gathers appends, commits them in groups, wakes readers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from eventrail.log.errors import AppendsSuspended, RangeDamaged, SyncFailed
from eventrail.log.events import Append, Outcome
from eventrail.log.log import Log
from eventrail.log.waiting_room import Awaited, Batch, Receiver, WaitingRoom
from eventrail.log.writer import Writer

_STOPPED: Final = "the log is being closed"


@dataclass(frozen=True, slots=True)
class _Working:
    loop: asyncio.AbstractEventLoop
    writer: Writer


class CommitQueue:
    """A bounded queue before `Log.commit`; all methods belong to one event loop.

    While one batch is being made durable the next one gathers, so a batch is as large as the load asks for. The log
    stays its owner's: it is closed after `stop`, and nobody else commits in between.
    """

    def __init__(
        self,
        log: Log,
        *,
        on_fatal: Callable[[SyncFailed], None],
        max_waiting_appends: int = 4_096,
        max_waiting_bytes: int = 64 * 1024 * 1024,
        idle_seconds: float = 0.2,
    ) -> None:
        self._log = log
        self._on_fatal = on_fatal
        self._idle_seconds = idle_seconds
        self._suspension = log.suspension
        self._room = WaitingRoom(max_waiting_appends, max_waiting_bytes)
        # Who waits for the head to come beyond a position: only those are woken who have what they wait for.
        self._awaited: dict[asyncio.Future[None], int] = {}
        self._ended = asyncio.Event()
        self._stopping = False
        self._failure: SyncFailed | None = None
        self._working: _Working | None = None
        # Whether the writer has work, or is about to be given some; true before the start and after the end too.
        self._busy = True
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to commit; `on_fatal` is called once, in the event loop, when the disk failed under the writer."""
        loop = asyncio.get_running_loop()
        self._working = _Working(loop, Writer(loop.call_soon_threadsafe))
        self._go_on()

    async def stop(self) -> None:
        """Refuse what comes, answer what is waiting, write the head down."""
        self._stopping = True
        self._wake()
        if self._working is None:
            return
        if not self._busy:
            self._go_on()
        await self._ended.wait()
        self._working.writer.stop()

    @property
    def unanswered_appends(self) -> int:
        """Appends that wait or are being committed."""
        return self._room.appends

    @property
    def unanswered_bytes(self) -> int:
        return self._room.size_bytes

    @property
    def suspension(self) -> str | None:
        """Why appends are refused at the moment."""
        return self._suspension

    def suspend(self, reason: str) -> None:
        """Refuse appends from now on; those that are waiting are still answered, and reads go on."""
        self._suspension = reason

    def resume(self) -> None:
        """Take appends again, unless the log itself can't."""
        self._suspension = self._log.suspension

    async def append(self, append: Append) -> Outcome:
        """The outcome of an append that has passed `admission.check_append`, after it is durable.

        Raises `QueueFull`, `AppendsSuspended`, `DiskFull`, `SyncFailed`. A caller that is cancelled learns nothing:
        the append may stand.
        """
        awaited = Awaited(asyncio.get_running_loop().create_future())
        self.submit(append, awaited)
        return await awaited.answer

    def submit(self, append: Append, receiver: Receiver) -> None:
        """The same for one who does not wait in a coroutine: raises `QueueFull` and `AppendsSuspended` at once.

        Whatever else it comes to, the receiver is told in the event loop, those of a batch one after the other.
        """
        if self._failure is not None:
            raise self._failure
        if self._suspension is not None or self._stopping:
            raise AppendsSuspended(self._suspension or _STOPPED)
        self._room.admit(append, receiver)
        if not self._busy:
            # Not at once: what else comes in this turn of the event loop goes along.
            self._busy = True
            self._at_work.loop.call_soon(self._go_on)

    async def head_beyond(self, position: int, timeout_seconds: float) -> int:
        """The head as soon as it is beyond `position`, or whatever it is at the timeout or when the queue stops."""
        if self._log.head.position <= position and not self._stopping:
            reached = asyncio.get_running_loop().create_future()
            self._awaited[reached] = position
            try:
                async with asyncio.timeout(timeout_seconds):
                    await reached
            except TimeoutError:
                pass
            finally:
                del self._awaited[reached]
        return self._log.head.position

    @property
    def _at_work(self) -> _Working:
        assert self._working is not None, "the queue is started before anything waits in it"
        return self._working

    def _go_on(self) -> None:
        """Give the writer, which has nothing to do, what is next."""
        self._busy = True
        if batch := self._room.next_batch():
            commit = partial(self._log.commit, [waiting.append for waiting in batch])
            self._at_work.writer.do(commit, partial(self._committed, batch))
        elif self._stopping:
            self._at_work.writer.do(self._log.write_head, self._closed)
        else:
            self._busy = False
            self._fall_idle()

    def _committed(self, batch: Batch, came_to: list[Outcome] | Exception) -> None:
        """Answers first: who gets one at once may be back for the next batch, and a larger one costs each less."""
        try:
            if isinstance(came_to, RangeDamaged) and len(batch) > 1:
                # One of them must be compared with what can't be read; the others need not suffer for it.
                self._room.put_apart(batch)
                self._go_on()
                return
            if isinstance(came_to, SyncFailed):
                self._fail(came_to, batch)
                return
            self._room.release(batch)
            if isinstance(came_to, Exception):
                _refuse_all(batch, came_to)
            else:
                for waiting, outcome in zip(batch, came_to, strict=True):
                    waiting.receiver.settle(outcome)
            self._at_work.loop.call_soon(self._go_on)
            self._wake()
        except Exception as error:  # noqa: BLE001 - whatever ends the queue ends the process, never in silence
            self._fail(_as_failure(error))

    def _wake(self) -> None:
        head = self._log.head.position
        for reached, position in self._awaited.items():
            if (position < head or self._stopping) and not reached.done():
                reached.set_result(None)

    def _fall_idle(self) -> None:
        """When nothing comes for a while, the head is written down: one timer looks, however often that begins."""
        self._idle_since = self._at_work.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self._at_work.loop.call_later(self._idle_seconds, self._look)

    def _look(self) -> None:
        self._idle_timer = None
        if self._busy:
            return
        rest_seconds = self._idle_since + self._idle_seconds - self._at_work.loop.time()
        if rest_seconds > 0:
            self._idle_timer = self._at_work.loop.call_later(rest_seconds, self._look)
            return
        self._busy = True
        self._at_work.writer.do(self._log.write_head, self._head_written)

    def _head_written(self, came_to: object) -> None:
        if isinstance(came_to, Exception):
            self._fail(_as_failure(came_to))
        elif self._room or self._stopping:
            self._go_on()
        else:
            self._busy = False

    def _closed(self, came_to: object) -> None:
        if isinstance(came_to, Exception):
            self._fail(_as_failure(came_to))
        self._ended.set()

    def _fail(self, failure: SyncFailed, batch: Batch | None = None) -> None:
        """Nothing is committed any more: the queue stays busy for ever."""
        self._failure = failure
        refused = [*(batch or ()), *self._room.empty()]
        self._room.release(refused)
        _refuse_all(refused, failure)
        self._ended.set()
        self._on_fatal(failure)


def _refuse_all(batch: Batch, error: Exception) -> None:
    for waiting in batch:
        waiting.receiver.refuse(error)


def _as_failure(error: Exception) -> SyncFailed:
    return error if isinstance(error, SyncFailed) else SyncFailed("the commit queue", repr(error))
