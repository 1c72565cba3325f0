"""The follower: whole appends, each once and in order, whatever the feed does; and logs that it does not know."""

import asyncio
import copy
import itertools
import random
from collections.abc import Sequence

import pytest

from eventrail_client import (
    ChainBroken,
    EventStore,
    ForeignLog,
    LogBehind,
    MemoryEventStore,
    Page,
    Unavailable,
    new_event,
)
from eventrail_client.follow import Cursor, Follower, FollowOptions, RecordedAppend
from tests.contract.behaviour.facts import numbered
from tests.contract.feeds import PlayedFeed, lines_of

# A feed that is believed in for so long that only what the test is about can make the follower read.
PATIENT = FollowOptions(silence_seconds=30, wait_seconds=30, pause_seconds=0.01)
HASTY = FollowOptions(silence_seconds=0.02, wait_seconds=30, pause_seconds=0.01)


async def filled(appends: int = 30) -> MemoryEventStore:
    """Appends of one to three events."""
    store = MemoryEventStore()
    for number in range(appends):
        await store.append([new_event("said", "🌍") for _ in range(number % 3 + 1)])
    return store


async def beginning(store: EventStore) -> Cursor:
    return Cursor.beginning((await store.head()).log_id)


async def taken(follower: Follower, upto: int) -> list[RecordedAppend]:
    """What comes until a position, each append whole and next to the one before."""
    found: list[RecordedAppend] = []
    async with asyncio.timeout(120):
        while not found or found[-1].last < upto:
            found.extend(await follower.batch())
    for before, after in itertools.pairwise(found):
        assert after.first == before.last + 1
    for append in found:
        assert [event.position for event in append.events] == list(range(append.first, append.last + 1))
        assert {event.commit for event in append.events} == {append.last}
    return found


def lines_in(appends: Sequence[RecordedAppend]) -> list[bytes]:
    return [line for append in appends for line in append.lines]


class Reads:
    """Counts the pages that are read of a store, and can make it unavailable."""

    def __init__(self, store: MemoryEventStore) -> None:
        self.pages = 0
        self.failures = 0
        self._read = store.read
        store.read = self.read  # type: ignore[method-assign] # the one method that is watched

    async def read(self, **question: object) -> Page:
        if self.failures:
            self.failures -= 1
            raise Unavailable("for a test")
        page = await self._read(**question)  # type: ignore[arg-type] # passed through
        self.pages += 1
        return page


async def test_without_a_feed_it_reads_the_store() -> None:
    store = await filled()
    lines = await lines_of(store)
    async with Follower(store, await beginning(store), options=FollowOptions(page_events=7)) as follower:
        assert lines_in(await taken(follower, len(lines))) == lines
        waiting = asyncio.create_task(follower.batch())
        await store.append(numbered(2))
        (append,) = await asyncio.wait_for(waiting, 120)
        assert (append.first, append.last) == (len(lines) + 1, len(lines) + 2)
        assert append.hash == (await store.head()).hash


async def test_it_goes_on_from_every_append() -> None:
    store = await filled(9)
    async with Follower(store, await beginning(store)) as follower:
        appends = await taken(follower, (await store.head()).position)
    for number, append in enumerate(appends[:-1]):
        cursor = Cursor(store.log_id, append.last, append.hash)
        async with Follower(store, cursor) as follower:
            assert await taken(follower, appends[-1].last) == appends[number + 1 :]


async def test_a_live_feed_is_enough() -> None:
    store = await filled()
    lines, start = await lines_of(store), await beginning(store)
    feed, reads = PlayedFeed(), Reads(store)
    async with Follower(store, start, feed, PATIENT) as follower:
        feed.bring(lines)
        assert lines_in(await taken(follower, len(lines))) == lines
    assert reads.pages == 0
    assert feed.starts == [1]


@pytest.mark.parametrize("seed", range(8))
async def test_lost_doubled_and_shuffled_lines_are_put_right(seed: int) -> None:
    dice = random.Random(seed)
    store = await filled(60)
    lines, feed = await lines_of(store), PlayedFeed()
    played = [line for line in lines for _ in range(dice.choice((0, 1, 1, 1, 2)))]
    for at in range(0, len(played), 10):
        part = played[at : at + 10]
        dice.shuffle(part)
        played[at : at + 10] = part
    async with Follower(store, await beginning(store), feed, HASTY) as follower:
        task = asyncio.create_task(taken(follower, len(lines)))
        while played:
            count = dice.randint(1, 20)
            feed.bring(played[:count])
            del played[:count]
            await asyncio.sleep(0)
        assert lines_in(await task) == lines


async def test_a_gap_is_filled_from_the_store_at_once() -> None:
    store = await filled()
    lines, feed, reads = await lines_of(store), PlayedFeed(), Reads(store)
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        feed.bring(lines[:10] + lines[15:])
        assert lines_in(await taken(follower, len(lines))) == lines
    assert reads.pages == 1


async def test_lines_that_come_late_are_known_already() -> None:
    store = await filled()
    lines, feed = await lines_of(store), PlayedFeed()
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        feed.bring(lines[10:] + lines[:10])
        assert lines_in(await taken(follower, len(lines))) == lines


@pytest.mark.parametrize(
    "false",
    [b"", b"not json", b'{"position":3}', "another event", "another hash", "inserted"],
)
async def test_a_false_line_is_read_from_the_store(false: bytes | str) -> None:
    store = await filled()
    lines, feed, reads = await lines_of(store), PlayedFeed(), Reads(store)
    if false == "another event":
        false = lines[2].replace("🌍".encode(), "🌎".encode())
    elif false == "another hash":
        false = lines[2][:-12] + b"0000000000" + lines[2][-2:]
    elif false == "inserted":
        false = (await lines_of(await filled()))[2]
    assert isinstance(false, bytes)
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        feed.bring([*lines[:2], false, *lines[3:5]])
        assert lines_in(await taken(follower, len(lines))) == lines
    assert reads.pages == 1, "control: the false line was not taken"


async def test_a_silent_feed_is_checked_with_the_store() -> None:
    store = await filled(4)
    lines, feed = await lines_of(store), PlayedFeed()
    async with Follower(store, await beginning(store), feed, HASTY) as follower:
        feed.bring(lines)
        await taken(follower, len(lines))
        await store.append(numbered(3))
        assert [append.last for append in await taken(follower, len(lines) + 3)] == [len(lines) + 3]
        assert not follower.is_fed, "it is behind"
        feed.bring((await lines_of(store))[-1:])
        await store.append(numbered(1))
        feed.bring((await lines_of(store))[-1:])
        await taken(follower, len(lines) + 4)
        assert follower.is_fed


async def test_a_dead_feed_is_done_without() -> None:
    store = await filled()
    lines, feed = await lines_of(store), PlayedFeed(is_live=False)
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        assert lines_in(await taken(follower, len(lines))) == lines
        waiting = asyncio.create_task(follower.batch())
        await store.append(numbered(1))
        assert (await asyncio.wait_for(waiting, 120))[0].last == len(lines) + 1


async def test_half_an_append_waits_for_its_rest() -> None:
    store, feed = MemoryEventStore(), PlayedFeed()
    await store.append(numbered(3))
    lines = await lines_of(store)
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        feed.bring(lines[:2])
        assert await follower.batch(timeout_seconds=0.05) == ()
        assert follower.position == 2
        feed.bring(lines[2:])
        (append,) = await follower.batch(timeout_seconds=120)
        assert append.lines == tuple(lines)


async def test_a_batch_is_bounded_but_has_whole_appends() -> None:
    store, feed = MemoryEventStore(), PlayedFeed()
    for count in (2, 2, 5, 1):
        await store.append(numbered(count))
    async with Follower(store, await beginning(store), feed, PATIENT) as follower:
        feed.bring(await lines_of(store))
        sizes = [[len(append.events) for append in await follower.batch(max_events=4)] for _ in range(3)]
    assert sizes == [[2, 2], [5], [1]]


async def test_a_store_that_is_away_is_waited_for() -> None:
    store = await filled()
    lines, reads = await lines_of(store), Reads(store)
    async with Follower(store, await beginning(store), options=PATIENT) as follower:
        reads.failures = 3
        assert await follower.batch(timeout_seconds=0.015) == ()
        assert isinstance(follower.trouble, Unavailable)
        assert lines_in(await taken(follower, len(lines))) == lines
        assert follower.trouble is None


async def test_another_log_is_refused() -> None:
    store, other = await filled(), await filled()
    head = await store.head()
    for cursor in (await beginning(store), Cursor(head.log_id, head.position, head.hash)):
        with pytest.raises(ForeignLog):
            async with Follower(other, cursor):
                pass


async def test_an_older_log_is_refused() -> None:
    store = await filled()
    head = await store.head()
    older = await copy_of(store, 20)
    with pytest.raises(LogBehind) as behind:
        async with Follower(older, Cursor(head.log_id, head.position, head.hash)):
            pass
    assert (behind.value.position, behind.value.head) == (head.position, 20)


async def test_an_older_log_that_moved_on_is_refused() -> None:
    store = await filled()
    head = await store.head()
    moved_on = await copy_of(store, 20)
    await moved_on.append(numbered(100))
    with pytest.raises(ForeignLog):
        async with Follower(moved_on, Cursor(head.log_id, head.position, head.hash)):
            pass


@pytest.mark.parametrize(("more", "expected"), [(0, LogBehind), (100, ForeignLog)])
async def test_a_log_that_is_restored_under_way_is_noticed(more: int, expected: type[Exception]) -> None:
    store = await filled()
    lines = await lines_of(store)
    older = await copy_of(store, 20)
    if more:
        await older.append(numbered(more))
    async with Follower(store, await beginning(store), options=HASTY) as follower:
        await taken(follower, len(lines))
        store.__dict__.update(older.__dict__)
        with pytest.raises(expected):
            await follower.batch(timeout_seconds=120)


async def test_a_line_of_the_store_that_does_not_follow_is_an_error() -> None:
    store = await filled()
    lines = store._lines
    lines[4] = lines[4].replace("🌍".encode(), "🌎".encode())
    async with Follower(store, await beginning(store), options=HASTY) as follower:
        with pytest.raises(ChainBroken) as broken:
            await taken(follower, len(lines))
    assert broken.value.position == 5


async def copy_of(store: MemoryEventStore, upto: int) -> MemoryEventStore:
    """The same log, restored to an earlier position."""
    copy = MemoryEventStore(log_id=store.log_id)
    copy._events = store._events[:upto]
    copy._lines = store._lines[:upto]
    copy._positions = {event.id: event.position for event in copy._events}
    return copy


async def test_a_twin_that_shares_its_events_waits_for_the_next_one() -> None:
    store = MemoryEventStore()
    shared = copy.copy(store)
    await shared.append(numbered(1))
    assert (await store.read(wait_seconds=1)).events
    assert not (await store.read(after=1, wait_seconds=0.05)).events
