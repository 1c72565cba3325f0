"""From an append to whoever subscribes: one event at a time, the seconds until it has arrived."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from threading import Event as Flag, Thread
from typing import Any

import asyncpg
import nats
import umadb
from nats.js.api import DeliverPolicy

from eventrail_client import EventrailClient, new_event
from tests.benchmarks.race.jetstream import SUBJECT
from tests.benchmarks.race.loads import Ran
from tests.benchmarks.race.payloads import DATA, TAG, TYPE
from tests.kit.services import ADMIN_TOKEN

PAUSE_SECONDS = 0.002
ARRIVAL_SECONDS = 30.0

Arrivals = asyncio.Queue[float]

_connect: Any = asyncpg.connect


async def by_sse(url: str, seconds: float) -> Ran:
    arrivals: Arrivals = asyncio.Queue()
    event = new_event(TYPE, json.loads(DATA), [TAG])
    async with EventrailClient(url, ADMIN_TOKEN) as client, EventrailClient(url, ADMIN_TOKEN) as reader:
        after = (await client.head()).position

        async def hear() -> None:
            async with aclosing(reader.subscribe(after=after)) as events:
                async for _ in events:
                    arrivals.put_nowait(time.perf_counter())

        async with _beside(hear()):
            return await _timed(lambda: client.append([event]), arrivals, seconds)


async def by_nats(url: str, nats_url: str, seconds: float) -> Ran:
    """What the store publishes itself."""
    arrivals: Arrivals = asyncio.Queue()
    event = new_event(TYPE, json.loads(DATA), [TAG])
    listener = await nats.connect(nats_url)
    try:
        async with EventrailClient(url, ADMIN_TOKEN) as client:
            await listener.subscribe("eventrail.events.>", cb=_heard(arrivals))
            await listener.flush()
            return await _timed(lambda: client.append([event]), arrivals, seconds)
    finally:
        await listener.close()


async def of_jetstream(nats_url: str, seconds: float) -> Ran:
    arrivals: Arrivals = asyncio.Queue()
    listener, publisher = await nats.connect(nats_url), await nats.connect(nats_url)
    try:
        stream, subject = publisher.jetstream(), SUBJECT.decode()
        await listener.jetstream().subscribe(
            subject, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW, cb=_heard(arrivals)
        )
        return await _timed(lambda: stream.publish(subject, DATA), arrivals, seconds)
    finally:
        await listener.close()
        await publisher.close()


async def of_umadb(url: str, seconds: float) -> Ran:
    """Its client is synchronous: a thread appends, another one hears."""
    arrivals: Arrivals = asyncio.Queue()
    loop, ended = asyncio.get_running_loop(), Flag()
    client, reader = umadb.Client(url), umadb.Client(url)
    event, after = umadb.Event(TYPE, DATA, [TAG]), client.head()

    def hear() -> None:
        for _ in reader.subscribe(after=after):
            arrived = time.perf_counter()
            if ended.is_set():
                return
            loop.call_soon_threadsafe(arrivals.put_nowait, arrived)

    thread = Thread(target=hear, daemon=True)
    thread.start()
    try:
        return await _timed(lambda: asyncio.to_thread(client.append, [event]), arrivals, seconds)
    finally:
        ended.set()
        await asyncio.to_thread(client.append, [event])  # lets the one that hears see it
        await asyncio.to_thread(thread.join, ARRIVAL_SECONDS)


async def of_postgres(url: str, seconds: float) -> Ran:
    """LISTEN, with a NOTIFY in the inserting statement."""
    arrivals: Arrivals = asyncio.Queue()
    listener, writer = await _connect(url), await _connect(url)
    try:
        await listener.add_listener("race", lambda *_: arrivals.put_nowait(time.perf_counter()))
        insert = await writer.prepare(
            "WITH added AS (INSERT INTO events (type, tag, data) VALUES ($1, $2, $3) RETURNING position) "
            "SELECT pg_notify('race', position::text) FROM added"
        )
        return await _timed(lambda: insert.fetch(TYPE, TAG, DATA.decode()), arrivals, seconds)
    finally:
        await listener.close()
        await writer.close()


async def _timed(append: Callable[[], Awaitable[object]], arrivals: Arrivals, seconds: float) -> Ran:
    """The first one is not counted: it waits for subscriptions to be made."""
    await append()
    await asyncio.wait_for(arrivals.get(), ARRIVAL_SECONDS)
    delays: list[float] = []
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        sent = time.perf_counter()
        await append()
        delays.append(await asyncio.wait_for(arrivals.get(), ARRIVAL_SECONDS) - sent)
        await asyncio.sleep(PAUSE_SECONDS)
    return Ran(len(delays), time.perf_counter() - begun, delays)


def _heard(arrivals: Arrivals) -> Callable[[object], Awaitable[None]]:
    async def heard(_: object) -> None:
        arrivals.put_nowait(time.perf_counter())

    return heard


@asynccontextmanager
async def _beside(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
