"""The client's small parts, at their limits."""

import asyncio
import itertools
from collections import deque

import pytest

from eventrail_client import (
    AppendRequest,
    Event,
    MemoryEventStore,
    Options,
    Page,
    Unavailable,
    new_event,
    no_event_since,
)
from eventrail_client.answers import LONGEST_ASKED_SECONDS, asked_seconds
from eventrail_client.append_lane import MAX_REQUEST_APPENDS, MAX_REQUEST_BYTES, Waiting, _next_together
from eventrail_client.drafts import named, new_id
from eventrail_client.paging import page_through
from eventrail_client.retries import TryAgain, until_answered
from eventrail_client.sse import Frame, Frames
from eventrail_client.whole_appends import MAX_EARLY_LINES, Assembly, Cursor, Offer
from tests.contract.behaviour.facts import numbered

STREAM = (
    "retry: 1000\n\n"
    ":\n\n"
    'id: 1\nevent: said\ndata: {"text":"🌍"}\n\n'
    ": a comment\r\nid: 2\r\ndata:one\r\ndata:  two\r\n\r\n"
    "event: dropped for want of data\n\n"
    "unknown: field\nnocolon\ndata\n\n"
    "id: 3\ndata: cut"
).encode()
FRAMES = [
    Frame("said", '{"text":"🌍"}'.encode(), "1"),
    Frame("message", b"one\n two", "2"),
    Frame("message", b"", "2"),
]


def test_frames_are_put_together_however_they_are_cut() -> None:
    for size in (1, 2, 3, 7, 64, len(STREAM)):
        frames = Frames()
        parts = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
        assert [frame for part in parts for frame in frames.feed(part)] == FRAMES


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("59", 59.0),
        ("60", LONGEST_ASKED_SECONDS),
        ("61", LONGEST_ASKED_SECONDS),
        ("9" * 400, LONGEST_ASKED_SECONDS),
        ("-1", None),
        ("1.5", None),
        ("Sun, 22 Nov 2026 08:00:00 GMT", None),
        ("", None),
    ],
)
def test_what_a_server_asks_for_is_bounded(text: str, seconds: float | None) -> None:
    assert asked_seconds({"Retry-After": text}) == seconds


async def test_the_next_page_is_asked_for_before_the_lines_of_one_are_looked_at() -> None:
    store, done = MemoryEventStore(), list[str]()
    await store.append(numbered(5))

    async def find(after: int, before: int | None) -> Page:
        done.append(f"asked after {after}")
        return await store.read(after=after, before=before, limit=2)

    def events_of(page: Page) -> tuple[Event, ...]:
        done.append(f"looked at {page.scanned}")
        return page.events

    found = [event async for event in page_through(find, events_of, after=0, before=None, backward=False)]
    assert [event.position for event in found] == [1, 2, 3, 4, 5]
    assert done == ["asked after 0", "asked after 2", "looked at 2", "asked after 4", "looked at 4", "looked at 5"]


async def test_a_request_carries_so_many_appends() -> None:
    def together(count: int) -> list[int]:
        queue = deque(Waiting(AppendRequest((event,))) for event in numbered(count))
        return [len(_next_together(queue)) for _ in iter(lambda: bool(queue), False)]

    assert together(MAX_REQUEST_APPENDS - 1) == [MAX_REQUEST_APPENDS - 1]
    assert together(MAX_REQUEST_APPENDS) == [MAX_REQUEST_APPENDS]
    assert together(MAX_REQUEST_APPENDS + 1) == [MAX_REQUEST_APPENDS, 1]


async def test_a_request_carries_so_many_bytes() -> None:
    def together(size_bytes: int) -> list[int]:
        one = Waiting(AppendRequest((new_event("said", ""),)))
        filling = "x" * (size_bytes - 2 * len(one.body))
        queue = deque((one, Waiting(AppendRequest((new_event("said", filling),)))))
        return [len(_next_together(queue)) for _ in iter(lambda: bool(queue), False)]

    assert together(MAX_REQUEST_BYTES - 1) == [2]
    assert together(MAX_REQUEST_BYTES) == [2]
    assert together(MAX_REQUEST_BYTES + 1) == [1, 1]


async def test_so_many_early_lines_are_kept() -> None:
    store = MemoryEventStore()
    for _ in range((MAX_EARLY_LINES + 1) // 500 + 1):
        await store.append(numbered(500))
    lines = [
        line
        for after in range(0, MAX_EARLY_LINES + 2, 500)
        for line in (await store.read(after=after, limit=500)).lines
    ]
    for early, taken in ((MAX_EARLY_LINES - 1, 0), (MAX_EARLY_LINES, 0), (MAX_EARLY_LINES + 1, 1)):
        assembly = Assembly(Cursor.beginning(store.log_id))
        for line in lines[1 : early + 1]:
            assert assembly.offer(line)[0] is Offer.EARLY
        assert assembly.offer(lines[0])[0] is Offer.TAKEN
        assert assembly.position == early + 1 - taken, "what is over is missing, to be read again"


def test_events_are_named_once() -> None:
    names = (str(number) for number in itertools.count(1))
    request = AppendRequest(tuple(numbered(2)), no_event_since(0, tags=["a:b"]))
    sent = named(request, lambda: next(names))
    assert [event.id for event in sent.events] == ["1", "2"]
    assert sent.condition == request.condition
    assert named(sent, lambda: next(names)) is sent
    assert len({new_id() for _ in range(100)}) == 100


async def test_tries_are_counted_and_their_end_says_what_is_known() -> None:
    tries: list[float] = []

    async def attempt(seconds: float) -> int:
        tries.append(seconds)
        raise TryAgain("no answer", maybe_recorded=len(tries) == 2)

    options = Options(attempts=4, pause_seconds=0.001, try_seconds=90.0, budget_seconds=60.0)
    with pytest.raises(Unavailable, match="no answer") as error:
        await until_answered(options, attempt)
    assert error.value.maybe_recorded, "the second may have been"
    assert len(tries) == 4
    assert all(seconds <= 60.0 for seconds in tries), "no try is given more than is left"


async def test_a_pause_that_would_end_too_late_is_not_begun() -> None:
    async def attempt(_: float) -> int:
        raise TryAgain("busy", maybe_recorded=False, asked_seconds=60.0)

    started = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable):
        await until_answered(Options(budget_seconds=50.0), attempt)
    assert asyncio.get_running_loop().time() - started < 40.0
