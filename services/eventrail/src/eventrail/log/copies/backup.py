"""A backup: a second directory of the same log, made and brought up to date beside the process that writes the first.

The copy is itself a log, whole at every moment after the first run: segments are put into place in order, each after
it was checked over the chain of those before, and the copy's `head.json` is written last. Sealed segments that are
there already are not copied again. `log.json` is put into place at the end of the first run: without it, there is no
log yet to be started or restored by mistake.
"""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from eventrail.log.checking.extent import Extent, durable_extent, hash_at
from eventrail.log.checking.segment_check import Progress, SegmentCheck, check_segment, last_stored_line
from eventrail.log.copies.copying import copy_segment, incoming
from eventrail.log.copies.refusals import TargetRefused
from eventrail.log.documents import Identity, read_head, read_identity, write_head
from eventrail.log.errors import LogCorrupt, LogLocked
from eventrail.log.events import Head
from eventrail.log.files import Files, SystemFiles
from eventrail.log.layout import Layout, first_position_of
from eventrail.log.line import StoredLine, genesis
from eventrail.log.transfer import last_line, read_file, read_whole, replace_file, write_file

SIDE_DIRECTORY: Final = "checkpoints"
"""Beside the segments: small files that are never changed, copied as they are."""

_LOST_AND_FOUND: Final = "lost+found"
_END_BYTES: Final = 4_096
_SYSTEM_FILES: Final = SystemFiles()


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a copy holds now, up to `head`, and what was done for it."""

    log_id: str
    head: Head
    segments: int
    copied_segments: int
    copied_bytes: int
    size_bytes: int
    seconds: float


def backup(
    source: Path, target: Path, *, check: bool = False, progress: Progress | None = None, files: Files = _SYSTEM_FILES
) -> BackupReport:
    """Bring `target` to the durable head of `source`; `check` reads again what is there already, and heals it.

    `progress` is told the bytes that were dealt with. Raises `LogCorrupt` where the source is damaged, `LogLocked`,
    `TargetRefused`, `CopyFailed`, and `OSError` as the system gives it; the copy stays as good as it was.
    """
    begun = time.monotonic()
    layout, copy = Layout(source), Layout(target)
    identity = read_identity(files, layout)
    if identity is None:
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing: no log lives here")
    _refuse_nesting(layout, copy)
    extent = durable_extent(files, layout, identity.log_id)
    with _claimed(files, copy, identity):
        _refuse_other_history(files, layout, copy, extent)
        work = _Copying(files, layout, copy, extent, genesis(identity.log_id), progress)
        work.run(check=check)
        _copy_side_files(files, layout, copy)
        if read_head(files, copy) != extent.head:
            write_head(files, copy, extent.head)
    size_bytes = sum(work.sizes.values())
    return BackupReport(
        identity.log_id,
        extent.head,
        len(extent.segments),
        work.copied_segments,
        work.copied_bytes,
        size_bytes,
        time.monotonic() - begun,
    )


def restore(
    source: Path, target: Path, *, progress: Progress | None = None, files: Files = _SYSTEM_FILES
) -> BackupReport:
    """Copy a backup into an empty directory, byte for byte, checked as it is written.

    A restore that was cut short may be run again. Raises as `backup` does.
    """
    copy = Layout(target)
    try:
        names = set(files.list_directory(target)) - {_LOST_AND_FOUND}
    except FileNotFoundError:
        names = set()
    if names and (copy.identity.name in names or incoming(copy).name not in names):
        raise TargetRefused(target, "is not empty")
    return backup(source, target, progress=progress, files=files)


class _Copying:
    """One run over the segments, in order."""

    def __init__(
        self,
        files: Files,
        source: Layout,
        target: Layout,
        extent: Extent,
        before: StoredLine,
        progress: Progress | None,
    ) -> None:
        self._files = files
        self._source = source
        self._target = target
        self._before = before
        self._progress = progress
        self._done_bytes = 0
        self.copied_segments = 0
        self.copied_bytes = 0
        *sealed, last = extent.segments
        self.sizes = {first: _size(files, source.segment(first)) for first in sealed}
        self.sizes[last] = extent.end

    def run(self, *, check: bool) -> None:
        for first, length in self.sizes.items():
            last = self._standing(first, length, check=check)
            if last is None:
                last = copy_segment(self._files, self._source, self._target, first, length, self._before, self._advance)
                self.copied_segments += 1
                self.copied_bytes += length
            else:
                self._advance(length)
            self._before = last

    def _standing(self, first: int, length: int, *, check: bool) -> StoredLine | None:
        """The last line of the target's segment where it is the same already, by its size and its ends."""
        path = self._target.segment(first)
        if _size(self._files, path) != length:
            return None
        if _ends(self._files, path, length) != _ends(self._files, self._source.segment(first), length):
            return None
        if check and length:
            found = check_segment(self._files, SegmentCheck(path, first, self._before))
            return found.whole if found.damage is None and found.whole_end == length else None
        return last_stored_line(self._files, path) if length else self._before

    def _advance(self, count: int) -> None:
        self._done_bytes += count
        if self._progress is not None:
            self._progress(self._done_bytes)


def _size(files: Files, path: Path) -> int:
    """In bytes; -1 where there is no such file."""
    try:
        descriptor = files.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return -1
    try:
        return files.size(descriptor)
    finally:
        files.close(descriptor)


def _ends(files: Files, path: Path, length: int) -> tuple[bytes, bytes]:
    """The first bytes and the last line before `length`.

    A line's hash covers all lines before it, so equal last lines are of equal files, if both are sound.
    """
    descriptor = files.open(path, os.O_RDONLY)
    try:
        first = read_whole(files, descriptor, min(_END_BYTES, length), 0)
        return first, last_line(files, descriptor, length)
    finally:
        files.close(descriptor)


@contextmanager
def _claimed(files: Files, copy: Layout, identity: Identity) -> Generator[None, None, None]:
    """Keep other copies and servers away; the first run gives the directory its identity at its end."""
    files.make_directory(copy.directory)
    lock = files.open(copy.lock, os.O_RDWR | os.O_CREAT)
    try:
        if not files.try_lock(lock):
            raise LogLocked(copy.directory)
        is_new = _is_new(files, copy, identity)
        aside = incoming(copy) / copy.identity.name
        files.make_directory(incoming(copy))
        for name in files.list_directory(incoming(copy)):
            if name != copy.identity.name:
                files.remove(incoming(copy) / name)
        if is_new:
            replace_file(files, aside, msgspec.json.encode(identity) + b"\n")
        files.make_directory(copy.segments)
        yield
        if is_new:
            files.replace(aside, copy.identity)
        files.sync_directory(copy.directory)
        files.sync_directory(copy.directory.parent)
        with suppress(OSError):
            incoming(copy).rmdir()
    finally:
        files.close(lock)


def _is_new(files: Files, copy: Layout, identity: Identity) -> bool:
    """Whether a first run has still to come to its end here. Raises `TargetRefused` where none may."""
    found = read_identity(files, copy)
    if found is not None:
        if found != identity:
            raise TargetRefused(copy.directory, f"holds another log, {found.log_id}")
        return False
    begun = read_identity(files, Layout(incoming(copy)))
    names = set(files.list_directory(copy.directory)) - {_LOST_AND_FOUND, copy.lock.name}
    if names - {incoming(copy).name} and begun != identity:
        raise TargetRefused(copy.directory, "is neither empty nor a backup of this log")
    return True


def _refuse_nesting(source: Layout, copy: Layout) -> None:
    here, there = source.directory.resolve(), copy.directory.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise TargetRefused(copy.directory, "lies in the log, or the log in it")


def _refuse_other_history(files: Files, source: Layout, copy: Layout, extent: Extent) -> None:
    """A copy that is further on, or went on otherwise, may be the only one of what it holds."""
    held = read_head(files, copy)
    if held is not None and held.position > extent.head.position:
        reason = f"holds positions up to {held.position}, the log ends at {extent.head.position}"
        raise TargetRefused(copy.directory, reason)
    if held is not None and held.position and hash_at(files, source, extent.segments, held.position) != held.hash:
        raise TargetRefused(copy.directory, f"holds another event at position {held.position} than the log")
    found = (first_position_of(name) for name in files.list_directory(copy.segments))
    if strays := [first for first in found if first not in extent.segments]:
        raise TargetRefused(copy.directory, f"holds a segment that the log has not, {strays[0] or 0:020}")


def _copy_side_files(files: Files, source: Layout, copy: Layout) -> None:
    here, there = source.directory / SIDE_DIRECTORY, copy.directory / SIDE_DIRECTORY
    try:
        names = [name for name in files.list_directory(here) if not name.endswith(".new")]
    except FileNotFoundError:
        return
    files.make_directory(there)
    for name in names:
        if _size(files, there / name) != _size(files, here / name):
            write_file(files, incoming(copy) / name, read_file(files, here / name))
            files.replace(incoming(copy) / name, there / name)
    files.sync_directory(there)
