"""The asyncio front of the one writer: gathers appends, commits them in groups, wakes readers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar, TypeVarTuple

from eventrail.log.admission import append_bytes
from eventrail.log.errors import AppendsSuspended, QueueFull, RangeDamaged, SyncFailed
from eventrail.log.events import Append, Outcome
from eventrail.log.log import Log

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

BATCH_BYTES: Final = 16 * 1024 * 1024
"""What is committed together: a torn batch must fit into the space reserve, and its forming into memory."""
LINE_OVERHEAD_BYTES: Final = 256
"""What a line has besides what the client sent."""

_STOPPED: Final = "the log is being closed"


@dataclass(frozen=True, slots=True)
class _Waiting:
    append: Append
    size_bytes: int
    answer: "asyncio.Future[Outcome]"


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
        self._max_waiting_appends = max_waiting_appends
        self._max_waiting_bytes = max_waiting_bytes
        self._idle_seconds = idle_seconds
        self._suspension = log.suspension
        self._waiting: list[_Waiting] = []
        # What is not answered yet, waiting or being committed.
        self._unanswered_appends = 0
        self._unanswered_bytes = 0
        self._gathered = asyncio.Event()
        self._advanced = asyncio.Event()
        self._stopping = False
        self._failure: SyncFailed | None = None
        self._writer = ThreadPoolExecutor(1, "eventrail-writer")
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to commit; `on_fatal` is called once, in the event loop, when the disk failed under the writer."""
        self._running = asyncio.create_task(self._run(), name="eventrail-commit-queue")

    async def stop(self) -> None:
        """Refuse what comes, answer what is waiting, write the head down."""
        self._stopping = True
        self._gathered.set()
        self._advanced.set()
        if self._running is not None:
            await self._running
        self._writer.shutdown()

    @property
    def unanswered_appends(self) -> int:
        """Appends that wait or are being committed."""
        return self._unanswered_appends

    @property
    def unanswered_bytes(self) -> int:
        return self._unanswered_bytes

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
        size_bytes = append_bytes(append) + LINE_OVERHEAD_BYTES * len(append.events)
        self._refuse(size_bytes)
        waiting = _Waiting(append, size_bytes, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._unanswered_appends += 1
        self._unanswered_bytes += size_bytes
        self._gathered.set()
        return await waiting.answer

    async def head_beyond(self, position: int, timeout_seconds: float) -> int:
        """The head as soon as it is beyond `position`, or whatever it is at the timeout or when the queue stops."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while self._log.head.position <= position and not self._stopping:
                    await self._advanced.wait()
        except TimeoutError:
            pass
        return self._log.head.position

    def _refuse(self, size_bytes: int) -> None:
        if self._failure is not None:
            raise self._failure
        if self._suspension is not None or self._stopping:
            raise AppendsSuspended(self._suspension or _STOPPED)
        full = self._unanswered_appends >= self._max_waiting_appends
        # An append larger than the bound is still taken by an empty queue: its own limit holds elsewhere.
        if full or (self._unanswered_bytes and self._unanswered_bytes + size_bytes > self._max_waiting_bytes):
            raise QueueFull(self._unanswered_appends, self._unanswered_bytes)

    async def _run(self) -> None:
        try:
            await self._serve()
        except Exception as error:  # noqa: BLE001 - whatever ends the writer ends the process, never in silence
            self._fail(error if isinstance(error, SyncFailed) else SyncFailed("the commit queue", repr(error)))

    async def _serve(self) -> None:
        while self._waiting or not self._stopping:
            if self._waiting:
                await self._commit_waiting()
            else:
                await self._wait_for_work()
        await self._in_writer(self._log.write_head)

    async def _wait_for_work(self) -> None:
        """Until something waits or the queue stops; when the log falls idle, its head is written down."""
        self._gathered.clear()
        try:
            async with asyncio.timeout(self._idle_seconds):
                await self._gathered.wait()
        except TimeoutError:
            await self._in_writer(self._log.write_head)
            await self._gathered.wait()

    async def _commit_waiting(self) -> None:
        taken = self._take_batch()
        try:
            await self._commit([waiting for waiting in taken if not waiting.answer.done()])
        finally:
            self._unanswered_appends -= len(taken)
            self._unanswered_bytes -= sum(waiting.size_bytes for waiting in taken)
        # Set and cleared at once, the event wakes whoever waits now.
        self._advanced.set()
        self._advanced.clear()

    def _take_batch(self) -> list[_Waiting]:
        """As much as is committed together, and at least one."""
        size_bytes = 0
        for count, waiting in enumerate(self._waiting):
            size_bytes += waiting.size_bytes
            if count and size_bytes > BATCH_BYTES:
                break
        else:
            count = len(self._waiting)
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = await self._in_writer(self._log.commit, [waiting.append for waiting in batch])
        except RangeDamaged as damage:
            if len(batch) == 1:
                _refuse_all(batch, damage)
                return
            # One of them must be compared with what can't be read; the others need not suffer for it.
            for waiting in batch:
                await self._commit([waiting])
        except Exception as error:
            _refuse_all(batch, error)
            if isinstance(error, SyncFailed):
                raise
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(outcome)

    def _fail(self, failure: SyncFailed) -> None:
        self._failure = failure
        _refuse_all(self._waiting, failure)
        self._waiting = []
        self._on_fatal(failure)

    def _in_writer(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> "asyncio.Future[Result]":
        return asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)


def _refuse_all(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
