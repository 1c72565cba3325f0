"""`GET /events/stream`: Server-Sent Events that catch up and go on live, at the pace of the reader."""

import re
from collections.abc import Iterator
from typing import Final

from eventrail.http.accept import choose
from eventrail.http.conversion import query_after, query_of
from eventrail.http.exchange import EVENT_STREAM, Exchange, start_answer
from eventrail.http.limits import STREAM_PAGE_EVENTS, STREAM_SLICE_BYTES
from eventrail.http.queries import MAX_POSITION, STREAM, parse_query
from eventrail.http.reads import refuse_beyond_head
from eventrail.http.store import Store
from eventrail.http.waiting import Waiting
from eventrail.log.errors import LogError
from servicekit.problems import malformed

_PLACE: Final = re.compile(rb'\{"position":([0-9]+),"id":"[^"]*","type":"([^"]*)"')
_RETRY: Final = b"retry: 1000\n\n"
_HEARTBEAT: Final = b":\n\n"


class Streaming:
    """The live route. A reader holds one page and what its connection buffers; a slow one waits for itself only."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def stream(self, exchange: Exchange) -> None:
        values = parse_query(exchange.query_string, STREAM)
        choose(exchange.header(b"accept"), (EVENT_STREAM,))
        query = query_of(values, STREAM_PAGE_EVENTS)
        resumed = _last_event_id(exchange.header(b"last-event-id"))
        after = query.after if resumed is None else resumed
        refuse_beyond_head(after, self._store.log.head.position)
        headers = [(b"content-type", EVENT_STREAM), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        await start_answer(exchange, 200, headers)
        await _send(exchange, _RETRY)
        async with Waiting(self._store, exchange) as waiting:
            while not waiting.over:
                try:
                    page = await self._store.page(query_after(query, after))
                except LogError:
                    break  # a damaged range ends the stream: the next try is answered with the problem
                for part in _slices(page.lines):
                    await _send(exchange, part)
                after = page.scanned
                if after < page.head:
                    continue
                head = await waiting.head_beyond(after, self._store.limits.heartbeat_seconds)
                if head <= after and not waiting.over:
                    await _send(exchange, _HEARTBEAT)
        await exchange.send({"type": "http.response.body", "body": b"", "more_body": False})


def frame(line: bytes) -> bytes:
    """One line as an event of the stream: its position, its type and the line itself."""
    place = _PLACE.match(line)
    assert place is not None, "a stored line begins with position, id and type"
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place[1], place[2], line)


def _slices(lines: bytes) -> Iterator[bytes]:
    """Frames in slices: after each the reader's connection decides whether there is room for more."""
    waiting: list[bytes] = []
    size_bytes = 0
    for line in lines.splitlines():
        waiting.append(frame(line))
        size_bytes += len(line)
        if size_bytes >= STREAM_SLICE_BYTES:
            yield b"".join(waiting)
            waiting, size_bytes = [], 0
    if waiting:
        yield b"".join(waiting)


def _last_event_id(header: bytes | None) -> int | None:
    if header is None or header == b"":
        return None
    if not header.isdigit() or len(header) > 19 or int(header) > MAX_POSITION:
        shown = header[:80].decode("ascii", "replace")
        raise malformed("not a position of this log", at="Last-Event-ID", seen=shown)
    return int(header)


async def _send(exchange: Exchange, body: bytes) -> None:
    await exchange.send({"type": "http.response.body", "body": body, "more_body": True})
