"""A damaged, stale or foreign file of the index is noticed and never believed: the answers are those of a scan.

`INDEX_FLIPS` is how many bits of each byte are flipped, 1 by default and 8 at most; `INDEX_SEED` chooses them.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import pytest

from eventrail.log.errors import LogCorrupt, RangeDamaged
from eventrail.log.events import Query
from eventrail.log.examination import list_segments
from eventrail.log.index import sealed as sealed_index
from eventrail.log.index.blocks import CHECKSUM_BYTES
from eventrail.log.index.filter_group import GROUP_SEGMENTS
from eventrail.log.index.loading import load_index, silent
from eventrail.log.index.segment_ends import read_ends
from eventrail.log.index.segmented import SegmentedIndex
from eventrail.log.layout import Layout
from tests.kit.indexed_logs import TINY, Answers, asked, index_files, index_of, make_segments, scanned, written_down
from tests.kit.logs import HastyFiles, append, event, open_log, overwrite

FLIPS: Final = int(os.environ.get("INDEX_FLIPS", "1"))
LATER: Final = 1 if FLIPS > 1 else 4
"""Where a flip costs more, only every so many are made."""
SEED: Final = int(os.environ.get("INDEX_SEED", "20261122"))


def indexed(directory: Path, segments: int) -> Answers:
    """A closed log with its index in files; its answers but for those of the open segment."""
    log = make_segments(directory, segments)
    written_down(log)
    log.close()
    shutil.copytree(directory, directory.parent / "sealed")
    max((directory.parent / "sealed" / "segments").iterdir()).unlink()
    truth = scanned(directory.parent / "sealed")
    shutil.rmtree(directory.parent / "sealed")
    return truth


@contextmanager
def loaded(directory: Path) -> Iterator[SegmentedIndex]:
    """The index of the sealed segments, as a start takes it."""
    files, layout = HastyFiles(), Layout(directory)
    log_id = layout.identity.read_text().split('"')[5]
    sealed = read_ends(files, layout, log_id, list_segments(files, layout))
    index = load_index(files, layout, log_id, sealed, silent)
    try:
        yield index
    finally:
        index.close()


def flips(content: bytes) -> Iterator[bytes]:
    chance = random.Random(SEED)
    for place in range(len(content)):
        for bit in chance.sample(range(8), FLIPS):
            yield content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def wrong_answers(directory: Path, path: Path, truth: Answers) -> Iterator[bool]:
    """Each byte of a file flipped before the index is loaded; and after it, so that a lookup is the first to see it."""
    whole = path.read_bytes()
    for number, damaged in enumerate(flips(whole)):
        overwrite(path, damaged)
        with loaded(directory) as index:
            yield is_wrong(index, truth)
        if number % LATER == 0:
            overwrite(path, whole)
            with loaded(directory) as index:
                overwrite(path, damaged)
                yield is_wrong(index, truth)


def is_wrong(index: SegmentedIndex, truth: Answers) -> bool:
    try:
        return asked(index, truth) != truth
    except (IndexError, OverflowError):
        return True


def test_no_flipped_bit_of_an_index_file_is_believed(tmp_path: Path) -> None:
    truth = indexed(tmp_path / "log", 3)
    path = index_files(tmp_path / "log")[1]
    assert not any(wrong_answers(tmp_path / "log", path, truth)), f"INDEX_SEED={SEED}"


def test_no_flipped_bit_of_a_group_of_filters_is_believed(tmp_path: Path) -> None:
    truth = indexed(tmp_path / "log", GROUP_SEGMENTS)
    path = Layout(tmp_path / "log").filter_file(1)
    whole = path.read_bytes()
    with loaded(tmp_path / "log") as index:
        for damaged in islice(flips(whole), 0, None, LATER):
            overwrite(path, damaged)
            assert {event_id: index.position_of(event_id) for event_id in truth.ids} == truth.ids
            index.maintain()
    with loaded(tmp_path / "log"):
        assert path.read_bytes() == whole


def test_flips_without_checksums_are_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the checksums that the answers rest on."""
    truth = indexed(tmp_path / "log", 3)
    monkeypatch.setattr(sealed_index, "content_of", lambda block, _seed, _offset, _length: block[:-CHECKSUM_BYTES])
    path = index_files(tmp_path / "log")[1]
    assert any(wrong_answers(tmp_path / "log", path, truth))


def test_a_truncated_file_is_not_believed(tmp_path: Path) -> None:
    truth = indexed(tmp_path / "log", 2)
    path = index_files(tmp_path / "log")[0]
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        overwrite(path, whole)
        with loaded(tmp_path / "log") as index:
            overwrite(path, whole[:length])
            assert asked(index, truth) == truth
        with loaded(tmp_path / "log") as index:
            assert asked(index, truth) == truth


def test_files_that_changed_places_are_not_believed(tmp_path: Path) -> None:
    truth = indexed(tmp_path / "log", 3)
    first, second, third = index_files(tmp_path / "log")
    contents = [path.read_bytes() for path in (first, second, third)]
    with loaded(tmp_path / "log") as index:
        first.write_bytes(contents[1])
        second.write_bytes(contents[2])
        third.unlink()
        assert asked(index, truth) == truth
    with loaded(tmp_path / "log") as index:
        assert asked(index, truth) == truth
    assert [path.read_bytes() for path in (first, second, third)] == contents


def test_files_of_another_log_are_not_believed(tmp_path: Path) -> None:
    truth = indexed(tmp_path / "log", GROUP_SEGMENTS)
    indexed(tmp_path / "other", GROUP_SEGMENTS)
    for path in index_files(tmp_path / "other"):
        assert (tmp_path / "log" / "index" / path.name).exists()
        shutil.copy(path, tmp_path / "log" / "index" / path.name)
    with loaded(tmp_path / "log") as index:
        assert asked(index, truth) == truth


def test_an_index_of_the_same_log_before_it_was_restored_is_not_believed(tmp_path: Path) -> None:
    """An older copy goes on differently, in the same positions and with segments of the same size."""
    log = make_segments(tmp_path / "log", 1)
    log.close()
    shutil.copytree(tmp_path / "log", tmp_path / "restored")
    for directory, first_id in ((tmp_path / "log", 1_000), (tmp_path / "restored", 2_000)):
        again = open_log(directory, TINY, files=HastyFiles())
        for number in range(first_id, first_id + 20):
            again.commit([append(event(b'"same size"', number=number))])
        written_down(again)
        again.close()
    names = [path.name for path in index_files(tmp_path / "log")]
    assert names == [path.name for path in index_files(tmp_path / "restored")]
    for name in names:
        shutil.copy(tmp_path / "log" / "index" / name, tmp_path / "restored" / "index" / name)
    truth = scanned(tmp_path / "restored")
    again = open_log(tmp_path / "restored", TINY, files=HastyFiles())
    assert asked(index_of(again), truth) == truth
    again.close()


def test_where_index_and_segment_are_damaged_nothing_is_answered(tmp_path: Path) -> None:
    truth = indexed(tmp_path, 3)
    log = open_log(tmp_path, TINY, files=HastyFiles())
    segment = Layout(tmp_path).segment(truth.places[4][0])
    content = segment.read_bytes()
    segment.write_bytes(content.replace(b'"third:', b'"fourt:', 1))
    Layout(tmp_path).index_file(int(segment.stem)).write_bytes(b"")
    with pytest.raises(RangeDamaged) as damage:
        log.page(Query(0, None, 100, (), ("third:1",), backward=False))
    assert damage.value.file == segment
    log.close()
    with pytest.raises(LogCorrupt, match="the hash does not close") as refusal:
        open_log(tmp_path, TINY, files=HastyFiles())
    assert (refusal.value.file, refusal.value.first_position) == (segment, int(segment.stem))


def test_a_start_refuses_a_damaged_segment_whose_filter_is_damaged(tmp_path: Path) -> None:
    """The ends of the segment and the header of its index fit: what is damaged in both is missed by nothing else."""
    truth = indexed(tmp_path, 3)
    segment = Layout(tmp_path).segment(truth.places[4][0])
    first, middle, last, end = segment.read_bytes().split(b"\n")
    segment.write_bytes(b"\n".join((first, middle.replace(b'"third:', b'"fourt:', 1), last, end)))
    path = Layout(tmp_path).index_file(int(segment.stem))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(LogCorrupt, match="the hash does not close") as refusal:
        open_log(tmp_path, TINY, files=HastyFiles())
    assert (refusal.value.file, refusal.value.offset) == (segment, len(first) + 1)
    path.write_bytes(whole)
    open_log(tmp_path, TINY, files=HastyFiles()).close()
