"""A look at the streams of a NATS."""

import nats


async def stream_names(url: str) -> list[str]:
    connection = await nats.connect(url, allow_reconnect=False)
    try:
        return [stream.config.name or "" for stream in await connection.jetstream().streams_info()]
    finally:
        await connection.close()
