"""A block that closed once is known by its digest, and is believed for its bytes alone."""

from pathlib import Path

import pytest

from eventrail.log.closing import first_open_line
from eventrail.log.errors import RangeDamaged
from eventrail.log.events import Query
from eventrail.log.index.port import Range
from eventrail.log.sound_blocks import BLOCK_BYTES, BLOCK_EVENTS, SoundBlocks, is_block, next_block, tile
from tests.kit.logs import append, event, open_log


def block(number: int, length: int = 10) -> Range:
    first = number * BLOCK_EVENTS + 1
    return Range(1, number * length, length, first, first + BLOCK_EVENTS - 1)


def test_what_was_read_once_is_not_taken_apart_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())] * (3 * BLOCK_EVENTS + 7))
    taken_apart: list[int] = []

    def looked(previous_hash: bytes, lines: bytes, first: int, count: int) -> tuple[int, int] | None:
        taken_apart.append(first)
        return first_open_line(previous_hash, lines, first, count)

    monkeypatch.setattr("eventrail.log.segments.first_open_line", looked)
    whole = log.page(Query(after=5))
    assert taken_apart == [6, BLOCK_EVENTS + 1, 2 * BLOCK_EVENTS + 1, 3 * BLOCK_EVENTS + 1]
    assert log.page(Query(after=5)) == whole
    assert taken_apart[4:] == [6, 3 * BLOCK_EVENTS + 1], "what is no whole block is"
    log.close()


@pytest.mark.parametrize("number", [0, BLOCK_EVENTS, 2 * BLOCK_EVENTS - 1])
def test_a_bit_that_turns_in_a_block_that_was_sound_is_never_served(tmp_path: Path, number: int) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"%d" % n)) for n in range(2 * BLOCK_EVENTS)])
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    whole = log.page(Query())
    sound = path.read_bytes()
    place = sound.index(b'"data":%d,' % number) + len(b'"data":')
    damaged = bytearray(sound)
    damaged[place] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(RangeDamaged) as damage:
        log.page(Query())
    assert damage.value.first_position == number + 1
    path.write_bytes(sound)
    assert log.page(Query()) == whole
    log.close()


def test_what_an_index_says_of_parts_is_held_against_the_range() -> None:
    place = Range(1, 0, 20, 1, 2 * BLOCK_EVENTS)
    first, second = block(0), block(1)
    assert tile(place, [first, second])
    for parts in ([], [first], [second], [second, first], [first, first, second], [first, Range(1, 11, 9, 257, 512)]):
        assert not tile(place, parts)
    assert not tile(place, [first, Range(2, 10, 10, 257, 512)])


def test_blocks_begin_where_they_always_do() -> None:
    assert [next_block(position) for position in (1, 2, BLOCK_EVENTS, BLOCK_EVENTS + 1)] == [257, 257, 257, 513]
    assert is_block(block(3))
    assert not is_block(Range(1, 0, 10, 2, BLOCK_EVENTS + 1))
    for events in (BLOCK_EVENTS - 1, BLOCK_EVENTS + 1):
        assert not is_block(Range(1, 0, 10, 1, events))


@pytest.mark.parametrize(("beyond", "known"), [(-1, True), (0, True), (1, False)])
def test_a_block_has_so_many_bytes(beyond: int, *, known: bool) -> None:
    blocks, place = SoundBlocks(), block(0, BLOCK_BYTES + beyond)
    lines = memoryview(bytes(place.length))
    blocks.add(place, lines)
    assert blocks.holds(place, lines) is known


def test_so_many_blocks_are_known_and_the_first_of_them_stay() -> None:
    blocks, lines = SoundBlocks(most=3), memoryview(b"x" * 10)
    known = []
    for count in range(1, 5):
        blocks.add(block(count - 1), lines)
        known.append([number for number in range(4) if blocks.holds(block(number), lines)])
    assert known == [[0], [0, 1], [0, 1, 2], [0, 1, 3]]
    assert not blocks.holds(block(0), memoryview(b"y" * 10))
