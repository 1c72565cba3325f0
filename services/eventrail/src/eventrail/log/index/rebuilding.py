"""Reading a sealed segment to index it again: each line is held against the chain, since an index is believed."""

import os
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import accumulate, chain
from typing import Final

from eventrail.log.files import Files
from eventrail.log.index.format import Entries, SegmentFacts
from eventrail.log.index.key_digests import KeyDigests
from eventrail.log.layout import Layout
from eventrail.log.line import HASH_SUFFIX_BYTES
from eventrail.log.transfer import READ_BYTES, read_whole

Progress = Callable[[int], None]
"""Called now and then with the number of bytes read since the last call."""

_COVERED: Final = slice(-HASH_SUFFIX_BYTES)
_HASH: Final = slice(-66, -2)
_ID_CHARACTERS: Final = 36
_TO_TYPE: Final = _ID_CHARACTERS + len('","type":"')
_TO_TAGS: Final = len('","tags":["')


class NotAsWritten(Exception):  # noqa: N818 - named after what was found
    """The segment is not the one that its facts tell of, or not whole."""


def read_entries(files: Files, layout: Layout, facts: SegmentFacts, digests: KeyDigests, progress: Progress) -> Entries:
    """The entries of a segment that is whole and ends as its facts say; raises `NotAsWritten`, `OSError`."""
    reading = _Reading(facts, digests)
    descriptor = files.open(layout.segment(facts.first), os.O_RDONLY)
    try:
        size = files.size(descriptor)
        for lines in _line_groups(files, descriptor, size):
            reading.take(lines)
            progress(sum(map(len, lines)) + len(lines))
    finally:
        files.close(descriptor)
    if size != facts.size_bytes:
        raise NotAsWritten(f"the segment has {size} bytes")
    return reading.entries()


def _line_groups(files: Files, descriptor: int, size: int) -> Iterator[list[bytes]]:
    """All lines, without their newlines, as many at a time as one read brings."""
    begun = b""
    for offset in range(0, size, READ_BYTES):
        begun += read_whole(files, descriptor, min(READ_BYTES, size - offset), offset)
        *lines, begun = begun.split(b"\n")
        if lines:
            yield lines
    if begun:
        raise NotAsWritten("the last line has no end")


class _Reading:
    """What is gathered group by group; types and tags stay in the order in which they come."""

    def __init__(self, facts: SegmentFacts, digests: KeyDigests) -> None:
        self._facts = facts
        self._digests = digests
        self._hash = facts.hash_before.encode("ascii")
        self._id_keys: list[bytes] = []
        self._lengths = array("I")
        self._types: defaultdict[bytes, list[int]] = defaultdict(list)
        self._tags: defaultdict[bytes, list[int]] = defaultdict(list)

    def take(self, lines: Sequence[bytes]) -> None:
        self._follow(lines)
        self._id_keys += self._digests.of_ids(self._read(lines))
        self._lengths.extend(map(len, lines))

    def entries(self) -> Entries:
        if len(self._id_keys) != self._facts.last - self._facts.first + 1 or self._hash.decode() != (
            self._facts.hash_at_end
        ):
            raise NotAsWritten("the segment ends in another line")
        return Entries(
            self._id_keys,
            self._subjects(),
            array("Q", accumulate((length + 1 for length in self._lengths), initial=0)),
            {event_type.decode("ascii"): len(numbers) for event_type, numbers in self._types.items()},
        )

    def _follow(self, lines: Sequence[bytes]) -> None:
        """Hold the lines against the hashes that they state, each over the one before it."""
        stated = [line[_HASH] for line in lines]
        found = [
            sha256(before + line[_COVERED]).digest()
            for before, line in zip(chain((self._hash,), stated), lines, strict=False)
        ]
        if b"".join(found).hex().encode("ascii") != b"".join(stated):
            raise NotAsWritten("the hashes do not close")
        self._hash = stated[-1]

    def _read(self, lines: Sequence[bytes]) -> list[bytes]:
        """Gather types and tags, and return the ids. Whole lines of a closed chain are read by their shape."""
        ids = []
        types, tags = self._types, self._tags
        first = self._facts.first
        for number, line in enumerate(lines, len(self._id_keys)):
            front = b'{"position":%d,"id":"' % (first + number)
            if not line.startswith(front):
                raise NotAsWritten(f"position {first + number} is not where it belongs")
            begin = len(front)
            ids.append(line[begin : begin + _ID_CHARACTERS])
            begin += _TO_TYPE
            end = line.index(b'"', begin)
            types[line[begin:end]].append(number)
            begin, end = end + _TO_TAGS, line.index(b"]", end) - 1
            if begin < end:
                # An event may state a tag twice.
                for tag in dict.fromkeys(line[begin:end].split(b'","')):
                    tags[tag].append(number)
        return ids

    def _subjects(self) -> Iterator[tuple[bytes, Sequence[int]]]:
        return chain(
            ((self._digests.of_type(event_type), numbers) for event_type, numbers in self._types.items()),
            ((self._digests.of_tag(tag), numbers) for tag, numbers in self._tags.items()),
        )
