"""The event store over HTTP."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import msgspec

from contracts.append import AppendRequest, AppendResult, Condition, NewEvent
from contracts.envelope import Event
from contracts.store import Stats
from eventrail_client.answers import Answer, refused
from eventrail_client.append_lane import AppendLane
from eventrail_client.drafts import named, new_id
from eventrail_client.errors import StoreError, UnexpectedAnswer
from eventrail_client.options import Options
from eventrail_client.pages import LINES_TYPE, FoundPage, event_of, events_of, found_page, page_of, parameters_of
from eventrail_client.paging import PAGE_EVENTS, page_through
from eventrail_client.port import DEFAULT_PAGE_EVENTS, Head, Page
from eventrail_client.retries import until_answered
from eventrail_client.subscription import subscribed
from eventrail_client.transport import Parameters, Transport

_DEFAULT = Options()


class EventrailClient:
    """`EventStore` over HTTP, as an async context manager, for any number of tasks of one event loop.

    Every call tries again after a lost connection, a timeout or a 503, within the attempts and the time of its
    options. That can't record anything twice, because the events' ids are made before the first try. A task that is
    cancelled in `append` leaves it unknown whether the events were recorded.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        options: Options = _DEFAULT,
        *,
        make_id: Callable[[], str] = new_id,
    ) -> None:
        self._transport = Transport(url, token, options)
        self._options = options
        self._lane = AppendLane(self._transport, options)
        self._make_id = make_id

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lane.close()
        await self._transport.__aexit__(kind, value, trace)

    async def append(self, events: Sequence[NewEvent], condition: Condition | None = None) -> AppendResult:
        outcome = await self._lane.append(named(AppendRequest(tuple(events), condition), self._make_id))
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    async def append_many(self, appends: Sequence[AppendRequest]) -> list[AppendResult | StoreError]:
        return await self._lane.append_in_order([named(request, self._make_id) for request in appends])

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
        parameters = parameters_of(
            after=after,
            before=before,
            limit=limit,
            types=types,
            tags=tags,
            backward=backward,
            wait_seconds=wait_seconds,
        )
        return page_of(await self._find(parameters, wait_seconds))

    def read_all(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        types: Sequence[str] = (),
        tags: Sequence[str] = (),
        backward: bool = False,
    ) -> AsyncGenerator[Event]:
        def find(later: int, earlier: int | None) -> Coroutine[Any, Any, FoundPage]:
            return self._find(
                parameters_of(after=later, before=earlier, limit=PAGE_EVENTS, types=types, tags=tags, backward=backward)
            )

        return page_through(find, events_of, after=after, before=before, backward=backward)

    async def event(self, event_id: str) -> Event | None:
        path = f"events/{quote(event_id, safe='')}"
        answer = await self._get(path, (), accept="application/json", may_be_missing=True)
        return None if answer.status == 404 else event_of(answer.body.removesuffix(b"\n"))

    def subscribe(
        self, *, after: int = 0, types: Sequence[str] = (), tags: Sequence[str] = ()
    ) -> AsyncGenerator[Event]:
        return subscribed(self._transport, self._options, after=after, types=types, tags=tags)

    async def head(self) -> Head:
        stats = await self.stats()
        return Head(stats.log_id, stats.head, stats.head_hash)

    async def stats(self) -> Stats:
        """What the store says of itself: totals, the publisher's lag, the last recovery."""
        answer = await self._get("stats", (), accept="application/json")
        try:
            return msgspec.json.decode(answer.body, type=Stats)
        except msgspec.MsgspecError as error:
            raise UnexpectedAnswer(f"the store's totals are none: {error}") from None

    async def _find(self, parameters: Parameters, wait_seconds: float = 0) -> FoundPage:
        return found_page(await self._get("events", parameters, accept=LINES_TYPE, wait_seconds=wait_seconds))

    async def _get(
        self,
        path: str,
        parameters: Parameters,
        *,
        accept: str,
        wait_seconds: float = 0,
        may_be_missing: bool = False,
    ) -> Answer:
        async def attempt(seconds: float) -> Answer:
            answer = await self._transport.exchange(
                "GET", path, seconds=seconds + wait_seconds, parameters=parameters, headers={"Accept": accept}
            )
            if answer.succeeded or (may_be_missing and answer.status == 404):
                return answer
            raise refused(answer)

        return await until_answered(self._options, attempt)
