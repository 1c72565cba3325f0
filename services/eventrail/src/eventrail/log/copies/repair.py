"""Repair of a log that nobody serves: damaged and missing lines put back from a source that holds the very same ones.

A segment is written anew aside, synced, and put into place after its chain closed on both sides and the damaged file
was kept in quarantine. Nothing is cut: what the log is known to have held must stand in the new file. Every step may be
repeated after a crash in the middle of it.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from eventrail.log.checking.extent import lines_of
from eventrail.log.checking.segment_check import Progress, last_stored_line
from eventrail.log.checking.verify import Verification, verify
from eventrail.log.copies.copying import incoming
from eventrail.log.copies.healing import Healed, OtherHistory, closes_over, heal
from eventrail.log.copies.line_source import DirectoryLines, LineSource, lines_by_position
from eventrail.log.copies.refusals import Unrepairable
from eventrail.log.documents import read_head, read_identity
from eventrail.log.errors import LogCorrupt
from eventrail.log.examination import list_segments
from eventrail.log.files import Files, SystemFiles
from eventrail.log.founding import claim
from eventrail.log.layout import Layout, first_position_of
from eventrail.log.line import StoredLine, genesis
from eventrail.log.scanning import survey
from eventrail.log.transfer import read_file, write_file

SEGMENT_BYTES: Final = 64 * 1024 * 1024
"""A mended segment ends about here where it is not known where it ended."""

_SYSTEM_FILES: Final = SystemFiles()


@dataclass(frozen=True, slots=True)
class RepairedSegment:
    """`lines` were taken from the source; `quarantined` is the damaged file's copy, None where there was no file."""

    file: Path
    lines: int
    quarantined: Path | None


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was mended, and how the log verifies since."""

    segments: tuple[RepairedSegment, ...]
    verification: Verification
    seconds: float


def repair(
    directory: Path,
    source: LineSource,
    *,
    allow_unsafe_file_system: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
    files: Files = _SYSTEM_FILES,
) -> RepairReport:
    """Mend what verification finds, and add what the source holds behind the log's end.

    Raises `LogLocked`, `Unrepairable` with the first place that stays damaged, `LogCorrupt` and `ForeignFormat` where
    there is no log, and `OSError` as the system gives it.
    """
    begun = time.monotonic()
    layout = Layout(directory)
    identity = read_identity(files, layout)
    if identity is None:
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing: no log lives here")
    lock = claim(files, layout, allow_unsafe_file_system=allow_unsafe_file_system)
    try:
        mending = _Mending(files, layout, identity.log_id, source)
        found = verify(directory, progress=progress, files=files, processes=processes)
        mending.mend(found)
        if mending.repaired:
            found = verify(directory, progress=progress, files=files, processes=processes)
        if found.damage is not None:
            raise Unrepairable(found.damage.file, found.damage.first_position, found.damage.reason)
    finally:
        files.close(lock)
    return RepairReport(tuple(mending.repaired), found, time.monotonic() - begun)


class _Mending:
    """One repair; segments are mended in their order, so that each may rely on those before it."""

    def __init__(self, files: Files, layout: Layout, log_id: str, source: LineSource) -> None:
        self._files = files
        self._layout = layout
        self._log_id = log_id
        self._source = source
        self.repaired: list[RepairedSegment] = []

    def mend(self, found: Verification) -> None:
        damaged: set[int] = set()
        for damage in found.damages:
            first = first_position_of(damage.file.name)
            if first is None:
                raise Unrepairable(damage.file, damage.first_position, damage.reason)
            damaged.add(first)
        self._clear()
        segments = sorted({*self._segments(), *damaged})
        for number, first in enumerate(segments):
            try:
                if first == segments[-1]:
                    self._mend_open(first, self._before(segments, number))
                elif first in damaged:
                    self._mend_sealed(first, self._before(segments, number), segments[number + 1])
            except OtherHistory as other:
                raise Unrepairable(self._layout.segment(first), other.position, str(other)) from other

    def _segments(self) -> list[int]:
        try:
            return list_segments(self._files, self._layout)
        except LogCorrupt:
            return []

    def _before(self, segments: list[int], number: int) -> StoredLine:
        """All segments before are whole by now."""
        if number == 0:
            return genesis(self._log_id)
        path = self._layout.segment(segments[number - 1])
        line = last_stored_line(self._files, path)
        if line is None:
            raise Unrepairable(path, segments[number] - 1, "the last line can't be read")
        return line

    def _mend_sealed(self, first: int, previous: StoredLine, following: int) -> None:
        path = self._layout.segment(first)
        own = DirectoryLines(self._files, self._layout).line_at
        healed = heal(previous, own, self._source.line_at, following - 1, SEGMENT_BYTES)
        if healed.last.position != following - 1:
            raise Unrepairable(path, healed.last.position + 1, healed.missing or "its append is incomplete")
        closes_over(healed.last, own, self._source.line_at)
        self._put(path, healed)

    def _mend_open(self, first: int, previous: StoredLine) -> None:
        """Nothing that was durable may be missing behind: neither what a line proves nor what a witness has seen."""
        path = self._layout.segment(first)
        own, proven = self._own_lines(path), self._proven(path)
        pieces = [heal(previous, own.get, self._source.line_at, None, SEGMENT_BYTES)]
        while not pieces[-1].missing:
            pieces.append(heal(pieces[-1].last, own.get, self._source.line_at, None, SEGMENT_BYTES))
        if not any(piece.taken for piece in pieces):
            return
        last = pieces[-1].last.position
        if last < proven:
            raise Unrepairable(path, last + 1, pieces[-1].missing)
        # The last ones first: until the damaged file is replaced, those behind it would be out of place.
        firsts = [first, *(piece.last.position + 1 for piece in pieces[:-1])]
        for piece_first, piece in reversed(list(zip(firsts, pieces, strict=True))):
            if piece.content or piece_first == first:
                self._put(self._layout.segment(piece_first), piece)

    def _proven(self, path: Path) -> int:
        with lines_of(self._files, path) as lines:
            claimed = survey(lines, 0).synced
        head = read_head(self._files, self._layout)
        return max(claimed, head.position if head else 0)

    def _own_lines(self, path: Path) -> dict[int, bytes]:
        with lines_of(self._files, path) as lines:
            return lines_by_position([raw for _, raw in lines])

    def _put(self, path: Path, healed: Healed) -> None:
        """Evidence first, durably; then the new file in its place."""
        quarantined = self._quarantine(path)
        aside = incoming(self._layout) / path.name
        self._files.make_directory(aside.parent)
        write_file(self._files, aside, healed.content)
        self._files.replace(aside, path)
        self._files.sync_directory(self._layout.segments)
        with suppress(OSError):
            incoming(self._layout).rmdir()
        self.repaired.append(RepairedSegment(path, healed.taken, quarantined))

    def _quarantine(self, path: Path) -> Path | None:
        """Named by its content, so that a repair that is cut short here finds its own copy again."""
        try:
            content = read_file(self._files, path)
        except FileNotFoundError:
            return None
        kept = self._layout.quarantine / f"{path.stem}-{sha256(content).hexdigest()[:16]}.damaged"
        self._files.make_directory(self._layout.quarantine)
        write_file(self._files, kept, content)
        self._files.sync_directory(self._layout.quarantine)
        self._files.sync_directory(self._layout.directory)
        return kept

    def _clear(self) -> None:
        """What a repair that was cut short has left aside."""
        with suppress(FileNotFoundError):
            for name in self._files.list_directory(incoming(self._layout)):
                self._files.remove(incoming(self._layout) / name)
