"""The ends of the sealed segments: what a start reads of them, and holds them to be one log by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Head
from eventrail.log.examination import SegmentFile, examine_sealed, opened_segment, refuse_other_hash
from eventrail.log.files import Files
from eventrail.log.index.file import read_part
from eventrail.log.index.port import Index
from eventrail.log.layout import Layout
from eventrail.log.line import BadLine, StoredLine, follow, genesis, parse_line
from eventrail.log.transfer import read_whole

_NEAR_BYTES: Final = 64 * 1024
"""Most lines are shorter; more is read only where it is needed."""


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """A sealed segment between the line before it and its last one."""

    previous: StoredLine
    last: StoredLine
    size_bytes: int

    @property
    def first(self) -> int:
        return self.previous.position + 1


def read_ends(files: Files, layout: Layout, log_id: str, segments: Sequence[int]) -> list[SealedSegment]:
    """All segments but the last by their first and last lines, whose hashes close; raises `LogCorrupt`.

    What stands between is not read: it is checked before it is served.
    """
    previous = genesis(log_id)
    found: list[SealedSegment] = []
    for segment, following in pairwise(segments):
        with opened_segment(files, layout, segment, previous) as file:
            try:
                last = _last_of(file, follow(previous, _first_line(file)))
            except BadLine as bad:
                _name(files, layout, [*found[-1:], SealedSegment(previous, previous, file.size)])
                raise LogCorrupt(file.path, 0, segment, following - 1, bad.reason) from bad
            found.append(SealedSegment(previous, last, file.size))
        previous = last
    return found


def refuse_other_head(
    files: Files, layout: Layout, sealed: Sequence[SealedSegment], index: Index, head: Head | None
) -> None:
    """Where the witnessed head lies in a sealed segment, read its line and hold it against the hash."""
    if head is None or not sealed or not 1 <= head.position <= sealed[-1].last.position:
        return
    (place,) = index.ranges(head.position, head.position)
    path = layout.segment(place.segment)
    try:
        line = parse_line(read_part(files, path, place.length, place.offset))
    except BadLine as bad:
        raise LogCorrupt(path, place.offset, head.position, head.position, bad.reason) from bad
    if line.position != head.position:
        raise LogCorrupt(path, place.offset, head.position, head.position, f"position {line.position} stands there")
    refuse_other_hash(layout, head, line.hash)


def _last_of(file: SegmentFile, first: StoredLine) -> StoredLine:
    """The last line, which ends its append and closes over the line before it."""
    lines = _last_lines(file)
    last = first if len(lines) == 1 else follow(parse_line(lines[-2]), lines[-1])
    if last.commit != last.position:
        raise BadLine("the last append is incomplete")
    return last


def _name(files: Files, layout: Layout, suspects: Sequence[SealedSegment]) -> None:
    """Read segments whole that do not fit together, to raise `LogCorrupt` for the place where the log ends."""
    for suspect in suspects:
        examine_sealed(files, layout, suspect.first, suspect.previous, lambda _segment, _append: None)


def _first_line(file: SegmentFile) -> bytes:
    for part in _growing(file, from_end=False):
        if (end := part.find(b"\n")) >= 0:
            return part[: end + 1]
    raise BadLine("no line")


def _last_lines(file: SegmentFile) -> list[bytes]:
    """The last line with the one before it, or the only line."""
    for part in _growing(file, from_end=True):
        *lines, rest = part.split(b"\n")
        if rest:
            raise BadLine("the last line has no end")
        # The first of several may be cut.
        if len(lines) > 2 or len(part) == file.size:
            return [line + b"\n" for line in lines[-2:]]
    raise BadLine("no line")


def _growing(file: SegmentFile, *, from_end: bool) -> Iterator[bytes]:
    length = 0
    while length < file.size:
        length = min(max(_NEAR_BYTES, length * 4), file.size)
        yield read_whole(file.files, file.descriptor, length, file.size - length if from_end else 0)
