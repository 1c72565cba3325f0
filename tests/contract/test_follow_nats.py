"""The follower on a real JetStream: its lines are used, and its end, its holes and its lies are survived."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client

from eventrail_client import EventStore, MemoryEventStore, Page, new_event
from eventrail_client.follow import Cursor, Follower, FollowOptions
from eventrail_client.nats_feed import NatsFeed
from tests.contract.behaviour.facts import numbered
from tests.contract.feeds import connected, drop_stream, last_sequence, lines_of, make_stream, publish
from tests.kit.servers import Messages

FED = FollowOptions(silence_seconds=60, wait_seconds=0.05)
QUICK = FollowOptions(silence_seconds=0.3, wait_seconds=1, pause_seconds=0.01)


class CountingStore(MemoryEventStore):
    """Counts the pages with events that it gave."""

    pages = 0

    async def read(self, **question: object) -> Page:
        page = await super().read(**question)  # type: ignore[arg-type] # passed through
        self.pages += bool(page.events)
        return page


@pytest.fixture
async def client(nats_server: Messages) -> AsyncIterator[Client]:
    connection = await connected(nats_server.url)
    await make_stream(connection)
    yield connection
    await drop_stream(connection)
    await connection.close()


async def filled(count: int) -> CountingStore:
    store = CountingStore()
    for number in range(count):
        await store.append([new_event("said", f"🌍 {number}"), new_event("said", "é")])
    return store


async def beginning(store: EventStore) -> Cursor:
    return Cursor.beginning((await store.head()).log_id)


async def lines_upto(follower: Follower, position: int) -> list[bytes]:
    lines: list[bytes] = []
    async with asyncio.timeout(120):
        while len(lines) < position:
            for append in await follower.batch():
                lines.extend(append.lines)
    return lines


async def fed(follower: Follower) -> None:
    """Waits until the feed is heard of, and until no page is asked for any more."""
    async with asyncio.timeout(120):
        while not follower.is_fed or follower._reading is not None:
            await follower.batch(timeout_seconds=0.02)


async def test_lines_come_from_the_stream(nats_server: Messages, client: Client) -> None:
    store = await filled(0)
    async with Follower(store, await beginning(store), NatsFeed(nats_server.url), FED) as follower:
        await fed(follower)
        for _ in range(150):
            await store.append(numbered(2))
        lines = await lines_of(store)
        store.pages = 0
        await publish(client, lines, store.log_id)
        assert await lines_upto(follower, 300) == lines
    assert store.pages == 0, "nothing was read of the store"


async def test_it_begins_where_the_cursor_stands(nats_server: Messages, client: Client) -> None:
    store = await filled(20)
    lines = await lines_of(store)
    await publish(client, lines, store.log_id)
    page = await store.read(after=9, limit=1)
    cursor = Cursor(store.log_id, 10, page.events[0].hash)
    async with Follower(store, cursor, NatsFeed(nats_server.url), QUICK) as follower:
        assert await lines_upto(follower, 30) == lines[10:]


async def test_a_stream_that_is_filled_up_to_the_follower_is_used(nats_server: Messages, client: Client) -> None:
    store = await filled(5)
    await drop_stream(client)
    feed = NatsFeed(nats_server.url)
    async with Follower(store, await beginning(store), feed, QUICK) as follower:
        await lines_upto(follower, 10)
        await make_stream(client)
        async with asyncio.timeout(120):
            while not feed.is_live:
                await follower.batch(timeout_seconds=0.02)
        assert not follower.is_fed
        await publish(client, await lines_of(store), store.log_id)
        await fed(follower)


async def test_a_stream_with_a_hole_and_a_lie_is_put_right(nats_server: Messages, client: Client) -> None:
    store = await filled(20)
    lines = await lines_of(store)
    lie = lines[12].replace("🌍".encode(), "🌎".encode())
    async with Follower(store, await beginning(store), NatsFeed(nats_server.url), QUICK) as follower:
        await publish(client, [*lines[:5], *lines[7:12], lie, *lines[13:30]], store.log_id)
        assert await lines_upto(follower, 40) == lines


async def test_the_stream_of_another_log_is_not_believed(nats_server: Messages, client: Client) -> None:
    store, other = await filled(20), await filled(30)
    await publish(client, await lines_of(other), other.log_id)
    async with Follower(store, await beginning(store), NatsFeed(nats_server.url), QUICK) as follower:
        assert await lines_upto(follower, 40) == await lines_of(store)


async def test_without_a_stream_the_store_serves_until_there_is_one(nats_server: Messages, client: Client) -> None:
    store = await filled(10)
    await drop_stream(client)
    feed = NatsFeed(nats_server.url)
    async with Follower(store, await beginning(store), feed, QUICK) as follower:
        assert await lines_upto(follower, 20) == await lines_of(store)
        await make_stream(client)
        await store.append(numbered(2))
        await publish(client, await lines_of(store), store.log_id)
        assert await lines_upto(follower, 2) == (await lines_of(store))[20:]
        await fed(follower)


async def test_a_killed_server_is_done_without_and_found_again(own_nats: Messages) -> None:
    client = await connected(own_nats.url)
    await make_stream(client)
    store = await filled(5)
    async with Follower(store, await beginning(store), NatsFeed(own_nats.url), QUICK) as follower:
        await publish(client, await lines_of(store), store.log_id)
        await lines_upto(follower, 10)
        await fed(follower)
        await client.close()
        own_nats.kill()
        await store.append(numbered(4))
        assert await lines_upto(follower, 4) == (await lines_of(store))[10:]
        own_nats.start()
        client = await connected(own_nats.url)
        await publish(client, (await lines_of(store))[await last_sequence(client) :], store.log_id)
        await fed(follower)
        await store.append(numbered(3))
        await publish(client, (await lines_of(store))[14:], store.log_id)
        assert await lines_upto(follower, 3) == (await lines_of(store))[14:]
    await client.close()


async def test_a_reader_that_lags_holds_the_server_back_and_loses_nothing(
    nats_server: Messages, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventrail_client.nats_feed.MAX_WAITING_LINES", 16)
    store = await filled(400)
    lines = await lines_of(store)
    await publish(client, lines, store.log_id)
    store.pages = 0
    feed = NatsFeed(nats_server.url)
    async with Follower(store, await beginning(store), feed, FED) as follower:
        async with asyncio.timeout(120):
            while feed._room.is_set():
                await follower._news.wait()
                await asyncio.sleep(0)
        assert len(feed._lines) <= 17
        assert await lines_upto(follower, 800) == lines


async def test_a_wrong_password_leaves_the_store(nats_server: Messages) -> None:
    store = await filled(3)
    url = nats_server.url.replace("@", "-not@")
    async with Follower(store, await beginning(store), NatsFeed(url), QUICK) as follower:
        assert await lines_upto(follower, 6) == await lines_of(store)
        assert not follower.is_fed


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.usefixtures("client")
async def test_a_feed_that_is_stopped_in_a_hurry_keeps_no_connection(nats_server: Messages) -> None:
    """Cancelled again and again, also while it closes."""
    before, news = descriptors(), asyncio.Event()
    feed = NatsFeed(nats_server.url)
    feed.start("log", lambda: 1, news)
    await news.wait()
    assert feed.is_live
    assert descriptors() == before + 1, "control"
    listening = feed._task
    assert listening is not None
    while not listening.done():
        listening.cancel()
        await asyncio.sleep(0)
    assert descriptors() == before
