"""Opening a log: claim, identify, examine, and only then repair; what comes out is ready to be written and read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eventrail.log.clock import refuse_clock_ahead
from eventrail.log.documents import read_head
from eventrail.log.events import Head, RecoveryReport
from eventrail.log.examination import Witnesses, examine
from eventrail.log.files import Files
from eventrail.log.founding import claim, identify
from eventrail.log.index import Index
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from eventrail.log.recovery import IndexBuilder, repair_tail, report
from eventrail.log.segments import Segments


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine takes from outside: files, the time in microseconds since 1970, and new ids for a time."""

    files: Files
    clock: Callable[[], int]
    new_id: Callable[[int], str]


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
    directory: Path, options: Options, surroundings: Surroundings, index: Index, witness_position: int
) -> Parts:
    files, layout = surroundings.files, Layout(directory)
    lock = claim(files, layout, allow_unsafe_file_system=options.allow_unsafe_file_system)
    try:
        return _recover(layout, options, surroundings, index, witness_position, lock)
    except BaseException:
        files.close(lock)
        raise


def _recover(
    layout: Layout, options: Options, surroundings: Surroundings, index: Index, witness_position: int, lock: int
) -> Parts:
    begun = time.monotonic()
    files, now = surroundings.files, surroundings.clock()
    log_id = identify(files, layout, lambda: surroundings.new_id(now))
    witnesses = Witnesses(read_head(files, layout), witness_position)
    builder = IndexBuilder(index)
    examination = examine(files, layout, log_id, witnesses, builder.visit)
    builder.finish()
    whole = examination.whole
    refuse_clock_ahead(whole.time, now, options.clock_tolerance_seconds)
    repair = repair_tail(files, layout, examination, index)
    segments = Segments(files, layout, options)
    segments.adopt(examination.segments, examination.end)
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
