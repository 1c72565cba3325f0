"""The scrub: reads every segment again and again, a piece at a time, and holds each line to the chain.

It finds what no reader has asked for yet: in the sealed segments, and in the open one up to its last durable line.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Final

from eventrail.log.closing import first_open_line
from eventrail.log.damages import Damage
from eventrail.log.events import ScrubReport
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.line import BadLine, StoredLine, genesis, parse_line
from eventrail.log.scanning import Problem, Scan, survey
from eventrail.log.segments import Segments
from eventrail.log.transfer import last_line, raw_lines, read_whole

PIECE_BYTES: Final = 128 * 1024
"""After about so many bytes a piece ends; one append is never cut."""


class Scrub:
    """One thread at a time calls `piece` and `close`; any may ask for the report."""

    def __init__(
        self,
        files: Files,
        layout: Layout,
        segments: Segments,
        log_id: str,
        pause_seconds: float,
        steady: Callable[[], float],
    ) -> None:
        self._files = files
        self._layout = layout
        self._segments = segments
        self._genesis = genesis(log_id)
        self._pause_seconds = pause_seconds
        self._steady = steady
        self._pieces: Iterator[None] | None = None
        self._begun = 0.0
        self._due = 0.0
        self._rounds = 0
        self.read_bytes = 0
        self._last_round_seconds: float | None = None
        self._verified: set[int] = set()

    def piece(self) -> bool:
        """Verify some more; False when a round has ended, and while the next one is not due."""
        if self._pieces is None:
            if self._rounds and self._steady() < self._due:
                return False
            self._begun = self._steady()
            self._pieces = self._round()
        for _ in self._pieces:
            return True
        ended = self._steady()
        self._pieces = None
        self._last_round_seconds = ended - self._begun
        self._due = ended + self._pause_seconds
        self._rounds += 1
        return False

    def report(self) -> ScrubReport:
        return ScrubReport(
            self._rounds,
            len(self._verified),
            self.read_bytes,
            self._last_round_seconds,
            self._segments.damages.known(),
        )

    def close(self) -> None:
        """Give back what a round that is under way has borrowed."""
        self._pieces = None

    def _round(self) -> Iterator[None]:
        previous: StoredLine | None = self._genesis
        segments = self._segments.first_positions
        for segment, following in zip(segments, (*segments[1:], None), strict=True):
            previous = yield from self._segment(segment, previous, following)

    def _segment(
        self, segment: int, previous: StoredLine | None, following: int | None
    ) -> Generator[None, None, StoredLine | None]:
        """Verify a segment that begins after `previous`; returns its last line, None where that is not known.

        Without a line before it a segment can't be verified: the damage is in the segment before, and known.
        """
        try:
            with self._segments.borrowed(segment) as descriptor:
                with suppress(OSError):
                    self._files.forget_cached(descriptor)
                end = self._segments.end_of(segment)
                if previous is None:
                    return self._last_line(descriptor, end)
                previous, closed = yield from self._closed(previous, descriptor, end)
                scan = Scan(previous, closed)
                yield from self._follow(scan, raw_lines(self._files, descriptor, closed, end))
                found = self._problem(scan, descriptor, end, following)
                last = scan.whole if found is None else self._last_line(descriptor, end)
        except OSError as error:
            found, last = (0, segment, segment, f"it can't be read: {error.strerror}"), None
        if found is None:
            self._verified.add(segment)
            self._segments.damages.heal(segment)
        else:
            self._verified.discard(segment)
            self._segments.damages.add(Damage(segment, self._layout.segment(segment).name, *found))
        return last

    def _closed(self, previous: StoredLine, descriptor: int, end: int) -> Generator[None, None, tuple[StoredLine, int]]:
        """Go on while all hashes of a piece close, which says that its bytes are those that were written.

        Returns the last line of these pieces, and where it ends: what stands behind it takes a closer look.
        """
        offset = 0
        while offset < end:
            piece = read_whole(self._files, descriptor, min(PIECE_BYTES, end - offset), offset)
            lines = piece[: piece.rfind(b"\n") + 1]
            count = lines.count(b"\n")
            if not count or first_open_line(previous.hash.encode(), lines, previous.position + 1, count) is not None:
                break
            try:
                previous = parse_line(lines[lines.rfind(b"\n", 0, -1) + 1 :])
            except BadLine:
                break
            offset += len(lines)
            self.read_bytes += len(lines)
            if offset < end:
                yield
        return previous, offset

    def _follow(self, scan: Scan, lines: Iterator[tuple[int, bytes]]) -> Iterator[None]:
        read_bytes = 0
        for append in scan.appends(lines):
            size_bytes = sum(len(raw) for _, raw in append)
            self.read_bytes += size_bytes
            read_bytes += size_bytes
            if read_bytes >= PIECE_BYTES:
                read_bytes = 0
                yield

    def _problem(
        self, scan: Scan, descriptor: int, end: int, following: int | None
    ) -> tuple[int, int, int, str] | None:
        """Offset, positions and reason of what is amiss; every line must be there, and nothing behind the last."""
        problem = scan.problem
        if problem is None:
            missing = scan.whole.position + 1
            if scan.whole_end == end and following in (None, missing):
                return None
            problem = Problem(scan.whole_end, missing, "the segment does not end with its last line")
        lines = raw_lines(self._files, descriptor, problem.offset, end)
        following = survey(lines, problem.position).next_position or following
        last = problem.position if following is None else max(problem.position, following - 1)
        return problem.offset, problem.position, last, problem.reason

    def _last_line(self, descriptor: int, end: int) -> StoredLine | None:
        try:
            return parse_line(last_line(self._files, descriptor, end))
        except BadLine:
            return None
