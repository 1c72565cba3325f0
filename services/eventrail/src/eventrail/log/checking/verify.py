"""Verification of a log from its files alone: bytes, chain, positions, atomic appends, times, JSON.

It takes no lock and changes nothing, so it may run beside the process that writes the log. Each segment is checked on
its own, given the line that it must follow, by as many processes as are allowed.
"""

import signal
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from eventrail.log.checking.segment_check import (
    Damage,
    Progress,
    SegmentCheck,
    SegmentFindings,
    check_segment,
    last_stored_line,
    seen_twice,
)
from eventrail.log.documents import read_head, read_identity
from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Head
from eventrail.log.examination import list_segments
from eventrail.log.files import Files, SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.line import StoredLine, genesis

_SYSTEM_FILES: Final = SystemFiles()


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: everything up to `head`, and `damages` where the log can't be followed further.

    `damage` is the first of them. Behind a damaged segment, the next ones are checked as far as they can be without
    it. `torn` tells of a tail behind the head that was never proven durable: an append being written at this moment,
    or the remains of a crash that the next start will put into quarantine.
    """

    log_id: str
    head: Head
    events: int
    appends: int
    segments: int
    size_bytes: int
    seconds: float
    torn: str | None
    damages: tuple[LogCorrupt, ...]

    @property
    def damage(self) -> LogCorrupt | None:
        return self.damages[0] if self.damages else None


def verify(
    directory: Path, *, progress: Progress | None = None, files: Files = _SYSTEM_FILES, processes: int = 1
) -> Verification:
    """Read the whole log; `progress` is told the bytes that were found whole.

    Raises `ForeignFormat`, and `LogCorrupt` where not even `log.json` can be read.
    """
    begun = time.monotonic()
    layout = Layout(directory)
    identity = read_identity(files, layout)
    if identity is None:
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing: no log lives here")
    tally = _look(files, layout, identity.log_id, progress, processes)
    return Verification(
        log_id=identity.log_id,
        head=Head(tally.whole.position, tally.whole.hash),
        events=tally.whole.position,
        appends=tally.appends,
        segments=tally.segments,
        size_bytes=tally.size_bytes,
        seconds=time.monotonic() - begun,
        torn=tally.torn,
        damages=tuple(damage.as_error() for damage in tally.damages),
    )


@dataclass(slots=True)
class _Tally:
    """What is whole so far; nothing behind the first damage is counted."""

    whole: StoredLine
    appends: int = 0
    segments: int = 0
    size_bytes: int = 0
    torn: str | None = None
    damages: list[Damage] = field(default_factory=list)

    def add(self, findings: SegmentFindings) -> None:
        if not self.damages:
            self.whole = findings.whole
            self.appends += findings.appends
            self.segments += bool(findings.appends)
            self.size_bytes += findings.whole_end
            self.torn = findings.torn
        if findings.damage is not None:
            self.damages.append(findings.damage)


def _look(files: Files, layout: Layout, log_id: str, progress: Progress | None, processes: int) -> _Tally:
    tally = _Tally(genesis(log_id))
    head = _written_head(files, layout, tally)
    steps = _settled_plan(files, layout, log_id, head)
    checks = [step for step in steps if isinstance(step, SegmentCheck)]
    with closing(_found(files, checks, progress, processes)) as results:
        for step in steps:
            if isinstance(step, Damage):
                tally.damages.append(step)
                continue
            findings = next(results)
            tally.add(seen_twice(files, step, findings))
            if progress is not None:
                progress(tally.size_bytes)
    return tally


def _written_head(files: Files, layout: Layout, tally: _Tally) -> Head | None:
    try:
        return read_head(files, layout)
    except LogCorrupt as error:
        tally.damages.append(_damage_of(error))
        return None


def _settled_plan(files: Files, layout: Layout, log_id: str, head: Head | None) -> list[SegmentCheck | Damage]:
    """Damage of the directory counts when it is seen twice: segments may be made while their names are read."""
    plan = _plan(files, layout, log_id, head)
    while any(isinstance(step, Damage) for step in plan) and (again := _plan(files, layout, log_id, head)) != plan:
        plan = again
    return plan


def _plan(files: Files, layout: Layout, log_id: str, head: Head | None) -> list[SegmentCheck | Damage]:
    """The segments in their order, each with the line before it, and between them what is missing."""
    try:
        segments = list_segments(files, layout)
    except LogCorrupt as error:
        return [_damage_of(error)]
    plan: list[SegmentCheck | Damage] = []
    previous: StoredLine | None = genesis(log_id)
    for first in segments:
        path, is_open = layout.segment(first), first == segments[-1]
        expected = first if previous is None else previous.position + 1
        if first > expected:
            plan.append(Damage(layout.segment(expected), 0, expected, first - 1, "the segment is missing"))
            previous = None
        elif first < expected:
            plan.append(Damage(path, 0, first, expected - 1, "the segment repeats positions of the one before"))
        witnessed = head.position if head and is_open else 0
        plan.append(SegmentCheck(path, first, previous, is_open, witnessed, head))
        previous = None if is_open else last_stored_line(files, path)
    return plan


def _found(
    files: Files, checks: Sequence[SegmentCheck], progress: Progress | None, processes: int
) -> Generator[SegmentFindings, None, None]:
    """The findings of each check, in order."""
    if processes > 1 and len(checks) > 1 and files is _SYSTEM_FILES:
        yield from _found_by_processes(checks, min(processes, len(checks)))
        return
    done_bytes = 0
    for check in checks:
        told = partial(_tell, progress, done_bytes) if progress is not None else None
        findings = check_segment(files, check, told)
        done_bytes += findings.whole_end
        yield findings


def _found_by_processes(checks: Sequence[SegmentCheck], processes: int) -> Generator[SegmentFindings, None, None]:
    """New processes, not forks: whoever verifies may have threads."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_ignore_interrupts)
    try:
        yield from pool.map(partial(check_segment, _SYSTEM_FILES), checks)
    finally:
        pool.shutdown(cancel_futures=True)


def _ignore_interrupts() -> None:
    """Ctrl-C is for the process that was asked; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _tell(progress: Progress, before_bytes: int, read_bytes: int) -> None:
    progress(before_bytes + read_bytes)


def _damage_of(error: LogCorrupt) -> Damage:
    return Damage(error.file, error.offset, error.first_position, error.last_position, error.reason)
