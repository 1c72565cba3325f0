"""The filters of 32 sealed segments side by side, in a file: one read tells which of them may hold a key.

Segments that are not in a group yet have their filters in memory, so that memory does not grow with the log.
"""

import contextlib
import os
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from struct import Struct
from threading import RLock
from typing import Final
from zlib import crc32

import msgspec

from eventrail.log.files import Files
from eventrail.log.index.blocks import CHECKSUM_BYTES, Section, content_of, form_section
from eventrail.log.index.file import store
from eventrail.log.index.format import INDEX_FORMAT, SegmentFacts
from eventrail.log.index.key_filter import widened
from eventrail.log.transfer import read_whole

GROUP_SEGMENTS: Final = 32
_ROW: Final = Struct(f"={GROUP_SEGMENTS}Q")
_ONES: Final = sum(1 << 64 * member for member in range(GROUP_SEGMENTS))
_HIGHEST: Final = _ONES << 63
_ROWS_AT_ONCE: Final = 4_096
_PREAMBLE: Final = b"eventrail filters\n"


class GroupIdentity(msgspec.Struct, frozen=True):
    """What a group's file must begin with; `members` is the SHA-256 of what its segments are known by."""

    format: int
    byte_order: str
    first: int
    last: int
    members: str
    words: int


class FilterGroup:
    """Any thread asks. The file is a copy of what the members' files hold; it is formed again where it is damaged."""

    def __init__(
        self,
        files: Files,
        path: Path,
        members: Sequence[SegmentFacts],
        words: int,
        filters: "Callable[[], Sequence[array[int]]]",
    ) -> None:
        """`words` are as many as the largest of `filters` has, which give each member's filter when they are needed."""
        assert len(members) == GROUP_SEGMENTS, "a group is full"
        self._files = files
        self._path = path
        self._words = words
        self._filters = filters
        identity = _identity(members, words)
        self._front = _PREAMBLE + crc32(identity).to_bytes(4, "little") + identity + b"\n"
        self._seed = crc32(self._front)
        self._rows = Section(len(self._front), words * _ROW.size, _ROW.size)
        self._image: bytes | None = None
        self._descriptor: int | None = None
        self._healing = RLock()
        if not self._open() and not (store(files, path, self._form()) and self._open()):
            self._image = b"".join(self._form())

    @property
    def stored(self) -> bool:
        return self._image is None

    def store(self) -> bool:
        """Write the file where it is missing or damaged; False where that was not possible."""
        with self._healing:
            image = self._image
            if image is not None and store(self._files, self._path, [image]) and self._open():
                self._image = None
            return self._image is None

    def candidates(self, number: int, mask: int) -> Sequence[int]:
        """The members, by their place in the group, that may hold the key of this probe."""
        number &= self._words - 1
        row = self._row(number)
        if row is None:
            with self._healing:
                row = self._row(number) or self._healed(number)
        # All words at once: what each lacks of the mask. A word that lacks nothing is zero, and only below such a one
        # does subtracting one borrow into a highest bit that was not set. Mostly none is, and no word is looked at.
        masks = mask * _ONES
        lacking = int.from_bytes(row, sys.byteorder) & masks ^ masks
        if not (lacking - _ONES) & ~lacking & _HIGHEST:
            return ()
        return [member for member, word in enumerate(_ROW.unpack(row)) if word & mask == mask]

    def close(self) -> None:
        if self._descriptor is not None:
            self._files.close(self._descriptor)
            self._descriptor = None

    def _row(self, number: int) -> bytes | None:
        length = _ROW.size + CHECKSUM_BYTES
        offset = self._rows.start + number * length
        image, descriptor = self._image, self._descriptor
        if image is not None:
            row = image[offset : offset + length]
        elif descriptor is not None:
            try:
                row = read_whole(self._files, descriptor, length, offset)
            except OSError:
                return None
        else:
            return None
        # A descriptor that was closed meanwhile, even one that is another file's now, fails the checksum.
        return content_of(row, self._seed, offset, length)

    def _healed(self, number: int) -> bytes:
        self._image = b"".join(self._form())
        row = self._row(number)
        assert row is not None, "what was formed right now is whole"
        return row

    def _form(self) -> Iterator[bytes]:
        """The file, some rows at a time."""
        yield self._front
        filters = [widened(words, self._words) for words in self._filters()]
        for begin in range(0, self._words, _ROWS_AT_ONCE):
            end = min(begin + _ROWS_AT_ONCE, self._words)
            rows = array("Q", bytes((end - begin) * _ROW.size))
            for place, words in enumerate(filters):
                rows[place::GROUP_SEGMENTS] = words[begin:end]
            part = Section(self._rows.place(begin)[0], (end - begin) * _ROW.size, _ROW.size)
            yield b"".join(form_section(part, rows.tobytes(), self._seed))

    def _open(self) -> bool:
        """Take the file if it is this group's; its rows are checked when they are read."""
        self.close()
        try:
            descriptor = self._files.open(self._path, os.O_RDONLY)
        except OSError:
            return False
        with contextlib.suppress(OSError):
            front = read_whole(self._files, descriptor, len(self._front), 0)
            if front == self._front and self._files.size(descriptor) == self._rows.end:
                self._descriptor = descriptor
                return True
        self._files.close(descriptor)
        return False


def _identity(members: Sequence[SegmentFacts], words: int) -> bytes:
    known_by = sha256(msgspec.json.encode(members)).hexdigest()
    return msgspec.json.encode(
        GroupIdentity(INDEX_FORMAT, sys.byteorder, members[0].first, members[-1].last, known_by, words)
    )
