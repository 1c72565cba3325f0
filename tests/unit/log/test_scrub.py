"""The scrub and the reads: whatever becomes of the stored bytes while the log is open, none of it is served."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from eventrail.log.alarms import DAMAGES_SHOWN, alarms
from eventrail.log.damages import DAMAGES_KEPT, Damage, Damages
from eventrail.log.errors import RangeDamaged
from eventrail.log.events import Appended, Query
from eventrail.log.line import follow, form_line, genesis
from eventrail.log.log import Log
from eventrail.log.options import Options
from eventrail.log.scrub import PIECE_BYTES
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import NOON, append, event, next_ids, numbered_id, open_log, overwrite

OPTIONS = Options(segment_bytes=500, extend_bytes=0, reserve_bytes=0, scrub_pause_seconds=0)


def six_events(directory: Path, files: FaultyFiles | None = None) -> Log:
    """Three segments of two events: two are sealed."""
    log = open_log(directory, OPTIONS, files=files)
    for number in range(1, 7):
        log.commit([append(event(b'"\\u0000"', number=number))])
    settle(log)
    return log


def settle(log: Log) -> None:
    """Until a round of the scrub has ended."""
    rounds = log.statistics().scrub.rounds
    while log.statistics().scrub.rounds == rounds:
        log.maintain()


def segment(directory: Path, first_position: int) -> Path:
    return directory / "segments" / f"{first_position:020}.ndjson"


def flip(path: Path, offset: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1 << bit
    overwrite(path, content)


def lines_of(log: Log) -> list[bytes]:
    return log.page(Query()).lines.splitlines(keepends=True)


def test_a_round_verifies_every_segment(tmp_path: Path) -> None:
    log = six_events(tmp_path)
    report = log.statistics().scrub
    assert (report.verified_segments, report.damages) == (3, ())
    assert report.read_bytes == log.statistics().size_bytes == log.scrubbed_bytes
    assert report.last_round_seconds is not None
    assert log.alarms() == ()
    log.close()


@pytest.mark.parametrize("first_position", [1, 3, 5])
def test_every_flipped_bit_is_found_by_its_reader_and_by_the_scrub(tmp_path: Path, first_position: int) -> None:
    log = six_events(tmp_path)
    expected = lines_of(log)
    path = segment(tmp_path, first_position)
    content = path.read_bytes()
    first_length = len(expected[first_position - 1])
    for offset in range(0, len(content), 3):
        flip(path, offset, offset % 8)
        hurt = first_position + (offset >= first_length)
        with pytest.raises(RangeDamaged):
            log.page(Query())
        with pytest.raises(RangeDamaged) as refusal:
            log.line_at(hurt)
        assert (refusal.value.file, refusal.value.first_position) == (path, hurt)
        for position in {1, 2, 3, 4, 5, 6} - {hurt, hurt + 1}:
            assert log.line_at(position) == expected[position - 1]
        settle(log)
        found = [damage for damage in log.statistics().scrub.damages if damage.first_position == hurt]
        assert [damage.file for damage in found] == [path.name], offset
        overwrite(path, content)
        settle(log)
        assert log.alarms() == ()
    assert lines_of(log) == expected
    log.close()


def test_damage_turns_health_red_with_file_and_positions(tmp_path: Path) -> None:
    log = six_events(tmp_path)
    flip(segment(tmp_path, 3), 40)
    settle(log)
    (alarm,) = log.alarms()
    assert alarm == f"range-damaged: segments/{3:020}.ndjson, byte 0, positions 3 to 3: the hash does not close"
    assert log.statistics().scrub.verified_segments == 2
    assert log.commit([append(event())]) == [Appended(7, 7)]
    log.close()


def test_damage_stays_until_the_segment_is_whole_again(tmp_path: Path) -> None:
    log = six_events(tmp_path)
    path = segment(tmp_path, 1)
    flip(path, 40)
    for _ in range(3):
        settle(log)
        assert len(log.alarms()) == 1
    flip(path, 40)
    assert len(log.alarms()) == 1
    settle(log)
    assert log.alarms() == ()
    assert log.statistics().scrub.verified_segments == 3
    log.close()


@pytest.mark.parametrize(
    ("damage", "positions"),
    [
        (lambda content: content[:-1], (2, 2)),
        (lambda content: content[: content.index(b"\n") + 1], (2, 2)),
        (lambda content: content + bytes(8), (3, 3)),
        (lambda content: content + content, (3, 3)),
        (lambda content: content[:0], (1, 2)),
        (lambda content: bytes(len(content)), (1, 2)),
        (lambda content: content[::-1], (1, 2)),
    ],
    ids=["no newline", "a line less", "zeros", "twice", "empty", "all zeros", "backwards"],
)
def test_a_segment_that_became_another_is_found(
    tmp_path: Path, damage: Callable[[bytes], bytes], positions: tuple[int, int]
) -> None:
    log = six_events(tmp_path)
    path = segment(tmp_path, 1)
    path.write_bytes(damage(path.read_bytes()))
    settle(log)
    found = log.statistics().scrub.damages[0]
    assert (found.segment, found.first_position, found.last_position) == (1, *positions)
    assert log.line_at(5) is not None
    log.close()


def test_a_rewritten_line_with_a_fresh_hash_breaks_at_the_next(tmp_path: Path) -> None:
    """What a reader of this one line can't see, whoever reads the whole segment does."""
    log = six_events(tmp_path)
    path = segment(tmp_path, 1)
    first, second = path.read_bytes().splitlines(keepends=True)
    stored = follow(genesis(log.log_id), first)
    forged, _ = form_line(event(b'"\\u0009"'), stored.id, 1, stored.time, 1, 0, genesis(log.log_id).hash)
    path.write_bytes(forged + second)
    settle(log)
    assert [damage.first_position for damage in log.statistics().scrub.damages] == [2]
    log.close()


def test_a_segment_that_can_not_be_read_is_damaged_and_the_others_go_on(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = six_events(tmp_path, files)
    (place,) = log._index.ranges(1, 2)
    files.fail_next("read_at", errno.EIO)
    with pytest.raises(RangeDamaged) as refusal:
        log._segments.read(place)
    assert (refusal.value.first_position, refusal.value.last_position) == (1, 2)
    assert "it can't be read" in log.alarms()[0]
    assert log.line_at(3) is not None
    settle(log)
    assert log.alarms() == ()
    files.fail_next("read_at", errno.EIO)
    settle(log)
    (damage,) = log.statistics().scrub.damages
    assert (damage.segment, damage.reason) == (1, "it can't be read: EIO")
    log.close()


def test_a_line_behind_one_that_is_not_readable_is_held_back_with_it(tmp_path: Path) -> None:
    """The first line of a segment closes over the last one of the segment before."""
    log = six_events(tmp_path)
    path = segment(tmp_path, 1)
    flip(path, path.stat().st_size - 20)
    with pytest.raises(RangeDamaged):
        log.line_at(3)
    assert log.line_at(4) is not None
    log.close()


def test_an_append_is_compared_with_what_it_finds_or_not_at_all(tmp_path: Path) -> None:
    log = six_events(tmp_path)
    flip(segment(tmp_path, 3), 200)
    with pytest.raises(RangeDamaged):
        log.commit([append(event(b'"\\u0000"', number=3))])
    assert log.commit([append(event(number=9))]) == [Appended(7, 7)]
    assert log.line_by_id(numbered_id(9)) is not None
    log.close()


def test_a_piece_is_bounded(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(extend_bytes=0, reserve_bytes=0, scrub_pause_seconds=0))
    data_bytes = PIECE_BYTES // 4 - 1_000
    for _ in range(12):
        log.commit([append(event(b"1" * data_bytes))])
    pieces = []
    more = True
    while more:
        before = log.scrubbed_bytes
        more = log.maintain()
        pieces.append(log.scrubbed_bytes - before)
    assert len(pieces) == 3
    assert sum(pieces) == log.statistics().size_bytes
    assert max(pieces) < PIECE_BYTES + data_bytes + 1_000
    log.close()


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_round_begins_when_the_pause_is_over(tmp_path: Path, beyond: int) -> None:
    up_seconds = [0.0]
    options = Options(extend_bytes=0, reserve_bytes=0, scrub_pause_seconds=60)
    log = Log.open(tmp_path, options, clock=lambda: NOON, steady=lambda: up_seconds[0], new_ids=next_ids)
    log.commit([append(event())])
    assert log.maintain() is False
    read = log.scrubbed_bytes
    up_seconds[0] = 60 + beyond
    assert log.maintain() is False
    assert log.scrubbed_bytes == (read if beyond < 0 else 2 * read)
    log.close()


def test_a_round_goes_on_while_the_log_grows_and_rolls(tmp_path: Path) -> None:
    log = six_events(tmp_path)
    for _ in range(20):
        log.commit([append(event())])
        log.maintain()
    settle(log)
    settle(log)
    assert log.alarms() == ()
    assert log.statistics().scrub.verified_segments == log.statistics().segments
    log.close()


def test_an_empty_log_has_nothing_to_scrub(tmp_path: Path) -> None:
    log = open_log(tmp_path, OPTIONS)
    assert log.maintain() is False
    assert log.statistics().scrub.damages == ()
    log.close()


def test_the_scrub_asks_for_the_disk_and_not_for_the_cache(tmp_path: Path) -> None:
    asked = []

    class Watching(FaultyFiles):
        def forget_cached(self, descriptor: int) -> None:
            asked.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
            super().forget_cached(descriptor)
            raise OSError(errno.EINVAL, "not for this file")

    log = six_events(tmp_path, Watching())
    assert asked == [str(segment(tmp_path, position)) for position in (1, 3, 5)]
    log.close()


def test_only_some_damages_are_shown_and_no_more_than_some_kept() -> None:
    damages = Damages()
    for position in range(DAMAGES_KEPT + 1, 0, -1):
        damages.add(Damage(1, "x", 0, position, position, "gone"))
    known = damages.known()
    assert len(known) == DAMAGES_KEPT
    assert known[0].first_position == 2
    shown = list(alarms(failure=None, stalled_seconds=0, stall_limit_seconds=1, jump=None, damages=known))
    assert len(shown) == DAMAGES_SHOWN + 1
    assert shown[-1] == f"range-damaged: and {DAMAGES_KEPT - DAMAGES_SHOWN} more places"
    for count, last in ((DAMAGES_SHOWN, "gone"), (DAMAGES_SHOWN - 1, "gone"), (DAMAGES_SHOWN + 1, "more places")):
        some = list(alarms(failure=None, stalled_seconds=0, stall_limit_seconds=1, jump=None, damages=known[:count]))
        assert some[-1].endswith(last)
    damages.heal(1)
    assert damages.known() == ()
