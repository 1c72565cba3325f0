"""Somebody else's message inside a window under way: each message of ours fits, and the stream is no copy."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client

from docs.tools.independent_reader import read_log
from eventrail.log.log import Log
from eventrail.publisher import publisher as room
from eventrail.publisher.connection import Connection
from eventrail.publisher.differences import compare_stream
from eventrail.publisher.messages import Message
from eventrail.publisher.publisher import Publisher, PublisherOptions
from eventrail.publisher.strangers import Strangers
from eventrail.publisher.window import Sent, send_window
from tests.integration.eventrail.web import eventually
from tests.kit.logs import append, event, open_log
from tests.kit.servers import Messages

EVENTS = 32
INTRUDED_AT = 8
QUICK = {"window_events": 16, "check_seconds": 0.1, "first_backoff_seconds": 0.01}


@dataclass
class StandingGate:
    """Of a log that does not grow."""

    log: Log
    suspended: list[str] = field(default_factory=list)

    async def head_beyond(self, position: int, timeout_seconds: float) -> int:
        await asyncio.sleep(timeout_seconds)
        return self.log.head.position

    def suspend(self, reason: str) -> None:
        self.suspended.append(reason)

    def resume(self) -> None:
        pass


async def handled(client: Client) -> None:
    """All that was published before has reached the stream: the server takes one request after the other."""
    await client.jetstream().account_info()


@dataclass
class Intruder:
    """Takes the place of one message, in the middle of the second window, once."""

    url: str
    windows: int = 0

    async def send(self, connection: Connection, window: Sequence[Message]) -> Sent:
        self.windows += 1
        if self.windows != 2:
            return await send_window(connection, window)
        publish, sent = connection.client.publish, 0

        async def intruded(*message: Any, **asked: Any) -> None:
            nonlocal sent
            sent += 1
            if sent == INTRUDED_AT:
                await handled(connection.client)
                await self._intrude()
            await publish(*message, **asked)

        connection.client.publish = intruded  # type: ignore[method-assign] # for this window
        try:
            return await send_window(connection, window)
        finally:
            connection.client.publish = publish  # type: ignore[method-assign]

    async def _intrude(self) -> None:
        stranger = await nats.connect(self.url)
        await stranger.publish("eventrail.events.-.intruder", b"{}")
        await handled(stranger)
        await stranger.close()


@pytest.fixture
def stored(tmp_path: Path) -> Log:
    log = open_log(tmp_path / "log")
    for number in range(EVENTS):
        log.commit([append(event(b'"\xf0\x9f\x8c\x8d"', f"n:{number}"))])
    return log


@asynccontextmanager
async def publishing(log: Log, url: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(log, StandingGate(log), PublisherOptions(url, **QUICK))  # type: ignore[arg-type] # numbers
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


async def differing(log: Log, url: str, directory: Path) -> int:
    lines = [found.line.rstrip(b"\n") for found in read_log(directory).events]
    return (await compare_stream(url, log.log_id, lines)).differing


async def becomes(holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(eventually, holds, "the publisher has done its work")


async def test_a_stranger_inside_a_window_is_noticed_and_replaced(
    stored: Log, nats: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intruder = Intruder(nats.url)
    monkeypatch.setattr(room, "send_window", intruder.send)
    async with publishing(stored, nats.url) as publisher:
        await becomes(lambda: publisher.status().lag == 0 and intruder.windows >= 2 + EVENTS // 16)
        assert await differing(stored, nats.url, tmp_path / "log") == 0
        await becomes(lambda: publisher.status().state == "live")


async def test_control_without_the_watch_the_message_stays(
    stored: Log, nats: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intruder = Intruder(nats.url)
    monkeypatch.setattr(room, "send_window", intruder.send)
    monkeypatch.setattr(Strangers, "check", lambda _: None)
    async with publishing(stored, nats.url) as publisher:
        await becomes(lambda: publisher.status().state == "live" and publisher.status().lag == 0)
        assert await differing(stored, nats.url, tmp_path / "log") == 1
        assert intruder.windows == EVENTS // 16


async def test_a_publisher_that_died_with_a_window_under_way_is_looked_after(
    stored: Log, nats: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intruder = Intruder(nats.url)
    monkeypatch.setattr(room, "send_window", intruder.send)
    with monkeypatch.context() as blinded:
        blinded.setattr(Strangers, "check", lambda _: None)
        async with publishing(stored, nats.url) as publisher:
            await becomes(lambda: publisher.status().lag == 0)
    assert await differing(stored, nats.url, tmp_path / "log") == 1
    async with publishing(stored, nats.url) as another:
        await becomes(lambda: another.status().state == "live" and another.status().lag == 0)
        assert await differing(stored, nats.url, tmp_path / "log") == 0
