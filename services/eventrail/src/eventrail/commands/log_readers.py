"""A log as the commands read it: from its files, or through a server's pages; every line checked before it is given."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final, Protocol

import msgspec

from eventrail.commands.client import Client
from eventrail.log.checking.extent import line_before, lines_of, proven_extent
from eventrail.log.checking.line_block import follow_block
from eventrail.log.checking.segment_check import SegmentCheck, check_segment, seen_twice, unfit
from eventrail.log.copies.line_source import DirectoryLines
from eventrail.log.documents import read_identity
from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Head
from eventrail.log.files import SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.line import BadLine, StoredLine, follow, genesis, parse_line

NDJSON: Final = "application/x-ndjson"
PAGE_EVENTS: Final = 10_000
_FILES: Final = SystemFiles()


class LogReader(Protocol):
    """`head` is fixed when the reader is made; nothing later is read."""

    log_id: str
    head: Head

    def line_at(self, position: int) -> bytes | None:
        """A line with its line feed, unchecked; None where the log does not reach."""
        ...

    def lines(self, after: int, upto: int) -> Iterator[bytes]:
        """Lines with their line feeds. Raises `LogCorrupt` or `WrongLine` before a wrong one is given."""
        ...


class WrongLine(Exception):  # noqa: N818 - named after what was found
    """The server gave what can't be the log."""


class Served(msgspec.Struct, frozen=True):
    """What `/stats` must say; there is more in it."""

    log_id: str
    head: int
    head_hash: str
    events: int


class FileLog:
    """The files of a log, up to what is durable, by themselves or by the word of the server beside them."""

    def __init__(self, directory: Path, served: "ServedLog | None" = None) -> None:
        self._layout = Layout(directory)
        identity = read_identity(_FILES, self._layout)
        if identity is None:
            raise LogCorrupt(self._layout.identity, 0, 0, 0, "missing: no log lives here")
        self.log_id = identity.log_id
        told = served.head.position if served is not None and served.log_id == self.log_id else 0
        self._extent = proven_extent(_FILES, self._layout, self.log_id, told)
        self.head = self._extent.head
        self._by_position = DirectoryLines(_FILES, self._layout)

    def line_at(self, position: int) -> bytes | None:
        return self._by_position.line_at(position) if 0 < position <= self.head.position else None

    def lines(self, after: int, upto: int) -> Iterator[bytes]:
        segments = list(self._extent.segments)
        for first, following in zip(segments, [*segments[1:], self.head.position + 1], strict=True):
            if following > after + 1 and first <= upto:
                self._refuse_damage(segments, first)
                yield from self._within(first, after, min(upto, self.head.position))

    def _refuse_damage(self, segments: list[int], first: int) -> None:
        before = line_before(_FILES, self._layout, self.log_id, segments, first)
        is_open = first == segments[-1]
        witnessed = self.head.position if is_open else 0
        check = SegmentCheck(self._layout.segment(first), first, before, is_open, witnessed)
        found = seen_twice(_FILES, check, check_segment(_FILES, check))
        if found.damage is not None:
            raise found.damage.as_error()

    def _within(self, first: int, after: int, upto: int) -> Iterator[bytes]:
        with lines_of(_FILES, self._layout.segment(first)) as lines:
            for position, (_, raw) in enumerate(lines, first):
                if position > upto:
                    return
                if position > after:
                    yield raw


class ServedLog:
    """A server's log, over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.stats = msgspec.json.decode(client.get("/stats").body, type=Served)
        self.log_id = self.stats.log_id
        self.head = Head(self.stats.head, self.stats.head_hash)

    def line_at(self, position: int) -> bytes | None:
        if not 0 < position <= self.head.position:
            return None
        return self._client.get("/events", [("after", str(position - 1)), ("limit", "1")], accept=NDJSON).body

    def lines(self, after: int, upto: int) -> Iterator[bytes]:
        for page, _ in self.pages(after, upto):
            yield from page.splitlines(keepends=True)

    def pages(self, after: int = 0, upto: int | None = None) -> Generator[tuple[bytes, StoredLine], None, None]:
        """Pages of lines that follow each other, each with its last line."""
        last = self._line_before(after)
        end = self.head.position if upto is None else min(upto, self.head.position)
        while last.position < end:
            query = [("after", str(last.position)), ("limit", str(min(PAGE_EVENTS, end - last.position)))]
            page = self._client.get("/events", query, accept=NDJSON).body
            if not page:
                raise WrongLine(f"the server gives nothing behind position {last.position}, its head is {end}")
            last = _followed(last, page)
            yield page, last

    def _line_before(self, after: int) -> StoredLine:
        if after == 0:
            return genesis(self.log_id)
        raw = self.line_at(after)
        if raw is None:
            raise WrongLine(f"the log does not reach position {after}")
        return _taken_at_its_word(raw)


def _followed(last: StoredLine, page: bytes) -> StoredLine:
    found = follow_block(last, page)
    if found is not None:
        return found.last
    for raw in page.splitlines(keepends=True):
        try:
            last = follow(last, raw)
        except BadLine as bad:
            raise WrongLine(f"the server gives position {last.position + 1} wrong: {bad.reason}") from bad
        if reason := unfit(raw):
            raise WrongLine(f"the server gives position {last.position} wrong: {reason}")
    return last


def _taken_at_its_word(raw: bytes) -> StoredLine:
    try:
        return parse_line(raw)
    except BadLine as bad:
        raise WrongLine(f"the server gives a line wrong: {bad.reason}") from bad
