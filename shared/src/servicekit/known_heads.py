"""Heads of requests that were parsed and found plain before: a client sends the same one again and again.

What a head means depends on its bytes alone, so an equal one need not be parsed anew. Header lines are remembered by
their hash, since a token is in them.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from servicekit.shortcuts import Headers, Request, Shortcut

MAX_KNOWN_HEADS: Final = 2_048
"""One for each set of headers and length of a body; the oldest goes first."""
MAX_KNOWN_LINES: Final = 16

_REQUEST_LINE: Final = re.compile(rb"(GET|POST) (/[!-~]*) HTTP/1\.1")


@dataclass(frozen=True, slots=True)
class _Known:
    """`requests` are posts by their first lines, of which a client has few."""

    headers: Headers
    body_bytes: int
    requests: dict[bytes, Request]


class Found(msgspec.Struct, frozen=True, gc=False):
    """A request that came whole and alone; whatever has its head and its size is the same one with another body.

    head: from its first byte to the empty line's last
    """

    request: Request
    head: bytes
    size_bytes: int


class KnownHeads:
    """Those of one server, whatever connection they come by."""

    def __init__(self, shortcut: Shortcut) -> None:
        self._shortcut = shortcut
        self._known: dict[bytes, _Known] = {}

    def learn(self, data: bytes, headers: Headers) -> None:
        """Remember the head of `data`, a request that came alone and was parsed to these headers."""
        line_end, head_end = _ends(data)
        body_bytes = int(headers.get(b"content-length", b"0"))
        if not _REQUEST_LINE.fullmatch(data, 0, line_end) or len(data) - head_end != body_bytes:
            return
        if len(self._known) >= MAX_KNOWN_HEADS:
            del self._known[next(iter(self._known))]
        self._known[sha256(data[line_end:head_end]).digest()] = _Known(headers, body_bytes, {})

    def find(self, data: bytes) -> Found | None:
        """What `data` is, where that is sure and the shortcut wants it."""
        line_end, head_end = _ends(data)
        known = self._known.get(sha256(data[line_end:head_end]).digest())
        if known is None or len(data) - head_end != known.body_bytes:
            return None
        line = data[:line_end]
        request = known.requests.get(line) or self._asked(line, known)
        return None if request is None else Found(request, data[:head_end], len(data))

    def _asked(self, line: bytes, known: _Known) -> Request | None:
        found = _REQUEST_LINE.fullmatch(line)
        if found is None:
            return None
        method, target = found.groups()
        take = self._shortcut(method, target, known.headers)
        if take is None:
            return None
        request = Request(method, target, known.headers, take)
        if method == b"POST" and len(known.requests) < MAX_KNOWN_LINES:
            known.requests[line] = request
        return request


def _ends(data: bytes) -> tuple[int, int]:
    """Where the first line ends, and where the head does; where it has no end, what is said fits no request."""
    return data.find(b"\r\n"), data.find(b"\r\n\r\n") + 4
