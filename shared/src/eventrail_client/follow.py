"""Following the log for a projection: whole appends in order, from NATS where it serves, from the store where not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from eventrail_client.errors import ChainBroken, ForeignLog, LogBehind, Rejected, StoreError, Unavailable
from eventrail_client.feed import Feed, NoFeed
from eventrail_client.port import EventStore
from eventrail_client.whole_appends import Assembly, Cursor, Offer, RecordedAppend

__all__ = ["Cursor", "FollowOptions", "Follower", "RecordedAppend"]


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """silence_seconds: after so long without news from a live feed, the store itself is asked.

    wait_seconds: how long a read waits for news where there is no live feed
    pause_seconds: between reads while the store is not available
    """

    silence_seconds: float = 2.0
    wait_seconds: float = 20.0
    pause_seconds: float = 0.5
    page_events: int = 2_000


_DEFAULT = FollowOptions()


class Follower:
    """The appends of a log after a cursor, each once, whole and in order; an async context manager.

    A line is believed only where its hash closes the chain from the cursor. A feed's lines that are missing, false,
    late or of another log are read from the store. Entering raises ForeignLog or LogBehind where the store's log
    doesn't contain the cursor, and Unavailable where it doesn't answer; `batch` raises the first two and ChainBroken,
    and waits while the store is not available. After an error the follower is of no more use.
    """

    def __init__(
        self, store: EventStore, cursor: Cursor, feed: Feed | None = None, options: FollowOptions = _DEFAULT
    ) -> None:
        self._store = store
        self._start = cursor
        self._assembly = Assembly(cursor)
        self._feed: Feed = feed or NoFeed()
        self._feed_position = cursor.position
        self._doubted = False
        self._options = options
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._asked_at = 0.0
        self.trouble: Unavailable | None = None
        """Why the store could not be read lately; None once it could."""

    async def __aenter__(self) -> Self:
        await self._check_cursor()
        self._asked_at = _now()
        self._feed.start(self._start.log_id, lambda: self._assembly.position + 1, self._news)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._feed.stop()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, StoreError):
                await self._reading

    @property
    def position(self) -> int:
        """The last position that is here, given out or about to be."""
        return self._assembly.position

    @property
    def is_fed(self) -> bool:
        """Whether the feed is live and not behind."""
        return self._feed.is_live and max(self._feed_position, self._feed.reached) >= self._assembly.position

    def __aiter__(self) -> AsyncIterator[RecordedAppend]:
        return self._appends()

    async def batch(
        self, *, max_events: int = 1_000, timeout_seconds: float | None = None
    ) -> tuple[RecordedAppend, ...]:
        """The next appends, as many as are here; waits for one, and is empty only at the timeout.

        At most `max_events` events, but always whole appends. Nothing is lost when the caller is cancelled.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while not (appends := self._assembly.give(max_events)):
                    await self._advance()
                return appends
        return ()

    async def _appends(self) -> AsyncIterator[RecordedAppend]:
        while True:
            for append in await self.batch():
                yield append

    async def _advance(self) -> None:
        """Wait for news, and take it in."""
        if self._reading is None and self._must_read():
            wait_seconds = 0.0 if self.is_fed and not self._lacks_lines() else self._options.wait_seconds
            self._reading = asyncio.create_task(self._read(wait_seconds))
            self._reading.add_done_callback(lambda _: self._news.set())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._options.silence_seconds):
                await self._news.wait()
        self._news.clear()
        if self._reading is not None and self._reading.done():
            finished, self._reading = self._reading, None
            finished.result()
        self._take_from_feed()

    def _must_read(self) -> bool:
        is_silent = _now() - self._asked_at >= self._options.silence_seconds
        return is_silent or not self.is_fed or self._lacks_lines()

    def _lacks_lines(self) -> bool:
        return self._doubted or self._assembly.misses_lines

    def _take_from_feed(self) -> None:
        lines = self._feed.take()
        for line in lines:
            offer, position = self._assembly.offer(line)
            if offer is Offer.FALSE:
                self._doubted = True
            else:
                self._feed_position = max(self._feed_position, position)
        if lines:
            self._asked_at = _now()

    async def _read(self, wait_seconds: float) -> None:
        """One page after the last position, checked by the chain. Raises what `batch` raises."""
        try:
            await self._read_page(wait_seconds)
            self.trouble = None
        except Unavailable as error:
            self.trouble = error
            await asyncio.sleep(self._options.pause_seconds)

    async def _read_page(self, wait_seconds: float) -> None:
        before = self._assembly.cursor
        try:
            page = await self._store.read(
                after=before.position, limit=self._options.page_events, wait_seconds=wait_seconds
            )
        except Rejected as error:
            raise await self._difference(before) or error from error
        self._doubted = False
        self._asked_at = _now()
        for line in page.lines:
            last = self._assembly.cursor
            offer, _ = self._assembly.offer(line)
            if offer in (Offer.FALSE, Offer.EARLY):
                raise await self._difference(last) or ChainBroken(last.position + 1)

    async def _check_cursor(self) -> None:
        if (difference := await self._difference(self._start)) is not None:
            raise difference

    async def _difference(self, cursor: Cursor) -> ForeignLog | LogBehind | None:
        """How the store's log does not contain the cursor; None where it does."""
        head = await self._store.head()
        if head.log_id != cursor.log_id:
            return ForeignLog(cursor.log_id, cursor.position, f"the store's is {head.log_id}")
        if head.position < cursor.position:
            return LogBehind(cursor.position, head.position)
        if cursor.position == 0:
            return None
        page = await self._store.read(after=cursor.position - 1, limit=1)
        if page.events[0].hash != cursor.hash:
            return ForeignLog(cursor.log_id, cursor.position, "the same log with another past, from an older copy")
        return None


def _now() -> float:
    return asyncio.get_running_loop().time()
