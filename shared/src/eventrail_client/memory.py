"""An event store in memory, for tests and trials: the same answers as the real one, and nothing survives it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from contracts.append import AppendRequest, AppendResult, Condition, NewEvent
from contracts.envelope import MAX_LINE_BYTES, Event
from contracts.problems import ProblemType, problem
from eventrail_client.chain import first_hash, hash_of
from eventrail_client.drafts import named, new_id
from eventrail_client.errors import ConditionFailed, IdReused, StoreError
from eventrail_client.memory_rules import admit, check_filter, malformed, matched_by, matches, same_fact, too_large
from eventrail_client.paging import PAGE_EVENTS, page_through
from eventrail_client.port import DEFAULT_PAGE_EVENTS, MAX_PAGE_BYTES, MAX_PAGE_EVENTS, MAX_WAIT_SECONDS, Head, Page


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryEventStore:
    """`EventStore` without a server. log_id and clock can be given, so that every byte of a line is known."""

    def __init__(
        self,
        *,
        log_id: str | None = None,
        clock: Callable[[], datetime] = _now,
        make_id: Callable[[], str] = new_id,
    ) -> None:
        self.log_id = log_id or new_id()
        self._clock = clock
        self._make_id = make_id
        self._events: list[Event] = []
        self._lines: list[bytes] = []
        self._positions: dict[str, int] = {}
        self._grown = asyncio.Event()

    async def append(self, events: Sequence[NewEvent], condition: Condition | None = None) -> AppendResult:
        return self._append(AppendRequest(tuple(events), condition))

    async def append_many(self, appends: Sequence[AppendRequest]) -> list[AppendResult | StoreError]:
        outcomes: list[AppendResult | StoreError] = []
        for request in appends:
            try:
                outcomes.append(self._append(request))
            except StoreError as error:
                outcomes.append(error)
        return outcomes

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
        if after < 0 or limit < 1 or (before is not None and before < 0) or not 0 <= wait_seconds <= MAX_WAIT_SECONDS:
            raise malformed("a number is out of its range")
        if after > len(self._events):
            raise malformed(f"the log has not reached it, its head is {len(self._events)}", "query.after")
        if backward and wait_seconds:
            raise malformed("only a forward page can wait", "query.wait")
        check_filter(types, tags)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds):
                while not (page := self._page(after, before, limit, types, tags, backward=backward)).events:
                    await self._grown.wait()
                return page
        return self._page(after, before, limit, types, tags, backward=backward)

    def read_all(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
    ) -> AsyncGenerator[Event]:
        def find(later: int, earlier: int | None) -> Coroutine[Any, Any, Page]:
            return self.read(after=later, before=earlier, limit=PAGE_EVENTS, types=types, tags=tags, backward=backward)

        return page_through(find, lambda page: page.events, after=after, before=before, backward=backward)

    async def event(self, event_id: str) -> Event | None:
        position = self._positions.get(event_id)
        return None if position is None else self._events[position - 1]

    async def subscribe(
        self, *, after: int = 0, types: Sequence[str] = (), tags: Sequence[str] = ()
    ) -> AsyncGenerator[Event]:
        while True:
            page = await self.read(after=after, types=types, tags=tags)
            for event in page.events:
                yield event
            if page.scanned >= len(self._events):
                await self._grown.wait()
            after = max(after, page.scanned)

    async def head(self) -> Head:
        return Head(self.log_id, len(self._events), self._head_hash())

    def _append(self, request: AppendRequest) -> AppendResult:
        request = admit(named(request, self._make_id))
        if replayed := self._standing(request.events):
            return replayed
        self._check_condition(request.condition)
        self._record(request.events)
        return AppendResult(len(self._events) - len(request.events) + 1, len(self._events), replayed=False)

    def _standing(self, events: Sequence[NewEvent]) -> AppendResult | None:
        """The answer to an append that stands whole. Raises IdReused where an id stands in any other way."""
        found = next(((event.id, self._positions[event.id]) for event in events if event.id in self._positions), None)
        if found is None:
            return None
        event_id, first = found
        stand = self._events[first - 1 : first - 1 + len(events)]
        starts_append = first == 1 or self._events[first - 2].commit < first
        ends_append = stand[0].commit == first + len(events) - 1
        if starts_append and ends_append and all(map(same_fact, stand, events)):
            return AppendResult(first, stand[0].commit, replayed=True)
        raise IdReused(event_id, first, problem(ProblemType.ID_REUSED, event_id=event_id, position=first))

    def _check_condition(self, condition: Condition | None) -> None:
        items = condition.fail_if_events_match if condition else ()
        if any(item.after > len(self._events) for item in items):
            raise malformed(f"`after` is beyond the head {len(self._events)}", "$.condition")
        earliest = min((item.after for item in items), default=len(self._events))
        for event in reversed(self._events[earliest:]):
            if matched_by(event, items):
                failed = problem(ProblemType.CONDITION_FAILED, position=event.position)
                raise ConditionFailed(event.position, failed)

    def _record(self, events: Sequence[NewEvent]) -> None:
        lines = tuple(self._formed(events))
        if any(len(line) > MAX_LINE_BYTES for line in lines):
            raise too_large(f"a line of more than {MAX_LINE_BYTES} bytes")
        for line in lines:
            event = msgspec.json.decode(line, type=Event)
            self._positions[event.id] = event.position
            self._events.append(event)
            self._lines.append(line)
        # Set and cleared at once, the event wakes whoever waits now.
        self._grown.set()
        self._grown.clear()

    def _formed(self, events: Sequence[NewEvent]) -> Iterator[bytes]:
        synced = len(self._events)
        previous_hash = self._head_hash()
        time = max(self._clock().isoformat(timespec="microseconds").replace("+00:00", "Z"), self._last_time())
        for position, event in enumerate(events, synced + 1):
            front = {"position": position, "id": event.id, "type": event.type, "tags": event.tags, "time": time}
            back = {"data": event.data, "meta": event.meta, "commit": synced + len(events), "synced": synced}
            covered = msgspec.json.encode({**front, **back})[:-1]
            previous_hash = hash_of(previous_hash, covered)
            yield b'%b,"hash":"%b"}' % (covered, previous_hash.encode())

    def _page(
        self, after: int, before: int | None, limit: int, types: Sequence[str], tags: Sequence[str], *, backward: bool
    ) -> Page:
        head = len(self._events)
        upto = head if before is None else min(head, before - 1)
        candidates = range(after + 1, upto + 1)
        events: list[Event] = []
        size_bytes = 0
        for position in reversed(candidates) if backward else candidates:
            event = self._events[position - 1]
            if not matches(event, types, tags):
                continue
            size_bytes += len(self._lines[position - 1]) + 1
            if len(events) == min(limit, MAX_PAGE_EVENTS) or size_bytes > MAX_PAGE_BYTES:
                scanned = events[-1].position
                break
            events.append(event)
        else:
            scanned = after + 1 if backward else max(after, upto)
        stored = b"".join(self._lines[event.position - 1] + b"\n" for event in events)
        return Page(tuple(events), stored, scanned, head)

    def _head_hash(self) -> str:
        return self._events[-1].hash if self._events else first_hash(self.log_id)

    def _last_time(self) -> str:
        return self._events[-1].time if self._events else ""
