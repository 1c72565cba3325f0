"""JetStream's copy of a log, read back and held against the files."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import nats
from nats.js import JetStreamContext
from nats.js.api import StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from contracts.subjects import LOG_ID_HEADER, STREAM
from docs.tools.independent_reader import read_log

PATIENT_SECONDS = 60
"""What only a server that hangs lets pass."""
T = TypeVar("T")


def on_jetstream(url: str, work: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    """Runs one piece of work on a connection of its own."""

    async def connected() -> T:
        connection = await nats.connect(url, allow_reconnect=False, connect_timeout=PATIENT_SECONDS)
        try:
            return await work(connection.jetstream(timeout=PATIENT_SECONDS))
        finally:
            await connection.close()

    return asyncio.run(connected())


def stream_info(url: str) -> StreamInfo | None:
    async def work(jetstream: JetStreamContext) -> StreamInfo | None:
        try:
            return await jetstream.stream_info(STREAM)
        except NotFoundError:
            return None

    return on_jetstream(url, work)


def delete_stream(url: str) -> None:
    on_jetstream(url, lambda jetstream: jetstream.delete_stream(STREAM))


def make_stream(url: str, config: StreamConfig) -> None:
    on_jetstream(url, lambda jetstream: jetstream.add_stream(config))


def update_stream(url: str, **changes: object) -> StreamInfo:
    """What the stream is at that moment, before its publisher sees it."""

    async def work(jetstream: JetStreamContext) -> StreamInfo:
        config = (await jetstream.stream_info(STREAM)).config
        return await jetstream.update_stream(config.evolve(**changes))

    return on_jetstream(url, work)


def purge(url: str) -> None:
    on_jetstream(url, lambda jetstream: jetstream.purge_stream(STREAM))


def publish(url: str, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> None:
    on_jetstream(url, lambda jetstream: jetstream.publish(subject, payload, headers=headers))


def messages(url: str) -> list[tuple[int, str, dict[str, str], bytes]]:
    """Sequence, subject, headers and payload of every message, in order."""

    async def work(jetstream: JetStreamContext) -> list[tuple[int, str, dict[str, str], bytes]]:
        count = (await jetstream.stream_info(STREAM)).state.messages
        subscription = await jetstream.subscribe("eventrail.events.>", ordered_consumer=True)
        found: list[tuple[int, str, dict[str, str], bytes]] = []
        while len(found) < count:
            message = await subscription.next_msg(timeout=PATIENT_SECONDS)
            place = message.metadata.sequence.stream
            found.append((place, message.subject, dict(message.headers or {}), message.data))
        return found

    return on_jetstream(url, work)


def differences(url: str, directory: Path, log_id: str) -> list[str]:
    """Where the stream is not the log: sequence, bytes, subject or log id; empty when it is its copy."""
    log = read_log(directory).events
    copied = messages(url)
    found = [] if len(log) == len(copied) else [f"{len(log)} events, {len(copied)} messages"]
    for event, (sequence, subject, headers, payload) in zip(log, copied, strict=False):
        tags = event.fields["tags"]
        wanted = f"eventrail.events.{tags[0] if tags else '-'}.{event.fields['type']}"
        if (sequence, payload) != (event.position, event.line.rstrip(b"\n")):
            found.append(f"position {event.position} is not sequence {sequence}, byte for byte")
        if (subject, headers.get(LOG_ID_HEADER)) != (wanted, log_id):
            found.append(f"position {event.position} came on {subject} with {headers}")
    return found
