"""The publisher: connects, compares stream and log, fills what is missing, follows the head, and starts over."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from contracts.store import PublisherStatus
from eventrail.log.errors import RangeDamaged
from eventrail.log.events import Query
from eventrail.log.nearness import is_near
from eventrail.publisher.comparison import Beyond, GoOn, LogFacts, Refill, compare, hash_of
from eventrail.publisher.connection import Connection
from eventrail.publisher.failures import OutOfStep, PublishingInterrupted, Refused, Unreachable
from eventrail.publisher.messages import Message, message_of
from eventrail.publisher.ports import Gate, Lines, Nobody, Watcher
from eventrail.publisher.strangers import Strangers
from eventrail.publisher.stream import Stream
from eventrail.publisher.stretch import stretch_verdict
from eventrail.publisher.trust import Trust
from eventrail.publisher.window import Sent, proved, send_window

_LOG: Final = logging.getLogger("eventrail.publisher")
_NOBODY: Final = Nobody()
State = Literal["off", "connecting", "refilling", "live", "refused"]


@dataclass(frozen=True, slots=True)
class PublisherOptions:
    """`check_seconds`: how often the publisher looks whether the stream is still what it left."""

    url: str
    accept_truncate: bool = False
    window_events: int = 512
    check_seconds: float = 2.0
    first_backoff_seconds: float = 0.1
    last_backoff_seconds: float = 5.0


class Publisher:
    """Runs beside the writer and never in its way: the log is the outbox, NATS away costs lag only."""

    def __init__(self, lines: Lines, gate: Gate, options: PublisherOptions, watcher: Watcher = _NOBODY) -> None:
        self._lines = lines
        self._gate = gate
        self._options = options
        self._watcher = watcher
        self._published = 0
        self._trust = Trust()
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
        strangers = await Strangers.watched(connection)
        stream = Stream(connection.client)
        self._published = await self._reconciled(stream, connection)
        self._trust.settled(self._published, _now_seconds())
        self._gate.resume()
        checked_seconds = _now_seconds()
        while True:
            if self._published < self._lines.head.position:
                await self._fill(connection, strangers, self._lines.head.position)
            self._now("live", "")
            is_idle = await self._gate.head_beyond(self._published, self._options.check_seconds) <= self._published
            strangers.check()
            if is_idle or _now_seconds() - checked_seconds >= self._options.check_seconds:
                await self._check(stream, connection)
                checked_seconds = _now_seconds()

    async def _fill(self, connection: Connection, strangers: Strangers, head: int) -> None:
        """Send everything up to `head`; the next window is made and sent while the one before it is being proved."""
        sent_to, under_way = self._published, None
        while under_way is not None or sent_to < head:
            following: Sent | None = None
            if sent_to < head:
                window = await self._window(sent_to)
                following = await send_window(connection, window)
                sent_to = following.last
            if under_way is not None:
                self._published = await proved(connection, under_way)
                strangers.check()
                self._trust.proved(self._published, _now_seconds())
                seconds = asyncio.get_running_loop().time() - under_way.begun_seconds
                self._watcher.published(under_way.first, under_way.last, under_way.traceparents, seconds)
            under_way = following

    async def _window(self, after: int) -> list[Message]:
        query = Query(after=after, limit=self._options.window_events)
        near = is_near(query, self._lines.head.position)
        page = self._lines.page(query) if near else await asyncio.to_thread(self._lines.page, query)
        window = [message_of(line, self._lines.log_id) for line in page.lines.splitlines()]
        assert window, "below the head there is a next event"
        assert window[0].position == after + 1, "pages have no gap"
        return window

    async def _reconciled(self, stream: Stream, connection: Connection) -> int:
        """The position from which to go on, the stream being there and as it must be."""
        facts = await stream.facts()
        if facts is None:
            return await self._made(stream, "there is no stream")
        verdict = compare(facts, self._log_facts())
        if isinstance(verdict, GoOn) and facts.differing_settings and not await stream.mend_settings():
            verdict = Refill(f"its settings can't be mended: {', '.join(facts.differing_settings)}")
        if isinstance(verdict, GoOn):
            after = self._in_doubt_after(verdict.position)
            verdict = await stretch_verdict(connection.client, self._lines, after, verdict.position)
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

    def _in_doubt_after(self, position: int) -> int:
        """What was sent lately may have somebody else's message in its place, with ours behind it.

        At the start that is what a publisher may have had under way when its process died: two windows.
        """
        if self._trust.position is None:
            return max(0, position - 2 * self._options.window_events)
        return min(self._trust.position, position)

    async def _made(self, stream: Stream, reason: str) -> int:
        _LOG.warning("the stream is made again", extra={"fields": {"reason": reason}})
        self._now("refilling", reason)
        await stream.remove()
        await stream.make()
        return 0

    async def _check(self, stream: Stream, connection: Connection) -> None:
        """A stream may be deleted, purged, limited or rolled back at any time; nothing is under way when we look."""
        if connection.closed.is_set():
            raise Unreachable("the connection was closed")
        facts = await stream.facts()
        if facts is None or compare(facts, self._log_facts()) != GoOn(self._published):
            raise OutOfStep("the stream is not what was published")
        if facts.differing_settings:
            raise OutOfStep(f"settings of the stream were changed: {', '.join(facts.differing_settings)}")

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


def _now_seconds() -> float:
    return asyncio.get_running_loop().time()
