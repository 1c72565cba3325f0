"""A start: examine the log, keep and cut a torn tail, and make durable again what the disk may not hold yet.

Every step may be repeated after a crash in the middle of it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eventrail.log.errors import DiskFull, SyncFailed
from eventrail.log.events import RecoveryReport
from eventrail.log.examination import Examination
from eventrail.log.files import NO_ROOM, Files
from eventrail.log.index.port import Index
from eventrail.log.layout import Layout
from eventrail.log.reserve import Reserve
from eventrail.log.transfer import read_whole, write_file, write_whole


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to the open segment."""

    rewritten_bytes: int
    cut_bytes: int
    quarantine_file: Path | None


def repair_tail(files: Files, layout: Layout, examination: Examination, index: Index, reserve: Reserve) -> Repair:
    """Bring the open segment to its whole lines, all durable, before a head is shown.

    The page cache may hold lines that the disk does not: a failed sync of the process before leaves them so. Writing
    the bytes again makes their pages dirty, and only then does a sync mean anything. On a full disk the reserve gives
    the room.
    """
    try:
        return reserve.lend(lambda: _repair(files, layout, examination, index))
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull(0, error.errno) from error
        raise SyncFailed("recovery", str(error)) from error


def _repair(files: Files, layout: Layout, examination: Examination, index: Index) -> Repair:
    descriptor = files.open(layout.segment(examination.segments[-1]), os.O_RDWR)
    try:
        cut_bytes, quarantine_file = _cut(files, layout, descriptor, examination)
        rewritten_bytes = _rewrite_unsynced(files, descriptor, examination, index)
        _once(lambda: files.sync(descriptor))
    finally:
        files.close(descriptor)
    _once(lambda: files.sync_directory(layout.segments))
    _once(lambda: files.sync_directory(layout.directory))
    return Repair(rewritten_bytes, cut_bytes, quarantine_file)


def _once(sync: Callable[[], None]) -> None:
    """A sync of what is served has no second try, not even with more room: it may succeed without having done it."""
    try:
        sync()
    except OSError as error:
        raise SyncFailed("a sync of recovery", str(error)) from error


def _cut(files: Files, layout: Layout, descriptor: int, examination: Examination) -> tuple[int, Path | None]:
    """Keep the torn bytes as evidence, durably, and only then cut them off."""
    if examination.problem is None:
        return 0, None
    start = examination.end
    torn = read_whole(files, descriptor, files.size(descriptor) - start, start).rstrip(b"\0")
    # Named by its content, so that a start that is cut short here finds its own copy again.
    name = f"{examination.segments[-1]:020}-{start}-{sha256(torn).hexdigest()[:16]}.torn"
    files.make_directory(layout.quarantine)
    write_file(files, layout.quarantine / name, torn)
    files.sync_directory(layout.quarantine)
    files.sync_directory(layout.directory)
    files.truncate(descriptor, start)
    _once(lambda: files.sync(descriptor))
    return len(torn), layout.quarantine / name


def _rewrite_unsynced(files: Files, descriptor: int, examination: Examination, index: Index) -> int:
    whole = examination.whole
    rewritten_bytes = 0
    for tail in index.ranges(whole.synced + 1, whole.position):
        # A batch never spans two files, and a sealed segment was durable before the next one was made.
        if tail.segment == examination.segments[-1]:
            write_whole(files, descriptor, read_whole(files, descriptor, tail.length, tail.offset), tail.offset)
            rewritten_bytes += tail.length
    return rewritten_bytes


def report(examination: Examination, repair: Repair, witness_position: int, seconds: float) -> RecoveryReport:
    return RecoveryReport(
        events=examination.whole.position,
        segments=len(examination.segments),
        size_bytes=examination.size_bytes,
        seconds=seconds,
        rewritten_bytes=repair.rewritten_bytes,
        cut_bytes=repair.cut_bytes,
        cut_positions=examination.reached - examination.whole.position,
        quarantine_file=str(repair.quarantine_file) if repair.quarantine_file else None,
        witness_position=witness_position,
    )
