"""The Python clients of each store: 64 tasks that append at once, and everything read in order."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import nats
import umadb

from eventrail_client import EventrailClient, new_event
from tests.benchmarks.race.loads import Ran
from tests.benchmarks.race.payloads import DATA, EVENTS_PER_ITEM, ITEMS, TAG, TYPE, item_tag
from tests.kit.services import ADMIN_TOKEN

READ_EVENTS = 50_000


async def eventrail_appends(url: str, tasks: int, seconds: float) -> Ran:
    async with EventrailClient(url, ADMIN_TOKEN) as client:
        event = new_event(TYPE, json.loads(DATA), [TAG])
        return await _repeated(lambda: client.append([event]), tasks, seconds)


async def umadb_appends(url: str, tasks: int, seconds: float) -> Ran:
    """Its client is synchronous: a thread for each."""
    client = umadb.Client(url)
    event = umadb.Event(TYPE, DATA, [TAG])
    end = time.perf_counter() + seconds

    def appended() -> int:
        count = 0
        while time.perf_counter() < end:
            client.append([event])
            count += 1
        return count

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(tasks) as threads:
        counts = await asyncio.gather(*(loop.run_in_executor(threads, appended) for _ in range(tasks)))
    return Ran(sum(counts), seconds)


async def jetstream_appends(url: str, tasks: int, seconds: float) -> Ran:
    client = await nats.connect(url)
    stream = client.jetstream()
    try:
        return await _repeated(lambda: stream.publish("race.events", DATA), tasks, seconds)
    finally:
        await client.close()


async def fill(eventrails: Sequence[str], umadb_url: str) -> None:
    """Events for the reading cases, in batches of a thousand: all of one tag, then those of many."""
    tags = [TAG] * READ_EVENTS + [item_tag(number % ITEMS) for number in range(ITEMS * EVENTS_PER_ITEM)]
    batches = [tags[first : first + 1_000] for first in range(0, len(tags), 1_000)]
    data = json.loads(DATA)
    for url in eventrails:
        async with EventrailClient(url, ADMIN_TOKEN) as client:
            for batch in batches:
                await client.append([new_event(TYPE, data, [tag]) for tag in batch])
    peer = umadb.Client(umadb_url)
    for batch in batches:
        peer.append([umadb.Event(TYPE, DATA, [tag]) for tag in batch])


async def eventrail_reads(url: str) -> Ran:
    async with EventrailClient(url, ADMIN_TOKEN) as client:
        begun, count = time.perf_counter(), 0
        async for event in client.read_all(before=READ_EVENTS + 1):
            assert event.type
            count += 1
        return Ran(count, time.perf_counter() - begun)


async def umadb_reads(url: str) -> Ran:
    client = umadb.Client(url)
    begun, count = time.perf_counter(), 0
    for found in client.read(start=1, limit=READ_EVENTS):
        assert found.event.event_type == TYPE
        count += 1
    return Ran(count, time.perf_counter() - begun)


async def _repeated(act: Callable[[], Awaitable[object]], tasks: int, seconds: float) -> Ran:
    begun = time.perf_counter()
    end = begun + seconds

    async def repeat() -> int:
        count = 0
        while time.perf_counter() < end:
            await act()
            count += 1
        return count

    counts = await asyncio.gather(*(repeat() for _ in range(tasks)))
    return Ran(sum(counts), time.perf_counter() - begun)
