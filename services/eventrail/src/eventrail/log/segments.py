"""The segment files: the open one is appended to and rolled, all are read by offset."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from eventrail.log.errors import DiskFull, RangeDamaged, SyncFailed
from eventrail.log.files import NO_ROOM, Files
from eventrail.log.index import Range
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from eventrail.log.transfer import read_whole, write_whole


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch was written: the segment, named by its first position, and the offset in it."""

    segment: int
    offset: int


class Segments:
    """All segments of a log, by their first position; the last is the open one.

    One thread writes: `append`, then `sync`, then `settle`; what is not settled may be undone. Any thread reads.
    The open segment is filled with zeros ahead of the writer, so that a sync has no change of size to write.
    """

    def __init__(self, files: Files, layout: Layout, options: Options) -> None:
        self._files = files
        self._layout = layout
        self._options = options
        self._descriptors: dict[int, int] = {}
        self._sealed_bytes = 0
        self._open = 0
        self._end = 0
        self._written = 0
        self._extended = 0

    def adopt(self, first_positions: Sequence[int], end: int) -> None:
        """Open the files of a recovered log; the last one's lines end at `end`."""
        *sealed, self._open = first_positions
        for first_position in sealed:
            descriptor = self._files.open(self._layout.segment(first_position), os.O_RDONLY)
            self._descriptors[first_position] = descriptor
            self._sealed_bytes += self._files.size(descriptor)
        descriptor = self._files.open(self._layout.segment(self._open), os.O_RDWR)
        self._descriptors[self._open] = descriptor
        self._extended = self._files.size(descriptor)
        self._end = self._written = end

    @property
    def count(self) -> int:
        return len(self._descriptors)

    @property
    def size_bytes(self) -> int:
        """The bytes of all settled lines."""
        return self._sealed_bytes + self._end

    def read(self, place: Range) -> bytes:
        """The bytes of a range; raises `RangeDamaged` where they can't be the lines that were written."""
        try:
            lines = read_whole(self._files, self._descriptors[place.segment], place.length, place.offset)
        except OSError:
            lines = b""
        if len(lines) != place.length or not lines.startswith(b'{"position":%d,' % place.first) or lines[-1] != 0x0A:
            raise RangeDamaged(self._layout.segment(place.segment), place.offset, place.first, place.last)
        return lines

    def append(self, lines: bytes, first_position: int) -> Place:
        """Write a batch behind the last, in a new segment if it would outgrow the open one.

        Raises `DiskFull` with everything undone, `SyncFailed` where that is not sure.
        """
        try:
            if self._end and self._end + len(lines) > self._options.segment_bytes:
                self._roll(first_position)
            self._write(lines)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise SyncFailed("a write", str(error)) from error
            self._undo()
            raise DiskFull(len(lines), error.errno) from error
        return Place(self._open, self._end)

    def sync(self) -> None:
        """Make what was written durable; never tried twice, since a second call may succeed without having done it."""
        try:
            self._files.sync_data(self._descriptors[self._open])
        except OSError as error:
            raise SyncFailed("fdatasync", str(error)) from error

    def settle(self) -> None:
        """What was written stays: it is durable, and the next batch stands behind it."""
        self._end = self._written

    def trim(self) -> None:
        """Cut the zeros off the open segment, durably, so that it is clean NDJSON."""
        descriptor = self._descriptors[self._open]
        if self._extended > self._end:
            self._files.truncate(descriptor, self._end)
            self._sync(descriptor)
            self._extended = self._end

    def close(self) -> None:
        for descriptor in self._descriptors.values():
            self._files.close(descriptor)
        self._descriptors.clear()

    def _roll(self, first_position: int) -> None:
        self.trim()
        descriptor = self._files.open(self._layout.segment(first_position), os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            self._files.sync_directory(self._layout.segments)
        except OSError as error:
            self._files.close(descriptor)
            raise SyncFailed("fsync of a directory", str(error)) from error
        self._descriptors[first_position] = descriptor
        self._sealed_bytes += self._end
        self._open = first_position
        self._end = self._written = self._extended = 0

    def _write(self, lines: bytes) -> None:
        end = self._end + len(lines)
        extended = self._extended
        if end > extended and self._options.extend_bytes:
            extended = max(end, min(end + self._options.extend_bytes, self._options.segment_bytes))
        descriptor = self._descriptors[self._open]
        if extended > max(end, self._extended):
            self._extend(descriptor, end, extended)
        write_whole(self._files, descriptor, lines, self._end)
        self._written = end
        self._extended = max(self._extended, end)

    def _extend(self, descriptor: int, start: int, end: int) -> None:
        """Zeros from `start` on; with a full disk the batch itself may still find room, so that is no failure."""
        try:
            write_whole(self._files, descriptor, bytes(end - start), start)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._files.truncate(descriptor, self._extended)
        else:
            self._extended = end

    def _undo(self) -> None:
        """Take back an unsettled batch, durably: it is answered as refused and must not come back after a crash."""
        descriptor = self._descriptors[self._open]
        try:
            self._files.truncate(descriptor, self._end)
        except OSError as error:
            raise SyncFailed("undoing a batch", str(error)) from error
        self._sync(descriptor)
        self._written = self._extended = self._end

    def _sync(self, descriptor: int) -> None:
        try:
            self._files.sync(descriptor)
        except OSError as error:
            raise SyncFailed("fsync", str(error)) from error
