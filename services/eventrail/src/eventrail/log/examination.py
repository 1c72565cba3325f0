"""Reading segments and judging what is found, changing nothing.

What was durable and is damaged or missing is corruption, and refused as `LogCorrupt`. What may never have been durable,
at the very end, is the torn tail of the last batch, and only reported.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Head
from eventrail.log.files import Files
from eventrail.log.layout import Layout, first_position_of
from eventrail.log.line import BadLine, StoredLine, follow
from eventrail.log.scanning import Problem, ReadAppend, Scan, is_whole, survey
from eventrail.log.transfer import raw_lines

Visit = Callable[[int, ReadAppend], None]
"""Called with each whole append, after the segment (by its first position) that it stands in."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """How far the log is known to have come: by `head.json`, and by whoever else keeps a position of it."""

    head: Head | None
    position: int = 0

    @property
    def highest(self) -> int:
        return max(self.position, self.head.position if self.head else 0)


@dataclass(frozen=True, slots=True)
class Examination:
    """A log that is whole up to `whole`; the last of `segments` is the open one, where `end` is the end of `whole`.

    `problem` is what stands behind `end` and is no corruption; `reached` is the last readable position in it.
    """

    segments: tuple[int, ...]
    whole: StoredLine
    end: int
    size_bytes: int
    reached: int
    problem: Problem | None


def list_segments(files: Files, layout: Layout) -> list[int]:
    """The first positions of all segments, ascending; refuses whatever else lies among them."""
    try:
        names = files.list_directory(layout.segments)
    except FileNotFoundError:
        names = []
    found = []
    for name in names:
        first_position = first_position_of(name)
        if first_position is None:
            raise LogCorrupt(layout.segments / name, 0, 0, 0, "no segment of a log has such a name")
        found.append(first_position)
    if not found:
        raise LogCorrupt(layout.segment(1), 0, 1, 1, "the segment is missing")
    return sorted(found)


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment's file, open for reading."""

    files: Files
    path: Path
    descriptor: int
    size: int

    def lines(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        return raw_lines(self.files, self.descriptor, start, self.size)


Begin = Callable[[SegmentFile, StoredLine], tuple[StoredLine, int]]
"""Reads the beginning of a segment behind a line, up to the end of an append; returns that line and its end."""


@contextmanager
def opened_segment(files: Files, layout: Layout, segment: int, whole: StoredLine) -> Iterator[SegmentFile]:
    """The file of the segment that must follow `whole`."""
    path, expected = layout.segment(segment), whole.position + 1
    if segment > expected:
        raise LogCorrupt(layout.segment(expected), 0, expected, segment - 1, "the segment is missing")
    if segment < expected:
        raise LogCorrupt(path, 0, segment, whole.position, "the segment repeats positions of the one before")
    try:
        descriptor = files.open(path, os.O_RDONLY)
        try:
            yield SegmentFile(files, path, descriptor, files.size(descriptor))
        finally:
            files.close(descriptor)
    except OSError as error:
        raise LogCorrupt(path, 0, segment, segment, f"the segment can't be read: {error}") from error


def examine_sealed(files: Files, layout: Layout, segment: int, whole: StoredLine, visit: Visit) -> Scan:
    """A sealed segment was durable before the next one was made, so nothing in it may be amiss."""
    with opened_segment(files, layout, segment, whole) as file:
        scan = _scan(file, segment, (whole, 0), visit)
        if scan.problem is not None:
            raise _corruption(file, scan.problem, scan.problem.position)
        if scan.whole_end != file.size:
            position = scan.whole.position + 1
            raise LogCorrupt(
                file.path, scan.whole_end, position, position, "a sealed segment goes on behind its last line"
            )
    return scan


def examine_open(
    files: Files,
    layout: Layout,
    segment: int,
    whole: StoredLine,
    witnesses: Witnesses,
    visit: Visit,
    begin: Begin,
) -> Scan:
    """Only behind the last position that was durable may the open segment be torn, or end too soon."""
    with opened_segment(files, layout, segment, whole) as file:
        scan = _scan(file, segment, begin(file, whole), visit)
        missing = scan.whole.position + 1
        if scan.problem is not None:
            if scan.problem.offset == 0 and (scan.problem.misplaced or _begins_elsewhere(file, whole)):
                # No torn write leaves a whole line of another place in a new file: this segment is not the next one.
                raise _corruption(file, scan.problem, scan.problem.position)
            proven = max(survey(file.lines(scan.problem.offset), scan.problem.position).synced, witnesses.highest)
            if proven >= missing:
                raise _corruption(file, scan.problem, proven)
        if witnesses.head is not None and witnesses.head.position >= missing:
            seen = witnesses.head.position
            raise LogCorrupt(file.path, scan.whole_end, missing, seen, f"{layout.head.name} has seen position {seen}")
    return scan


def _begins_elsewhere(file: SegmentFile, whole: StoredLine) -> bool:
    """Whether the first line, which does not follow `whole`, is a whole line nevertheless: one of another chain.

    Of a line that was torn in a new file some sector is missing: zeros stand in it, or its end does not.
    """
    _, raw = next(file.lines())
    try:
        follow(whole, raw)
    except BadLine:
        return is_whole(raw)
    return False


def _scan(file: SegmentFile, segment: int, begun: tuple[StoredLine, int], visit: Visit) -> Scan:
    scan = Scan(*begun)
    for append in scan.appends(file.lines(begun[1])):
        visit(segment, append)
    return scan


def _corruption(file: SegmentFile, problem: Problem, proven: int) -> LogCorrupt:
    """The damage reaches from the bad line to the next readable one, or to the last that was durable."""
    next_position = survey(file.lines(problem.offset), problem.position).next_position
    last = max(problem.position, proven if next_position is None else next_position - 1)
    return LogCorrupt(file.path, problem.offset, problem.position, last, problem.reason)


def watching(layout: Layout, head: Head | None, visit: Visit) -> Visit:
    """A visit that also holds the line at the witnessed head against its hash."""
    if head is None:
        return visit

    def watch(segment: int, append: ReadAppend) -> None:
        if append[0][0].position <= head.position <= append[-1][0].position:
            line = append[head.position - append[0][0].position][0]
            refuse_other_hash(layout, head, line.hash)
        visit(segment, append)

    return watch


def refuse_other_hash(layout: Layout, head: Head, found: str) -> None:
    """Hold what the log has at the witnessed head against the witness."""
    if found != head.hash:
        raise LogCorrupt(layout.head, 0, head.position, head.position, "the log holds another hash there")
