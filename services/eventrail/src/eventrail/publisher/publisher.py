"""The publisher: connects, compares stream and log, fills what is missing, follows the head, and starts over."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from contracts.store import PublisherStatus
from eventrail.log.errors import RangeDamaged
from eventrail.log.events import Query
from eventrail.publisher.comparison import Beyond, GoOn, LogFacts, Refill, Verdict, compare, hash_of
from eventrail.publisher.connection import Connection
from eventrail.publisher.failures import OutOfStep, PublishingInterrupted, Refused, Unreachable
from eventrail.publisher.messages import message_of
from eventrail.publisher.ports import Gate, Lines
from eventrail.publisher.stream import Stream
from eventrail.publisher.window import send_window

_LOG: Final = logging.getLogger("eventrail.publisher")
State = Literal["off", "connecting", "refilling", "live", "refused"]


@dataclass(frozen=True, slots=True)
class PublisherOptions:
    """`check_seconds`: how often an idle publisher looks whether the stream is still what it left."""

    url: str
    accept_truncate: bool = False
    window_events: int = 512
    check_seconds: float = 2.0
    first_backoff_seconds: float = 0.1
    last_backoff_seconds: float = 5.0


class Publisher:
    """Runs beside the writer and never in its way: the log is the outbox, NATS away costs lag only."""

    def __init__(self, lines: Lines, gate: Gate, options: PublisherOptions) -> None:
        self._lines = lines
        self._gate = gate
        self._options = options
        self._published = 0
        self._state: State = "connecting"
        self._detail = ""
        self._task: asyncio.Task[None] | None = None

    def status(self) -> PublisherStatus:
        head = self._lines.head.position
        return PublisherStatus(self._state, self._published, max(0, head - self._published), self._detail)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="eventrail-publisher")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        """Attempts without end; the wait between them grows while nothing gets better."""
        wait_seconds = self._options.first_backoff_seconds
        while True:
            before = self._published
            try:
                async with Connection(self._options.url) as connection:
                    await self._publish(connection)
            except (PublishingInterrupted, RangeDamaged) as reason:
                self._interrupted(reason)
            except Exception as error:  # noqa: BLE001 - a fault here must cost lag, and never the log
                _LOG.exception("publishing failed")
                self._interrupted(Unreachable(type(error).__name__))
            if self._published > before:
                wait_seconds = self._options.first_backoff_seconds
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, self._options.last_backoff_seconds)

    async def _publish(self, connection: Connection) -> None:
        stream = Stream(connection.client)
        self._published = await self._reconciled(stream)
        self._gate.resume()
        while True:
            head = self._lines.head.position
            while self._published < head:
                await self._send_page(connection)
                head = self._lines.head.position
            self._now("live", "")
            if await self._gate.head_beyond(self._published, self._options.check_seconds) <= self._published:
                await self._check(stream, connection)

    async def _reconciled(self, stream: Stream) -> int:
        """The position from which to go on, the stream being there and as it must be."""
        facts = await stream.facts()
        if facts is None:
            return await self._made(stream, "there is no stream")
        verdict = compare(facts, self._log_facts())
        if isinstance(verdict, GoOn):
            verdict = await self._with_settings(stream, verdict)
        match verdict:
            case GoOn(position=position):
                return position
            case Refill(reason=reason):
                return await self._made(stream, reason)
            case Beyond(reason=reason):
                if self._options.accept_truncate:
                    return await self._made(stream, reason)
                self._gate.suspend(reason)
                raise Refused(reason)
            case _:
                assert_never(verdict)

    async def _with_settings(self, stream: Stream, verdict: GoOn) -> Verdict:
        differing = await stream.differing_settings()
        if not differing or await stream.mend_settings():
            return verdict
        return Refill(f"its settings can't be mended: {', '.join(differing)}")

    async def _made(self, stream: Stream, reason: str) -> int:
        _LOG.warning("the stream is made again", extra={"fields": {"reason": reason}})
        self._now("refilling", reason)
        await stream.remove()
        await stream.make()
        return 0

    async def _send_page(self, connection: Connection) -> None:
        page = await asyncio.to_thread(
            self._lines.page, Query(after=self._published, limit=self._options.window_events)
        )
        log_id = self._lines.log_id
        window = [message_of(line, log_id) for line in page.lines.splitlines()]
        assert window, "below the head there is a next event"
        assert window[0].position == self._published + 1, "pages have no gap"
        self._published = await send_window(connection, window)

    async def _check(self, stream: Stream, connection: Connection) -> None:
        """An idle stream may be deleted, purged or rolled back as well as a busy one."""
        if connection.closed.is_set():
            raise Unreachable("the connection was closed")
        facts = await stream.facts()
        if facts is None or compare(facts, self._log_facts()) != GoOn(self._published):
            raise OutOfStep("the stream is not what was published")

    def _log_facts(self) -> LogFacts:
        return LogFacts(self._lines.log_id, self._lines.head.position, self._hash_at)

    def _hash_at(self, position: int) -> str | None:
        line = self._lines.line_at(position)
        return None if line is None else hash_of(line.removesuffix(b"\n"))

    def _interrupted(self, reason: Exception) -> None:
        state: State = "refused" if isinstance(reason, Refused) else "connecting"
        if (state, str(reason)) != (self._state, self._detail):
            _LOG.warning("publishing is interrupted", extra={"fields": {"reason": str(reason), "state": state}})
        self._now(state, str(reason))

    def _now(self, state: State, detail: str) -> None:
        if state == "live" and self._state != "live":
            _LOG.info("publishing is live", extra={"fields": {"position": self._published}})
        self._state, self._detail = state, detail
