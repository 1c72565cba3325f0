"""Reading a sealed segment to index it again: each line is held against the chain, since an index is believed."""

import os
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, chain
from typing import Final

from eventrail.log.files import Files
from eventrail.log.index_format import Entries, SegmentFacts
from eventrail.log.key_digests import KeyDigests
from eventrail.log.layout import Layout
from eventrail.log.line import HASH_SUFFIX_BYTES
from eventrail.log.transfer import raw_lines

Progress = Callable[[int], None]
"""Called now and then with the number of bytes read since the last call."""

_FRONT: Final = re.compile(
    rb'\{"position":([0-9]{1,19}),"id":"([0-9a-f-]{36})","type":"([a-z0-9_.]+)","tags":\[([^\]]*)\],"time":"'
)
_COVERED: Final = slice(-HASH_SUFFIX_BYTES - 1)
_HASH: Final = slice(-67, -3)
_PROGRESS_BYTES: Final = 4 * 1024 * 1024


class NotAsWritten(Exception):  # noqa: N818 - named after what was found
    """The segment is not the one that its facts tell of, or not whole."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is gathered line by line; types and tags in the order in which they come."""

    id_keys: list[bytes]
    lengths: "array[int]"
    types: "dict[bytes, array[int]]"
    tags: "dict[bytes, array[int]]"


def read_entries(files: Files, layout: Layout, facts: SegmentFacts, digests: KeyDigests, progress: Progress) -> Entries:
    """The entries of a segment that is whole and ends as its facts say; raises `NotAsWritten`, `OSError`."""
    descriptor = files.open(layout.segment(facts.first), os.O_RDONLY)
    try:
        size = files.size(descriptor)
        lines = (raw for _, raw in raw_lines(files, descriptor, 0, size))
        reading = _read(_telling(lines, progress), facts, digests)
    finally:
        files.close(descriptor)
    if size != facts.size_bytes or len(reading.lengths) != facts.last - facts.first + 1:
        raise NotAsWritten(facts.first)
    return Entries(
        reading.id_keys,
        _subjects(reading, digests),
        array("Q", accumulate(reading.lengths, initial=0)),
        {event_type.decode("ascii"): len(numbers) for event_type, numbers in reading.types.items()},
    )


def _read(lines: Iterable[bytes], facts: SegmentFacts, digests: KeyDigests) -> _Reading:
    types: defaultdict[bytes, array[int]] = defaultdict(_numbers)
    tags: defaultdict[bytes, array[int]] = defaultdict(_numbers)
    reading = _Reading([], array("I"), types, tags)
    line_hash = facts.hash_before.encode("ascii")
    of_id, keep, measure, match = digests.of_id, reading.id_keys.append, reading.lengths.append, _FRONT.match
    first = facts.first
    for number, raw in enumerate(lines):
        front = match(raw)
        expected = sha256(line_hash + raw[_COVERED]).hexdigest().encode("ascii")
        line_hash = raw[_HASH]
        if front is None or line_hash != expected or int(front[1]) != first + number:
            raise NotAsWritten(first + number)
        _, event_id, event_type, tag_list = front.groups()
        keep(of_id(event_id))
        measure(len(raw))
        types[event_type].append(number)
        if tag_list:
            for tag in _distinct(tag_list[1:-1].split(b'","')):
                tags[tag].append(number)
    if line_hash.decode("ascii") != facts.hash_at_end:
        raise NotAsWritten(facts.last)
    return reading


def _numbers() -> "array[int]":
    return array("I")


def _distinct(tags: list[bytes]) -> Iterable[bytes]:
    """An event may state a tag twice."""
    return tags if len(tags) == 1 else dict.fromkeys(tags)


def _subjects(reading: _Reading, digests: KeyDigests) -> "Iterator[tuple[bytes, array[int]]]":
    return chain(
        ((digests.of_type(event_type), numbers) for event_type, numbers in reading.types.items()),
        ((digests.of_tag(tag), numbers) for tag, numbers in reading.tags.items()),
    )


def _telling(lines: Iterable[bytes], progress: Progress) -> Iterator[bytes]:
    done = 0
    for raw in lines:
        yield raw
        done += len(raw)
        if done >= _PROGRESS_BYTES:
            progress(done)
            done = 0
    progress(done)
