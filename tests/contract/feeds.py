"""A feed that a test plays by hand, and what a publisher does to a stream."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

import nats
from nats.aio.client import Client
from nats.js.api import StreamConfig

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM
from eventrail_client import EventStore


class PlayedFeed:
    """Brings what it is given, when it is given; `starts` is where it was asked to begin."""

    def __init__(self, *, is_live: bool = True) -> None:
        self.is_live = is_live
        self.reached = 0
        self.starts: list[int] = []
        self._lines: list[bytes] = []
        self._news = asyncio.Event()

    def start(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        self.starts.append(next_position())
        self._news = news
        if self._lines:
            news.set()

    async def stop(self) -> None:
        self.is_live = False

    def take(self) -> list[bytes]:
        lines, self._lines = self._lines, []
        return lines

    def bring(self, lines: Iterable[bytes]) -> None:
        self._lines.extend(lines)
        self._news.set()


PATIENT_SECONDS = 60
"""What only a server that hangs lets pass."""


async def connected(url: str) -> Client:
    return await nats.connect(url, allow_reconnect=False, connect_timeout=PATIENT_SECONDS)


async def make_stream(client: Client) -> None:
    """A new, empty stream where the log's stands."""
    streams = client.jetstream(timeout=PATIENT_SECONDS)
    await drop_stream(client)
    await streams.add_stream(StreamConfig(name=STREAM, subjects=[ALL_EVENTS]))


async def drop_stream(client: Client) -> None:
    streams = client.jetstream(timeout=PATIENT_SECONDS)
    if STREAM in {info.config.name for info in await streams.streams_info()}:
        await streams.delete_stream(STREAM)


async def last_sequence(client: Client) -> int:
    """How far the stream goes: a server that was killed may have lost what it had acknowledged last."""
    return (await client.jetstream(timeout=PATIENT_SECONDS).stream_info(STREAM)).state.last_seq


async def publish(client: Client, lines: Sequence[bytes], log_id: str) -> None:
    """The lines, as a publisher of the log with this id would put them."""
    streams = client.jetstream(timeout=PATIENT_SECONDS)
    for line in lines:
        await streams.publish(ALL_EVENTS.replace(">", "-.said"), line, headers={LOG_ID_HEADER: log_id})


async def lines_of(store: EventStore, after: int = 0) -> list[bytes]:
    lines: list[bytes] = []
    while True:
        page = await store.read(after=after)
        lines.extend(page.lines)
        after = page.scanned
        if after >= page.head:
            return lines
