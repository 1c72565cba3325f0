"""What every event store offers, wherever it keeps the events: the port that programs are written against."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.append import AppendRequest, AppendResult, Condition, NewEvent
from contracts.envelope import Event
from eventrail_client.errors import StoreError

DEFAULT_PAGE_EVENTS = 1_000
MAX_PAGE_EVENTS = 10_000
MAX_PAGE_BYTES = 8 * 1024 * 1024
MAX_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Head:
    """The log's last durable event (position 0 in an empty log) and the log that it belongs to."""

    log_id: str
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what was asked for, in the order asked for; it may end inside an append.

    stored: the events as they stand in the log, byte for byte, each with its line feed
    scanned: how far the store has looked: go on with `after=scanned` forward, with `before=scanned` backward
    head: the position of the log's last durable event when the page was read
    """

    events: tuple[Event, ...]
    stored: bytes
    scanned: int
    head: int

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Each event as it stands in the log, without its line feed."""
        return tuple(self.stored.split(b"\n")[:-1])


class EventStore(Protocol):
    """An append-only log of events in one total order.

    Ordering: positions count from 1, without a gap, and are never reused; reads answer in that order or its reverse.
    Durability: an append that answers is on disk, and only durable events are read.
    Idempotency: for the life of the log, the same append again (ids, types, tags and data) answers with the original
    positions and `replayed`. Every method raises StoreError's kinds and nothing else for what the store answers.
    """

    async def append(self, events: Sequence[NewEvent], condition: Condition | None = None) -> AppendResult:
        """Record all of the events at consecutive positions, or none.

        Events without ids get them here, once, so that trying again can't record them twice. Raises ConditionFailed,
        IdReused, Rejected, Unavailable.
        """
        ...

    async def append_many(self, appends: Sequence[AppendRequest]) -> list[AppendResult | StoreError]:
        """Record appends in their order, each atomic on its own; an outcome for each, refusals as values.

        An append that had to be tried again on its own may stand after the ones that followed it.
        """
        ...

    async def read(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = DEFAULT_PAGE_EVENTS,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
        wait_seconds: float = 0,
    ) -> Page:
        """The events later than `after` and earlier than `before`, of one of `types` (if any), with all of `tags`.

        At most MAX_PAGE_EVENTS or MAX_PAGE_BYTES. `wait_seconds` (at most 60, forward only) waits for a first event
        where there is none yet. An `after` beyond the head is Rejected: whoever has it has seen another log.
        """
        ...

    def read_all(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
    ) -> AsyncGenerator[Event]:
        """The same across pages, to the head as it is when the last page is read."""
        ...

    async def event(self, event_id: str) -> Event | None:
        """The event with this id; None where there is none."""
        ...

    def subscribe(
        self, *, after: int = 0, types: Sequence[str] = (), tags: Sequence[str] = ()
    ) -> AsyncGenerator[Event]:
        """Every matching event later than `after`, each once and in order, and then those to come; it never ends.

        A lost connection is made again and goes on after the last event. Close it (`aclosing`) when you leave early.
        """
        ...

    async def head(self) -> Head:
        """The last durable event."""
        ...
