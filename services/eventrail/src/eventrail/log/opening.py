"""Opening a log: claim, identify, examine, and only then repair; what comes out is ready to be written and read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eventrail.log.clock import boot_seconds, refuse_clock_ahead
from eventrail.log.documents import read_head
from eventrail.log.events import Head, RecoveryReport
from eventrail.log.examination import Examination, Witnesses, examine_open, list_segments, watching
from eventrail.log.files import Files
from eventrail.log.founding import claim, identify
from eventrail.log.identifiers import NewIds
from eventrail.log.index.loading import RebuildProgress, load_index
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.port import Index
from eventrail.log.index.segment_ends import SealedSegment, read_ends, refuse_other_head
from eventrail.log.layout import Layout
from eventrail.log.line import genesis
from eventrail.log.open_segment import OpenSegment
from eventrail.log.options import Options
from eventrail.log.recovery import Repair, repair_tail, report
from eventrail.log.segments import Segments


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine takes from outside.

    Files, the time in microseconds since 1970, new ids for a time, and a time in seconds that nobody sets.
    """

    files: Files
    clock: Callable[[], int]
    new_ids: NewIds
    steady: Callable[[], float] = boot_seconds


@dataclass(frozen=True, slots=True)
class Parts:
    """A log that was recovered; `lock` is the descriptor that keeps other writers away."""

    log_id: str
    layout: Layout
    lock: int
    index: Index
    segments: Segments
    head: Head
    last_time: str
    recovery: RecoveryReport


def open_parts(
    directory: Path, options: Options, surroundings: Surroundings, witness_position: int, progress: RebuildProgress
) -> Parts:
    files, layout = surroundings.files, Layout(directory)
    lock = claim(files, layout, allow_unsafe_file_system=options.allow_unsafe_file_system)
    try:
        return _recover(layout, options, surroundings, witness_position, progress, lock)
    except BaseException:
        files.close(lock)
        raise


def _recover(
    layout: Layout,
    options: Options,
    surroundings: Surroundings,
    witness_position: int,
    progress: RebuildProgress,
    lock: int,
) -> Parts:
    begun = time.monotonic()
    files, now = surroundings.files, surroundings.clock()
    log_id = identify(files, layout, lambda: surroundings.new_ids(now, 1)[0])
    witnesses = Witnesses(read_head(files, layout), witness_position)
    sealed, examination, opened = _examine(files, layout, log_id, witnesses)
    index = load_index(files, layout, log_id, sealed, progress, opened)
    refuse_other_head(files, layout, sealed, index, witnesses.head)
    whole = examination.whole
    refuse_clock_ahead(whole.time, now, options.clock_tolerance_seconds)
    segments = Segments(files, layout, options, genesis(log_id).hash)
    repair = _taken_over(files, layout, examination, index, segments)
    return Parts(
        log_id=log_id,
        layout=layout,
        lock=lock,
        index=index,
        segments=segments,
        head=Head(whole.position, whole.hash),
        last_time=whole.time,
        recovery=report(examination, repair, witnesses.highest, time.monotonic() - begun),
    )


def _taken_over(files: Files, layout: Layout, examination: Examination, index: Index, segments: Segments) -> Repair:
    """Make the tail good and open the files; a start that fails leaves none of them open."""
    try:
        repair = repair_tail(files, layout, examination, index, segments.reserve)
        segments.adopt(examination.segments, examination.end)
        segments.keep_reserve()
    except BaseException:
        segments.close()
        index.close()
        raise
    return repair


def _examine(
    files: Files, layout: Layout, log_id: str, witnesses: Witnesses
) -> tuple[list[SealedSegment], Examination, MemoryIndex]:
    """The ends of the sealed segments, and the whole open one with its index."""
    segments = list_segments(files, layout)
    sealed = read_ends(files, layout, log_id, segments)
    before = sealed[-1].last if sealed else genesis(log_id)
    opened = OpenSegment(layout, segments[-1], witnesses.head)
    visit = watching(layout, witnesses.head, opened.visit)
    scan = examine_open(files, layout, segments[-1], before, witnesses, visit, opened.begin)
    size_bytes = sum(segment.size_bytes for segment in sealed) + scan.whole_end
    examination = Examination(tuple(segments), scan.whole, scan.whole_end, size_bytes, scan.reached, scan.problem)
    return sealed, examination, opened.memory
