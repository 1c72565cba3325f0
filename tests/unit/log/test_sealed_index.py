"""One segment's index over many blocks: keys and lists are found wherever a block ends."""

import random
from array import array
from bisect import bisect_left, bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from eventrail.log.files import SystemFiles
from eventrail.log.index.blocks import BLOCK_BYTES
from eventrail.log.index.filter_group import GROUP_SEGMENTS, FilterGroup
from eventrail.log.index.format import RECORD_BYTES, Entries, SegmentFacts, form_index
from eventrail.log.index.key_digests import KEY_BYTES, KeyDigests
from eventrail.log.index.key_filter import filter_words, form_filter, probe, widened
from eventrail.log.index.sealed import SealedIndex
from eventrail.log.index.sealed_postings import SealedPostings
from tests.kit.properties import PROPERTY

PER_BLOCK = BLOCK_BYTES // 4
DIGESTS = KeyDigests("0198c0de-0000-7000-8000-000000000000")


@settings(PROPERTY, max_examples=60)
@given(
    st.sampled_from([2, 3, PER_BLOCK - 2, PER_BLOCK - 1, PER_BLOCK, PER_BLOCK + 1, 3 * PER_BLOCK + 7]),
    st.integers(0, PER_BLOCK + 1),
    st.integers(1, 5),
    st.lists(st.integers(-3, 16_000), min_size=1, max_size=30),
)
def test_lists_over_many_blocks(length: int, start: int, step: int, asked: list[int]) -> None:
    """From any place on, with other lists before and behind it; asked in any order."""
    first_position = 1_000
    numbers = range(2, 2 + length * step, step)
    content = array("I", [9] * start + [length, *numbers] + [0] * 5).tobytes()

    def read(block: int) -> bytes:
        return content[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES]

    postings = SealedPostings(first_position, start, read)
    positions = [first_position + number for number in numbers]
    for position in [first_position + number for number in [*asked, *numbers[:3], *numbers[-3:]]]:
        below, above = bisect_right(positions, position), bisect_left(positions, position)
        assert postings.floor(position) == (positions[below - 1] if below else 0)
        assert postings.ceiling(position) == (positions[above] if above < length else None)


def sealed(count: int) -> SealedIndex:
    """An index of so many ids and no subjects, in memory."""
    facts = SegmentFacts("log", 11, 10 + count, count * 100, "before", "end")
    keys = DIGESTS.of_ids([b"%d" % number for number in range(count)])
    entries = Entries(keys, (), array("Q", range(0, count * 100 + 1, 100)), {"event": count})
    path = Path("/nowhere")

    def rebuild() -> bytes:
        raise AssertionError("nothing is damaged")

    return SealedIndex(SystemFiles(), path, rebuild, form_index(facts, entries))


def read(index: SealedIndex, offset: int, length: int) -> bytes:
    return index.block(offset, length)


@pytest.mark.parametrize("count", [1, 2, 254, 255, 256, 3_000])
def test_keys_over_many_blocks(count: int) -> None:
    index = sealed(count)
    for number in range(count):
        assert index.position_of(DIGESTS.of_id(b"%d" % number), read) == 11 + number
    for number in range(count, count + 500):
        assert index.find(DIGESTS.of_id(b"%d" % number), read) is None
    assert index.find(bytes(KEY_BYTES), read) is None
    assert index.find(b"\xff" * KEY_BYTES, read) is None


def test_keys_between_two_blocks_are_in_none() -> None:
    """Right behind the last key of each block, and right before the first of the next one."""
    index = sealed(3_000)
    section = index._places.keys
    blocks = [index.block(*section.place(number)) for number in range(section.blocks)]
    assert len(blocks) > 3
    for before, behind in pairwise(blocks):
        last = int.from_bytes(before[-RECORD_BYTES : -RECORD_BYTES + KEY_BYTES], "big")
        first = int.from_bytes(behind[:KEY_BYTES], "big")
        for key in (last + 1, (last + first) // 2, first - 1):
            assert index.find(key.to_bytes(KEY_BYTES, "big"), read) is None
        assert index.find(last.to_bytes(KEY_BYTES, "big"), read) is not None
        assert index.find(first.to_bytes(KEY_BYTES, "big"), read) is not None


@pytest.mark.parametrize("stands", [False, True])
def test_a_key_is_looked_for_where_records_begin(*, stands: bool) -> None:
    """The bytes of one record and of the next may be those of a key that is asked for."""
    lowest, highest = b"\x10" * 4 + b"\x20" * (KEY_BYTES - 4), b"\xf0" * KEY_BYTES
    between = lowest[4:] + (0).to_bytes(4, "little")
    keys = [lowest, *([between] if stands else []), highest]
    facts = SegmentFacts("log", 11, 10 + len(keys), len(keys) * 100, "before", "end")
    offsets = array("Q", range(0, len(keys) * 100 + 1, 100))
    image = form_index(facts, Entries(keys, (), offsets, {"event": len(keys)}))
    assert lowest < between < highest
    assert image.count(between) == 1 + stands
    index = SealedIndex(SystemFiles(), Path("/nowhere"), lambda: image, image)
    assert index.position_of(between, read) == (12 if stands else None)
    assert index.position_of(highest, read) == 10 + len(keys)


def test_ranges_over_many_blocks() -> None:
    index = sealed(3_000)
    chance = random.Random(1)
    for _ in range(300):
        first = chance.randint(11, 3_010)
        last = chance.randint(first, 4_000)
        found = index.range(first, last, read)
        end = min(last, 3_010)
        assert (found.segment, found.first, found.last) == (11, first, end)
        assert (found.offset, found.length) == ((first - 11) * 100, (end - first + 1) * 100)


def test_an_image_that_is_no_index_is_refused() -> None:
    with pytest.raises(ValueError, match="no index"):
        SealedIndex(SystemFiles(), Path("/nowhere"), lambda: b"", b"x" * 1_000)


@pytest.mark.parametrize("count", [1, 3, 1_000, 20_000])
def test_a_filter_knows_every_key_and_few_others(count: int) -> None:
    known = DIGESTS.of_ids([b"%d" % number for number in range(count)])
    words = form_filter(b"".join(key + bytes(4) for key in known), RECORD_BYTES)
    assert len(words) == filter_words(count)
    for filled in (words, widened(words, len(words) * 4)):
        assert all(may_hold(filled, key) for key in known)
        unknown = DIGESTS.of_ids([b"%d" % number for number in range(count, count + 20_000)])
        assert sum(may_hold(filled, key) for key in unknown) < 20_000 / GROUP_SEGMENTS / 4


@pytest.mark.parametrize("bits_set", [4, 32, 60, 64])
def test_a_group_says_what_its_filters_say(tmp_path: Path, bits_set: int) -> None:
    """Filters of several sizes, from nearly empty to full."""
    chance = random.Random(bits_set)

    def word() -> int:
        return sum(1 << bit for bit in chance.sample(range(64), bits_set))

    filters = [array("Q", [word() for _ in range(chance.choice([2, 4, 8]))]) for _ in range(GROUP_SEGMENTS)]
    facts = [SegmentFacts("log", number, number, 100, "before", "end") for number in range(GROUP_SEGMENTS)]
    group = FilterGroup(SystemFiles(), tmp_path / "index" / "group", facts, 8, lambda: filters)
    for _ in range(500):
        number, mask = (
            chance.randrange(1 << 28),
            chance.choice([1, 1 << 63, 1 << 62 | 1, 1 << 63 | 1 << 31 | 2, word()]),
        )
        expected = [place for place, words in enumerate(filters) if words[number & len(words) - 1] & mask == mask]
        assert list(group.candidates(number, mask)) == expected
    group.close()


def may_hold(words: "array[int]", key: bytes) -> bool:
    number, mask = probe(key)
    return words[number & len(words) - 1] & mask == mask
