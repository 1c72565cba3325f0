"""Verification of a log from its files alone: bytes, chain, positions, atomic appends, times, JSON.

It takes no lock and changes nothing, so it may run beside the process that writes the log.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventrail.log.admission import compact_json
from eventrail.log.documents import read_head, read_identity
from eventrail.log.errors import LogCorrupt, Malformed
from eventrail.log.events import Head
from eventrail.log.examination import Examination, Witnesses, examine
from eventrail.log.files import Files, SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.limits import NESTING_LEVELS
from eventrail.log.line import genesis
from eventrail.log.scanning import ReadAppend

Progress = Callable[[int], None]
"""Called now and then with the number of bytes read so far."""

_SYSTEM_FILES: Final = SystemFiles()


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: everything up to `head`, and `damage` where the log can't be followed further.

    `torn` tells of a tail behind the head that was never proven durable: an append being written at this moment, or
    the remains of a crash that the next start will put into quarantine.
    """

    log_id: str
    head: Head
    events: int
    appends: int
    segments: int
    size_bytes: int
    seconds: float
    torn: str | None
    damage: LogCorrupt | None


def verify(directory: Path, *, progress: Progress | None = None, files: Files = _SYSTEM_FILES) -> Verification:
    """Read the whole log. Raises `ForeignFormat`, and `LogCorrupt` where not even `log.json` can be read."""
    begun = time.monotonic()
    layout = Layout(directory)
    identity = read_identity(files, layout)
    if identity is None:
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing: no log lives here")
    tally, found = _look_twice(files, layout, identity.log_id, progress)
    damage = found if isinstance(found, LogCorrupt) else None
    torn = found.problem.reason if isinstance(found, Examination) and found.problem else None
    return Verification(
        log_id=identity.log_id,
        head=tally.head,
        events=tally.head.position,
        appends=tally.appends,
        segments=len(tally.segments),
        size_bytes=tally.size_bytes,
        seconds=time.monotonic() - begun,
        torn=torn,
        damage=damage,
    )


class _Tally:
    """Counts what is whole, and holds each line to be JSON."""

    def __init__(self, layout: Layout, log_id: str, progress: Progress | None) -> None:
        self.head = Head(0, genesis(log_id).hash)
        self.appends = 0
        self.segments: set[int] = set()
        self.size_bytes = 0
        self._segment = 0
        self._offset = 0
        self._layout = layout
        self._progress = progress

    def visit(self, segment: int, append: ReadAppend) -> None:
        if segment != self._segment:
            self._segment, self._offset = segment, 0
        for line, raw in append:
            try:
                # The line itself is one level around data and meta.
                compact = compact_json(raw[:-1], NESTING_LEVELS + 1)
            except Malformed as error:
                raise self._not_json(line.position, str(error)) from error
            if len(compact) != len(raw) - 1:
                raise self._not_json(line.position, "whitespace outside strings")
            self._offset += len(raw)
            self.size_bytes += len(raw)
        last = append[-1][0]
        self.head = Head(last.position, last.hash)
        self.appends += 1
        self.segments.add(segment)
        if self._progress is not None:
            self._progress(self.size_bytes)

    def _not_json(self, position: int, reason: str) -> LogCorrupt:
        file = self._layout.segment(self._segment)
        return LogCorrupt(file, self._offset, position, position, f"the line is not compact JSON: {reason}")


def _look_twice(
    files: Files, layout: Layout, log_id: str, progress: Progress | None
) -> tuple[_Tally, Examination | LogCorrupt]:
    """Damage counts when it is seen twice in one place: a line that was being written is whole at the second look."""
    seen: tuple[Path, int] | None = None
    while True:
        tally = _Tally(layout, log_id, progress)
        try:
            return tally, examine(files, layout, log_id, Witnesses(read_head(files, layout)), tally.visit)
        except LogCorrupt as damage:
            if seen == (damage.file, damage.offset):
                return tally, damage
            seen = (damage.file, damage.offset)
