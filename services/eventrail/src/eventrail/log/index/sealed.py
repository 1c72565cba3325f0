"""One sealed segment's index, read in checked blocks; damage is healed from the segment, never believed."""

import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from threading import RLock

from eventrail.log.files import Files
from eventrail.log.index.blocks import content_of
from eventrail.log.index.file import load_header, read_part, store
from eventrail.log.index.format import (
    FRONT_BYTES,
    LIST,
    PREAMBLE,
    RECORD_BYTES,
    IndexHeader,
    Sections,
    SegmentFacts,
    read_header,
)
from eventrail.log.index.key_digests import KEY_BYTES
from eventrail.log.index.port import NOWHERE, Postings, Range, SortedPostings
from eventrail.log.index.sealed_postings import SealedPostings

ReadBlock = Callable[["SealedIndex", int, int], bytes]
"""Reads a block of an index by offset and length, perhaps out of a cache of what was checked before."""
Rebuild = Callable[[], bytes]
"""Forms the index file again from its segment; raises `RangeDamaged` where that is not whole."""


class SealedIndex:
    """The index of the segment that `facts` tell of; any thread looks up.

    The content is held in memory while no file could be written of it.
    """

    def __init__(self, files: Files, path: Path, rebuild: Rebuild, image: bytes | None = None) -> None:
        """From the file, or from an `image` of it; raises ValueError where neither is an index."""
        found = load_header(files, path) if image is None else _header_of(image)
        if found is None:
            raise ValueError(f"{path} is no index")
        self._files = files
        self._path = path
        self._rebuild = rebuild
        self._image = image
        self._header, self._places = found
        self._healing = RLock()
        self.first = self.facts.first
        self.last = self.facts.last

    @property
    def facts(self) -> SegmentFacts:
        return self._header.segment

    @property
    def filter_words(self) -> int:
        return self._header.filter_words

    @property
    def types(self) -> dict[str, int]:
        return self._header.types

    @property
    def stored(self) -> bool:
        """Whether the file holds what this answers."""
        return self._image is None

    def is_whole(self) -> bool:
        """Whether every block is as it was written; nothing is healed."""
        places = self._places
        return all(
            self._checked(*section.place(number)) is not None
            for section in (places.keys, places.postings, places.offsets, places.filter)
            for number in range(section.blocks)
        )

    def store(self) -> bool:
        """Write the file where it is missing; False where that was not possible."""
        image = self._image
        if image is not None and store(self._files, self._path, [image]):
            self._image = None
        return self._image is None

    def find(self, key: bytes, read: ReadBlock) -> int | None:
        """The value that stands with a key. Keys spread evenly, so that a key's place is known but for a block."""
        section = self._places.keys
        number, step = int.from_bytes(key[:4], "big") * section.blocks >> 32, 0
        while 0 <= number < section.blocks:
            block = read(self, *section.place(number))
            if key < block[:KEY_BYTES]:
                if step > 0:
                    return None
                step = -1
            elif key > block[-RECORD_BYTES : -RECORD_BYTES + KEY_BYTES]:
                if step < 0:
                    return None
                step = 1
            else:
                return _value_in(block, key)
            number += step
        return None

    def position_of(self, key: bytes, read: ReadBlock) -> int | None:
        number = self.find(key, read)
        return None if number is None else self.first + number

    def postings(self, key: bytes, read: ReadBlock) -> Postings:
        value = self.find(key, read)
        if value is None:
            return NOWHERE
        if not value & LIST:
            return SortedPostings((self.first + value,))
        places = self._places.postings
        return SealedPostings(self.first, value ^ LIST, lambda number: read(self, *places.place(number)))

    def range(self, first: int, last: int, read: ReadBlock) -> Range:
        """Where the lines `first` to `last` lie, as far as they lie in this segment."""
        last = min(last, self.last)
        begin = self._offset(first - self.first, read)
        length = self._offset(last + 1 - self.first, read) - begin
        return Range(self.first, begin, length, first=first, last=last)

    def filter(self) -> "array[int]":
        section = self._places.filter
        return array("Q", b"".join(self.block(*section.place(number)) for number in range(section.blocks)))

    def block(self, offset: int, length: int) -> bytes:
        """A block's content, healed where the file is damaged."""
        content = self._checked(offset, length)
        if content is None:
            with self._healing:
                content = self._checked(offset, length)
                if content is None:
                    content = self._healed(offset, length)
        return content

    def _offset(self, number: int, read: ReadBlock) -> int:
        section = self._places.offsets
        block, place = divmod(number * 8, section.block_bytes)
        return int.from_bytes(read(self, *section.place(block))[place : place + 8], sys.byteorder)

    def _checked(self, offset: int, length: int) -> bytes | None:
        image = self._image
        block = read_part(self._files, self._path, length, offset) if image is None else image[offset : offset + length]
        return content_of(block, self._places.seed, offset, length)

    def _healed(self, offset: int, length: int) -> bytes:
        """The segment is read whole and checked; the file is written again later, by whoever stores."""
        image = self._rebuild()
        assert _header_of(image) == (self._header, self._places), "one segment gives one index"
        self._image = image
        content = self._checked(offset, length)
        assert content is not None, "what was formed right now is whole"
        return content


def _header_of(image: bytes) -> tuple[IndexHeader, Sections] | None:
    length = int.from_bytes(image[len(PREAMBLE) : len(PREAMBLE) + 4], "little")
    return read_header(image[:FRONT_BYTES], image[FRONT_BYTES : FRONT_BYTES + length], len(image))


def _value_in(block: bytes, key: bytes) -> int | None:
    place = block.find(key)
    while place >= 0 and place % RECORD_BYTES:
        place = block.find(key, place + 1)
    return None if place < 0 else int.from_bytes(block[place + KEY_BYTES : place + RECORD_BYTES], "little")
