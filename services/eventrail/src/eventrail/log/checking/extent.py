"""How far a log is durable for sure, read from its files beside the process that writes it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventrail.log.checking.segment_check import SegmentCheck, check_segment, last_stored_line, seen_twice
from eventrail.log.documents import read_head
from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Head
from eventrail.log.examination import list_segments
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.line import BadLine, StoredLine, genesis, parse_line
from eventrail.log.transfer import raw_lines

PROOF_SECONDS: Final = 1.0
"""A server at work proves its last batch within it: by the next one, or as soon as it is idle."""

POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Extent:
    """The durable log: its segments by their first positions, its head, and where the head ends in the last one.

    held: the position of the last whole append, whether it is durable for sure or not
    """

    segments: tuple[int, ...]
    head: Head
    end: int
    held: int


def durable_extent(files: Files, layout: Layout, log_id: str, told: int = 0) -> Extent:
    """Up to `head.json`, to the last sync that a line states, or to the last sealed segment: whichever is furthest.

    `told` is a position that the server of this log has stated as its head: as far as the files hold it, it is durable.
    What was written later may be lost with the power, so nobody may have a copy of it. Raises `LogCorrupt` where the
    open segment is damaged; the sealed ones are not read.
    """
    head = read_head(files, layout)
    witnessed = head.position if head else 0
    segments = list_segments(files, layout)
    path = layout.segment(segments[-1])
    before = line_before(files, layout, log_id, segments, segments[-1])
    check = SegmentCheck(path, segments[-1], before, open=True, witnessed=witnessed, head=head)
    found = seen_twice(files, check, check_segment(files, check))
    if found.damage is not None:
        raise found.damage.as_error()
    durable, held = max(told, witnessed, found.whole.synced, before.position), found.whole.position
    if durable >= held:
        return Extent(tuple(segments), Head(held, found.whole.hash), found.whole_end, held)
    if durable == before.position:
        return Extent(tuple(segments), Head(before.position, before.hash), 0, held)
    line, end = _line_in(files, path, durable)
    return Extent(tuple(segments), Head(durable, line.hash), end, held)


def proven_extent(files: Files, layout: Layout, log_id: str, told: int = 0) -> Extent:
    """The same once all that the files hold is proven, or after `PROOF_SECONDS`: where nobody writes, nothing will be.

    Raises `LogCorrupt` as above.
    """
    until = time.monotonic() + PROOF_SECONDS
    found = durable_extent(files, layout, log_id, told)
    held = found.held
    while found.head.position < held and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        found = durable_extent(files, layout, log_id, told)
    return found


def line_before(files: Files, layout: Layout, log_id: str, segments: list[int], segment: int) -> StoredLine:
    """The line that the first one of a segment must follow. Raises `LogCorrupt` where it can't be read."""
    number = segments.index(segment)
    if number == 0:
        return genesis(log_id)
    path = layout.segment(segments[number - 1])
    line = last_stored_line(files, path)
    if line is None:
        raise LogCorrupt(path, 0, segments[number - 1], segment - 1, "the segment's last line can't be read")
    return line


def hash_at(files: Files, layout: Layout, segments: tuple[int, ...], position: int) -> str | None:
    """The hash that stands at a position; None where no readable line does."""
    holding = max((first for first in segments if first <= position), default=None)
    if holding is None:
        return None
    try:
        return _line_in(files, layout.segment(holding), position)[0].hash
    except LogCorrupt:
        return None


def _line_in(files: Files, path: Path, position: int) -> tuple[StoredLine, int]:
    """A line of a segment by its shape, and where it ends."""
    wanted = b'{"position":%d,' % position
    with lines_of(files, path) as lines:
        for offset, raw in lines:
            if raw.startswith(wanted):
                try:
                    return parse_line(raw), offset + len(raw)
                except BadLine as bad:
                    raise LogCorrupt(path, offset, position, position, bad.reason) from bad
    raise LogCorrupt(path, 0, position, position, "the line is not there")


@contextmanager
def lines_of(files: Files, path: Path) -> Iterator[Iterator[tuple[int, bytes]]]:
    """The lines of a segment with their offsets, whatever they are; empty where there is no such file."""
    try:
        descriptor = files.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield iter(())
        return
    try:
        yield raw_lines(files, descriptor, 0, files.size(descriptor))
    finally:
        files.close(descriptor)
