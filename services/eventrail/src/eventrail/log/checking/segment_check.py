"""One segment checked from its file alone, given what stands before it: whole blocks fast, what is amiss line by line.

A check is a value that another process can be given, and so is what it finds.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventrail.log.admission import compact_json
from eventrail.log.checking.line_block import follow_block, keeps_keys
from eventrail.log.errors import LogCorrupt, Malformed
from eventrail.log.events import Head
from eventrail.log.files import Files
from eventrail.log.limits import LINE_BYTES, NESTING_LEVELS
from eventrail.log.line import BadLine, StoredLine, genesis, parse_line
from eventrail.log.scanning import Problem, Scan, survey
from eventrail.log.transfer import last_line, raw_lines, read_whole

BLOCK_BYTES: Final = 128 * 1024
Progress = Callable[[int], None]
"""Called now and then with the number of bytes read so far."""


@dataclass(frozen=True, slots=True)
class SegmentCheck:
    """What is to be checked: a file whose first line must follow `previous`.

    Where `previous` is None, since the segment before can't be read to its end, the first line is taken at its word.
    `open` is true of the last segment, whose tail may be torn behind `witnessed`, the highest position that was
    durable for sure. `head` is the head that was written down, for the segment that should hold it.
    """

    path: Path
    first: int
    previous: StoredLine | None
    open: bool = False
    witnessed: int = 0
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged place: the facts of `LogCorrupt`."""

    file: Path
    offset: int
    first_position: int
    last_position: int
    reason: str

    def as_error(self) -> LogCorrupt:
        return LogCorrupt(self.file, self.offset, self.first_position, self.last_position, self.reason)


@dataclass(frozen=True, slots=True)
class SegmentFindings:
    """A segment is whole up to `whole`, which ends at `whole_end`; then stands `damage`, or `torn`, or nothing."""

    whole: StoredLine
    whole_end: int
    appends: int
    damage: Damage | None = None
    torn: str | None = None


def check_segment(files: Files, check: SegmentCheck, progress: Progress | None = None) -> SegmentFindings:
    """Read a segment to its end, or to what is amiss in it."""
    try:
        descriptor = files.open(check.path, os.O_RDONLY)
        try:
            return _Reading(files, check, descriptor).findings(progress)
        finally:
            files.close(descriptor)
    except OSError as error:
        reason = f"the segment can't be read: {error}"
        return _nothing_read(check, reason)


def seen_twice(files: Files, check: SegmentCheck, findings: SegmentFindings) -> SegmentFindings:
    """Damage counts when it is seen twice in one place: a line that was being written is whole at the second look."""
    while findings.damage is not None:
        again = check_segment(files, check)
        if again.damage == findings.damage:
            break
        findings = again
    return findings


def last_stored_line(files: Files, path: Path) -> StoredLine | None:
    """The last line of a sealed segment by its shape; None where it can't be read."""
    try:
        descriptor = files.open(path, os.O_RDONLY)
        try:
            return parse_line(last_line(files, descriptor, files.size(descriptor)))
        finally:
            files.close(descriptor)
    except (OSError, BadLine):
        return None


def _nothing_read(check: SegmentCheck, reason: str) -> SegmentFindings:
    before = check.previous or genesis("")
    return SegmentFindings(before, 0, 0, Damage(check.path, 0, check.first, check.first, reason))


class _Reading:
    """One look at an open file."""

    def __init__(self, files: Files, check: SegmentCheck, descriptor: int) -> None:
        self._files = files
        self._check = check
        self._descriptor = descriptor
        self._size = files.size(descriptor)
        self._whole_end = 0
        self._appends = 0
        self._unfit = False
        self._head_hash: str | None = None

    def findings(self, progress: Progress | None) -> SegmentFindings:
        try:
            self._whole = self._check.previous or self._first_line()
        except BadLine as bad:
            return _nothing_read(self._check, bad.reason)
        self._follow_blocks(progress)
        problem = self._follow_lines()
        damage = self._judge(problem)
        if damage is None and self._head_hash is not None:
            damage = self._hold_against_head(self._head_hash)
        torn = problem.reason if problem is not None and damage is None else None
        return SegmentFindings(self._whole, self._whole_end, self._appends, damage, torn)

    def _first_line(self) -> StoredLine:
        _, raw = next(self._lines(0), (0, b""))
        first = parse_line(raw)
        if first.position != self._check.first:
            raise BadLine(f"position {first.position} stands where {self._check.first} belongs")
        self._whole_end = len(raw)
        return first

    def _follow_blocks(self, progress: Progress | None) -> None:
        """Go on while blocks are sound; what stands behind the last whole append is left for the closer look."""
        last = self._whole
        for offset, block in _blocks(self._files, self._descriptor, self._whole_end, self._size):
            found = follow_block(last, block)
            if found is None:
                return
            self._appends += found.appends
            self._note_head(block, last.position, found.last.position)
            last = found.last
            if found.whole is not None:
                self._whole, self._whole_end = found.whole, offset + found.whole_bytes
            if progress is not None:
                progress(offset + len(block))

    def _follow_lines(self) -> Problem | None:
        """Line by line from the last whole append on, to the end or the first bad line."""
        scan = Scan(self._whole)
        scan.whole_end = self._whole_end
        for append in scan.appends(raw_lines(self._files, self._descriptor, self._whole_end, self._size)):
            offset = self._whole_end
            for line, raw in append:
                if reason := unfit(raw):
                    self._unfit = True
                    return Problem(offset, line.position, reason)
                offset += len(raw)
                self._note_head(raw, line.position - 1, line.position)
            self._whole, self._whole_end = append[-1][0], offset
            self._appends += 1
        return scan.problem

    def _note_head(self, lines: bytes, before: int, last: int) -> None:
        """Keep the hash that stands at the position of the written head; `lines` are those after `before`."""
        head = self._check.head
        if head is not None and before < head.position <= last:
            self._head_hash = lines.split(b"\n")[head.position - before - 1][-66:-2].decode("ascii")

    def _hold_against_head(self, stated: str) -> Damage | None:
        head = self._check.head
        if head is None or head.hash == stated:
            return None
        file = self._check.path.parent.parent / "head.json"
        return Damage(file, 0, head.position, head.position, "the log holds another hash there")

    def _judge(self, problem: Problem | None) -> Damage | None:
        if problem is not None and self._unfit:
            return self._damage(problem, problem.position)
        return self._judge_open(problem) if self._check.open else self._judge_sealed(problem)

    def _judge_sealed(self, problem: Problem | None) -> Damage | None:
        """A sealed segment was durable before the next one was made, so nothing in it may be amiss."""
        missing = self._whole.position + 1
        if problem is not None:
            return self._damage(problem, problem.position)
        if self._whole_end != self._size:
            reason = "a sealed segment goes on behind its last line"
            return Damage(self._check.path, self._whole_end, missing, missing, reason)
        if self._size == 0:
            # The next segment must follow a line of this one.
            return Damage(self._check.path, 0, missing, missing, "a sealed segment is empty")
        return None

    def _judge_open(self, problem: Problem | None) -> Damage | None:
        """Only behind the last position that was durable may the open segment be torn, or end too soon."""
        missing, witnessed = self._whole.position + 1, self._check.witnessed
        if problem is not None:
            proven = max(survey(self._lines(problem.offset), problem.position).synced, witnessed)
            # No torn write leaves a whole line of another place in a new file: this segment is not the next one.
            if proven >= missing or (problem.misplaced and problem.offset == 0):
                return self._damage(problem, proven)
        elif witnessed >= missing:
            reason = f"head.json has seen position {witnessed}"
            return Damage(self._check.path, self._whole_end, missing, witnessed, reason)
        return None

    def _damage(self, problem: Problem, proven: int) -> Damage:
        """The damage reaches from the bad line to the next readable one, or to the last that was durable."""
        following = survey(self._lines(problem.offset), problem.position).next_position
        last = max(problem.position, proven if following is None else following - 1)
        return Damage(self._check.path, problem.offset, problem.position, last, problem.reason)

    def _lines(self, start: int) -> Iterator[tuple[int, bytes]]:
        return raw_lines(self._files, self._descriptor, start, self._size)


def unfit(raw: bytes) -> str:
    """Why these bytes, whose place and hash are right, are no line all the same; empty where they are one."""
    if len(raw) - 1 > LINE_BYTES:
        return f"the line has {len(raw) - 1} bytes, over the limit of {LINE_BYTES}"
    try:
        # The line itself is one level around data and meta.
        compact = compact_json(raw[:-1], NESTING_LEVELS + 1, unique_keys=False)
    except Malformed as error:
        return f"the line is not compact JSON: {error}"
    if len(compact) != len(raw) - 1:
        return "the line is not compact JSON: whitespace outside strings"
    return "" if keeps_keys(raw) else "the line has other keys than a line, or in another order"


def _blocks(files: Files, descriptor: int, start: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole lines with their offsets, up to the last newline that can be found."""
    begun, offset, block_start = b"", start, start
    while offset < size:
        chunk = read_whole(files, descriptor, min(BLOCK_BYTES, size - offset), offset)
        if not chunk:
            return
        offset += len(chunk)
        end = chunk.rfind(b"\n") + 1
        if end:
            block = begun + chunk[:end]
            yield block_start, block
            block_start += len(block)
            begun = b""
        begun += chunk[end:]
