"""The segment files: the open one is appended to and rolled, all are read by offset."""

import os
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import AbstractContextManager

import msgspec

from eventrail.log.closing import LINK_BYTES, first_open_line, stated_hash
from eventrail.log.damages import Damage, Damages
from eventrail.log.errors import DescriptorsExhausted, DiskFull, RangeDamaged, SyncFailed
from eventrail.log.files import NO_DESCRIPTORS, NO_ROOM, Files
from eventrail.log.index.port import Range
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from eventrail.log.reserve import Reserve
from eventrail.log.segment_files import SegmentFiles
from eventrail.log.sound_blocks import SoundBlocks, tile
from eventrail.log.transfer import read_whole, write_whole


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a batch was written: the segment, named by its first position, and the offset in it."""

    segment: int
    offset: int


class Segments:
    """All segments of a log, by their first position; the last is the open one.

    One thread writes: `append`, then `sync`, then `settle`; what is not settled may be undone. Any thread reads.
    The open segment is filled with zeros ahead of the writer, so that a sync has no change of size to write.
    """

    def __init__(self, files: Files, layout: Layout, options: Options, genesis_hash: str) -> None:
        self._files = files
        self._layout = layout
        self._options = options
        self._genesis_hash = genesis_hash.encode()
        self.damages = Damages()
        self._sound = SoundBlocks()
        self.reserve = Reserve(files, layout, min(options.reserve_bytes, options.segment_bytes))
        self._segment_files = SegmentFiles(files, layout)
        self._first_positions: list[int] = []
        self._sealed_bytes = 0
        self._open = 0
        self._descriptor = -1
        # A new segment's name is not durable before its directory is synced.
        self._name_pending = False
        self._end = 0
        self._written = 0
        self._extended = 0
        # The open segment and the end of its durable lines, in one value for those who read beside the writer.
        self._settled = (0, 0)

    def adopt(self, first_positions: Sequence[int], end: int) -> None:
        """Take over the files of a recovered log; the last one's lines end at `end`."""
        self._first_positions = list(first_positions)
        for first_position in first_positions[:-1]:
            with self._segment_files.borrowed(first_position) as descriptor:
                self._sealed_bytes += self._files.size(descriptor)
        self._open = first_positions[-1]
        self._descriptor = self._segment_files.open_for_writing(self._open)
        self._extended = self._files.size(self._descriptor)
        self._end = self._written = end
        self._settled = (self._open, end)

    @property
    def count(self) -> int:
        return len(self._first_positions)

    @property
    def size_bytes(self) -> int:
        """The bytes of all settled lines."""
        return self._sealed_bytes + self._end

    @property
    def first_positions(self) -> tuple[int, ...]:
        return tuple(self._first_positions)

    def read(self, place: Range, blocks: Sequence[Range] = ()) -> bytes:
        """The lines of a range, each held to its hash; raises `RangeDamaged` at the first that is not as written.

        `blocks` are the parts of the range; one whose bytes have closed before is not taken apart again.
        """
        try:
            previous_hash, lines = self._read_linked(place)
        except OSError as error:
            if error.errno in NO_DESCRIPTORS:
                raise DescriptorsExhausted(error.errno) from error
            reason = f"it can't be read: {error.strerror}"
            raise self._damaged(place.segment, place.offset, place.first, place.last, reason) from error
        if not blocks:
            self._refuse_open(place, previous_hash, lines)
            return lines
        for part in blocks if tile(place, blocks) else (place,):
            start = part.offset - place.offset
            if start:
                previous_hash = stated_hash(lines[start - LINK_BYTES : start])
            self._hold(part, previous_hash, memoryview(lines)[start : start + part.length])
        return lines

    def borrowed(self, segment: int) -> AbstractContextManager[int]:
        """A segment's descriptor, for reading it as a file; raises `OSError`."""
        return self._segment_files.borrowed(segment)

    def end_of(self, segment: int) -> int:
        """Where the durable lines of a segment end; raises `OSError`."""
        settled, end = self._settled
        if segment == settled:
            return end
        with self._segment_files.borrowed(segment) as descriptor:
            return self._files.size(descriptor)

    def append(self, lines: bytes, first_position: int) -> Place:
        """Write a batch behind the last, in a new segment if it would outgrow the open one.

        Raises `DiskFull` or `DescriptorsExhausted` with everything undone, `SyncFailed` where that is not sure.
        """
        try:
            if self._end and self._end + len(lines) > self._options.segment_bytes:
                self._roll(first_position)
            if self._name_pending:
                self._sync_name()
            self._write(lines)
        except OSError as error:
            if error.errno in NO_ROOM:
                self._undo()
                raise DiskFull(len(lines), error.errno) from error
            if error.errno in NO_DESCRIPTORS:
                self._undo()
                raise DescriptorsExhausted(error.errno) from error
            raise SyncFailed("a write", str(error)) from error
        return Place(self._open, self._end)

    def sync(self) -> None:
        """Make what was written durable; never tried twice, since a second call may succeed without having done it."""
        try:
            self._files.sync_data(self._descriptor)
        except OSError as error:
            raise SyncFailed("fdatasync", str(error)) from error

    def settle(self) -> None:
        """What was written stays: it is durable, and the next batch stands behind it."""
        self._end = self._written
        self._settled = (self._open, self._end)

    def trim(self) -> None:
        """Cut the zeros off the open segment, durably, so that it is clean NDJSON."""
        if self._extended > self._end:
            self._truncate(self._end)
            self._sync()
            self._extended = self._end

    def keep_reserve(self) -> bool:
        """Have the space reserve whole; False where there is no room for it. Raises `SyncFailed`."""
        try:
            return self.reserve.renew()
        except OSError as error:
            if error.errno in NO_ROOM | NO_DESCRIPTORS:
                return False
            raise SyncFailed("making the space reserve", str(error)) from error

    def close(self) -> None:
        self._segment_files.close()

    def _hold(self, place: Range, previous_hash: bytes, lines: memoryview) -> None:
        """Raises `RangeDamaged` unless each line closes, or is one of a block that has closed before."""
        if not self._sound.holds(place, lines):
            self._refuse_open(place, previous_hash, bytes(lines))
            self._sound.add(place, lines)

    def _refuse_open(self, place: Range, previous_hash: bytes, lines: bytes) -> None:
        found = first_open_line(previous_hash, lines, place.first, place.last - place.first + 1)
        if found is not None:
            number, offset = found
            position = min(place.first + number, place.last)
            raise self._damaged(place.segment, place.offset + offset, position, position, "the hash does not close")

    def _read_linked(self, place: Range) -> tuple[bytes, bytes]:
        """The hash that the first line of a range must close over, and the lines."""
        link_bytes = LINK_BYTES if place.offset >= LINK_BYTES else 0
        descriptor = self._segment_files.borrow(place.segment)
        try:
            lines = read_whole(self._files, descriptor, place.length + link_bytes, place.offset - link_bytes)
        finally:
            self._segment_files.give_back(place.segment)
        if link_bytes:
            return stated_hash(lines[:LINK_BYTES]), lines[LINK_BYTES:]
        return self._hash_before(place.segment), lines

    def _hash_before(self, segment: int) -> bytes:
        """The hash that the last line before a segment states."""
        number = bisect_left(self._first_positions, segment)
        if number == 0:
            return self._genesis_hash
        with self._segment_files.borrowed(self._first_positions[number - 1]) as descriptor:
            start = max(self._files.size(descriptor) - LINK_BYTES, 0)
            return stated_hash(read_whole(self._files, descriptor, LINK_BYTES, start))

    def _damaged(self, segment: int, offset: int, first: int, last: int, reason: str) -> RangeDamaged:
        path = self._layout.segment(segment)
        self.damages.add(Damage(segment, path.name, offset, first, last, reason))
        return RangeDamaged(path, offset, first, last)

    def _roll(self, first_position: int) -> None:
        self.trim()
        descriptor = self._segment_files.open_for_writing(first_position, os.O_CREAT | os.O_EXCL)
        self._segment_files.give_back(self._open)
        self._first_positions.append(first_position)
        self._sealed_bytes += self._end
        self._open, self._descriptor = first_position, descriptor
        self._end = self._written = self._extended = 0
        self._settled = (first_position, 0)
        self._name_pending = True

    def _sync_name(self) -> None:
        """Without a free descriptor the directory can't even be opened, so nothing has failed: it is tried again."""
        try:
            self._files.sync_directory(self._layout.segments)
        except OSError as error:
            if error.errno in NO_DESCRIPTORS:
                raise
            raise SyncFailed("fsync of a directory", str(error)) from error
        self._name_pending = False

    def _write(self, lines: bytes) -> None:
        end = self._end + len(lines)
        extended = self._extended
        if end > extended and self._options.extend_bytes:
            extended = max(end, min(end + self._options.extend_bytes, self._options.segment_bytes))
        if extended > max(end, self._extended):
            self._extend(end, extended)
        write_whole(self._files, self._descriptor, lines, self._end)
        self._written = end
        self._extended = max(self._extended, end)

    def _extend(self, start: int, end: int) -> None:
        """Zeros from `start` on; with a full disk the batch itself may still find room, so that is no failure."""
        try:
            write_whole(self._files, self._descriptor, bytes(end - start), start)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._files.truncate(self._descriptor, self._extended)
        else:
            self._extended = end

    def _undo(self) -> None:
        """Take back an unsettled batch, durably: it is answered as refused and must not come back after a crash."""
        try:
            self._truncate(self._end)
        except OSError as error:
            raise SyncFailed("undoing a batch", str(error)) from error
        self._sync()
        self._written = self._extended = self._end

    def _truncate(self, size: int) -> None:
        """Some file systems need room even to give room back."""
        self.reserve.lend(lambda: self._files.truncate(self._descriptor, size))

    def _sync(self) -> None:
        try:
            self._files.sync(self._descriptor)
        except OSError as error:
            raise SyncFailed("fsync", str(error)) from error
