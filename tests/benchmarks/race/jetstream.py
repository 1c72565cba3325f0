"""Publishing to JetStream over many connections, each waiting for its acknowledgement; no client of C's does that."""

import asyncio
import time

import nats
from nats.js.api import StreamConfig

SUBJECT = b"race.events"
STREAM = StreamConfig(name="RACE", subjects=["race.>"])


async def make_stream(url: str) -> None:
    """The stream of every case, which keeps what is published."""
    client = await nats.connect(url)
    await client.jetstream().add_stream(STREAM)
    await client.close()


async def publish(port: int, connections: int, seconds: float, body: bytes) -> int:
    """How many were acknowledged: a bare protocol, so that the client costs as little as Python lets it."""
    loop = asyncio.get_running_loop()
    end = time.perf_counter() + seconds
    made = [await loop.create_connection(lambda: Publisher(body, end), "127.0.0.1", port) for _ in range(connections)]
    for _, publisher in made:
        await publisher.done
    for transport, _ in made:
        transport.close()
    return sum(publisher.count for _, publisher in made)


class Publisher(asyncio.Protocol):
    def __init__(self, body: bytes, end: float) -> None:
        self.count = 0
        self.done = asyncio.get_running_loop().create_future()
        self._end = end
        self._message = b"PUB %b answers %d\r\n%b\r\n" % (SUBJECT, len(body), body)
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        inbox = b"answers"
        self._message = self._message.replace(b"answers", inbox + b".%d" % id(self))
        connect = b'CONNECT {"verbose":false,"user":"race","pass":"race","headers":true,"no_responders":true}\r\n'
        transport.write(connect + b"SUB answers.%d 1\r\n" % id(self) + self._message)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if b"PING\r\n" in self._heard:
            self._transport.write(b"PONG\r\n")
            self._heard = self._heard.replace(b"PING\r\n", b"")
        if b'"seq":' not in self._heard or not self._heard.endswith(b"}\r\n"):
            assert b"-ERR" not in self._heard, self._heard
            assert b'"error"' not in self._heard, self._heard
            return
        self._heard = b""
        self.count += 1
        if time.perf_counter() < self._end:
            self._transport.write(self._message)
        elif not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("NATS closed the connection"))
