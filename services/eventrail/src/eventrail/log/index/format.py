"""The file that indexes one sealed segment: what stands where in it, and how it is formed.

`docs/log-format.md` describes it. The same segment always gives the same bytes.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zlib import crc32

import msgspec

from eventrail.log.index.blocks import Section, form_section
from eventrail.log.index.key_digests import KEY_BYTES
from eventrail.log.index.key_filter import form_filter
from eventrail.log.index.turns import Rest, in_turns, no_rest

INDEX_FORMAT: Final = 1
PREAMBLE: Final = b"eventrail index\n"
FRONT_BYTES: Final = len(PREAMBLE) + 8
"""Before the header: the preamble, the header's length and its CRC-32."""
RECORD_BYTES: Final = KEY_BYTES + 4
LIST: Final = 1 << 31
"""Set in a record's value: not a line's number, but where in `postings` a list begins, with its length before it."""

SectionName = Literal["keys", "postings", "offsets", "filter"]


class SegmentFacts(msgspec.Struct, frozen=True):
    """What a segment is known by: its positions, its size, and the chain's hashes before it and at its end."""

    log_id: str
    first: int
    last: int
    size_bytes: int
    hash_before: str
    hash_at_end: str


class IndexHeader(msgspec.Struct, frozen=True):
    """The segment that is indexed, the sizes of the sections, and how many events of each type there are."""

    format: int
    byte_order: str
    segment: SegmentFacts
    keys: int
    postings: int
    filter_words: int
    types: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sections:
    """Where in the file a header's sections lie; `seed` begins every checksum."""

    seed: int
    keys: Section
    postings: Section
    offsets: Section
    filter: Section


def sections_of(header: IndexHeader, encoded: bytes) -> Sections:
    keys = Section(FRONT_BYTES + len(encoded), header.keys * RECORD_BYTES)
    postings = Section(keys.end, header.postings * 4)
    offsets = Section(postings.end, (header.segment.last - header.segment.first + 2) * 8)
    return Sections(crc32(encoded), keys, postings, offsets, Section(offsets.end, header.filter_words * 8))


@dataclass(frozen=True, slots=True)
class Entries:
    """A segment's lines by number, from 0 on: keys of ids in their order, and for each type and tag its lines."""

    id_keys: Sequence[bytes]
    subjects: Iterable[tuple[bytes, Sequence[int]]]
    offsets: "array[int]"
    types: dict[str, int]


def form_index(facts: SegmentFacts, entries: Entries, rest: Rest = no_rest) -> bytes:
    """The whole file."""
    postings = array("I")
    keys = _sorted_records(entries, postings, rest)
    words = form_filter(keys, RECORD_BYTES, rest)
    count = len(keys) // RECORD_BYTES
    types = dict(sorted(entries.types.items()))
    header = IndexHeader(INDEX_FORMAT, sys.byteorder, facts, count, len(postings), len(words), types)
    return b"".join(_file(header, keys, postings, entries.offsets, words))


def _sorted_records(entries: Entries, postings: "array[int]", rest: Rest) -> bytes:
    buckets: list[list[bytes]] = [[] for _ in range(256)]
    for numbered in in_turns(range(len(entries.id_keys)), rest):
        for number in numbered:
            key = entries.id_keys[number]
            buckets[key[0]].append(key + number.to_bytes(4, "little"))
    for key, numbers in entries.subjects:
        value = numbers[0]
        if len(numbers) > 1:
            value = LIST | len(postings)
            postings.append(len(numbers))
            postings.extend(numbers)
        buckets[key[0]].append(key + value.to_bytes(4, "little"))
    parts = []
    for bucket in buckets:
        parts.append(b"".join(sorted(bucket)))
        rest(len(bucket))
    return b"".join(parts)


def _file(
    header: IndexHeader, keys: bytes, postings: "array[int]", offsets: "array[int]", words: "array[int]"
) -> Iterator[bytes]:
    encoded = msgspec.json.encode(header)
    places = sections_of(header, encoded)
    yield PREAMBLE
    yield len(encoded).to_bytes(4, "little")
    yield crc32(encoded).to_bytes(4, "little")
    yield encoded
    yield from form_section(places.keys, keys, places.seed)
    yield from form_section(places.postings, postings.tobytes(), places.seed)
    yield from form_section(places.offsets, offsets.tobytes(), places.seed)
    yield from form_section(places.filter, words.tobytes(), places.seed)


def read_header(front: bytes, rest: bytes, size: int) -> tuple[IndexHeader, Sections] | None:
    """The header and its sections; None where these are not the beginnings of a whole index file of this machine.

    `front` are the first FRONT_BYTES of a file of `size` bytes, `rest` what the front says to be the header.
    """
    if not front.startswith(PREAMBLE) or crc32(rest) != int.from_bytes(front[-4:], "little"):
        return None
    try:
        header = msgspec.json.decode(rest, type=IndexHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if (header.format, header.byte_order) != (INDEX_FORMAT, sys.byteorder):
        return None
    places = sections_of(header, rest)
    return (header, places) if places.filter.end == size else None
