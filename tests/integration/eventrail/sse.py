"""A reader of Server-Sent Events over a plain socket, which can be slow, or stop, at any byte."""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tests.integration.eventrail.web import Web

HEARTBEAT = b":"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream; a comment has no id."""

    id: int | None
    event: str
    data: bytes


class Sse:
    """Used in `with Sse(web, "/events/stream?…") as stream`; iterating gives frames, heartbeats among them."""

    def __init__(self, web: Web, path: str, headers: Mapping[str, str] | None = None) -> None:
        address = urlsplit(web.url)
        self._socket = socket.create_connection((address.hostname or "", address.port or 0), timeout=120)
        lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}", f"Authorization: Bearer {web.token}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = dict(self._header_lines())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def __iter__(self) -> Iterator[Frame]:
        block: list[bytes] = []
        for line in self._lines():
            if line:
                block.append(line)
                continue
            if not block[0].startswith(b"retry:"):
                yield _frame(block)
            block = []

    def events(self) -> Iterator[Frame]:
        return (frame for frame in self if frame.id is not None)

    def _header_lines(self) -> Iterator[tuple[str, str]]:
        while line := self._file.readline().rstrip(b"\r\n"):
            name, _, value = line.decode().partition(": ")
            yield name, value

    def _lines(self) -> Iterator[bytes]:
        """Lines over the borders of chunks; ends where the server ends the answer or the connection."""
        waiting = b""
        while size := int(self._file.readline().strip() or b"0", 16):
            waiting += self._file.read(size)
            self._file.readline()
            *whole, waiting = waiting.split(b"\n")
            yield from whole


def _frame(block: list[bytes]) -> Frame:
    if block == [HEARTBEAT]:
        return Frame(None, "", b"")
    fields = dict(line.split(b": ", 1) for line in block)
    assert set(fields) == {b"id", b"event", b"data"}, block
    return Frame(int(fields[b"id"]), fields[b"event"].decode(), fields[b"data"])
