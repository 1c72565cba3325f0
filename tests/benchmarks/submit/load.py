"""Requests over HTTP/1.1 on many connections, each with one under way: a bare protocol that costs little."""

import asyncio
import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """requests: whole, as bytes; expected: the status that each must be answered with."""

    requests: Sequence[bytes]
    expected: int


@dataclass(frozen=True, slots=True)
class Answered:
    """seconds: from the first request to the last answer; latencies in seconds, sorted; bodies in no order."""

    seconds: float
    latencies: Sequence[float]
    bodies: Sequence[bytes]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def latency_milliseconds(self, percent: float) -> float:
        return self.latencies[min(int(len(self.latencies) * percent / 100), len(self.latencies) - 1)] * 1e3


def request(method: str, path: str, token: str, body: bytes, key: str | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"Idempotency-Key: {key}"] if key else []
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


async def ask(port: int, connections: int, asked: Asked) -> Answered:
    """Send all of them, each once. Raises AssertionError where one is answered with another status."""
    loop = asyncio.get_running_loop()
    left = iter(asked.requests)
    lanes = [Lane(left, asked.expected) for _ in range(connections)]
    for lane in lanes:
        await loop.create_connection(functools.partial(_same, lane), "127.0.0.1", port)
    began = time.perf_counter()
    for lane in lanes:
        lane.go_on()
    await asyncio.gather(*(lane.done for lane in lanes))
    seconds = time.perf_counter() - began
    latencies = sorted(latency for lane in lanes for latency in lane.latencies)
    assert len(latencies) == len(asked.requests), "every request was answered"
    return Answered(seconds, latencies, [body for lane in lanes for body in lane.bodies])


def _same(lane: "Lane") -> "Lane":
    return lane


class Lane(asyncio.Protocol):
    """One connection; all of them take the next request from the same ones."""

    def __init__(self, left: Iterator[bytes], expected: int) -> None:
        self.latencies: list[float] = []
        self.bodies: list[bytes] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left = left
        self._status = b"HTTP/1.1 %d" % expected
        self._heard = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def go_on(self) -> None:
        following = next(self._left, None)
        if following is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(END_OF_HEAD)
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(self._status):
            self._fail(AssertionError((head, body)))
            return
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.bodies.append(body)
        self._heard = b""
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
