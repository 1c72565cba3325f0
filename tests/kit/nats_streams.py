"""A look at the streams of a NATS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.js import JetStreamContext

PATIENT_SECONDS = 60
"""What only a server that hangs lets pass."""


@asynccontextmanager
async def on_jetstream(url: str) -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(url, allow_reconnect=False, connect_timeout=PATIENT_SECONDS)
    try:
        yield connection.jetstream(timeout=PATIENT_SECONDS)
    finally:
        await connection.close()


async def stream_names(url: str) -> list[str]:
    async with on_jetstream(url) as jetstream:
        return [stream.config.name or "" for stream in await jetstream.streams_info()]
