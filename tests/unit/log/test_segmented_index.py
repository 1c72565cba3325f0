"""The index over sealed segments: the same answers from memory, from files, from groups of filters, after any start."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from eventrail.log.errors import LogCorrupt
from eventrail.log.index import blocks as index_blocks
from eventrail.log.index.filter_group import GROUP_SEGMENTS
from eventrail.log.index.segmented import REST_SECONDS
from eventrail.log.index.turns import TURN_ITEMS
from eventrail.log.layout import Layout
from eventrail.log.log import SEGMENTS_WAITING, Log
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.indexed_logs import TINY, asked, index_files, index_of, make_segments, scanned, written_down
from tests.kit.logs import NOON, HastyFiles, append, crash, event, open_log


@pytest.mark.parametrize("segments", [1, 2, GROUP_SEGMENTS - 1, GROUP_SEGMENTS, GROUP_SEGMENTS + 1])
def test_memory_files_and_groups_answer_alike(tmp_path: Path, segments: int) -> None:
    log = make_segments(tmp_path, segments)
    truth = scanned(tmp_path)
    assert truth.runs == segments + 1
    index = index_of(log)
    assert asked(index, truth) == truth
    while index.maintain():
        assert asked(index, truth) == truth
    assert index.waiting == 0
    names = [path.name for path in index_files(tmp_path)]
    assert len([name for name in names if name.endswith(".index")]) == segments
    assert len([name for name in names if name.endswith(".filters")]) == segments // GROUP_SEGMENTS
    log.close()
    again = open_log(tmp_path, TINY, files=HastyFiles())
    assert asked(index_of(again), truth) == truth
    again.close()


def test_an_index_that_was_deleted_is_formed_again_as_it_was(tmp_path: Path) -> None:
    log = make_segments(tmp_path, GROUP_SEGMENTS + 2)
    written_down(log)
    truth = scanned(tmp_path)
    log.close()
    before = {path.name: path.read_bytes() for path in index_files(tmp_path)}
    shutil.rmtree(tmp_path / "index")
    told: list[tuple[int, int]] = []
    again = Log.open(
        tmp_path, TINY, files=HastyFiles(), clock=lambda: NOON, progress=lambda done, total: told.append((done, total))
    )
    assert asked(index_of(again), truth) == truth
    assert {path.name: path.read_bytes() for path in index_files(tmp_path)} == before
    sealed_bytes = sum(path.stat().st_size for path in (tmp_path / "segments").iterdir()) - (
        Layout(tmp_path).segment(truth.places[-1][0]).stat().st_size
    )
    assert [total for _, total in told] == [sealed_bytes] * len(told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (sealed_bytes, sealed_bytes)
    again.close()


def test_a_commit_works_off_what_nobody_has_written_down(tmp_path: Path) -> None:
    log = make_segments(tmp_path, 12)
    assert index_of(log).waiting <= SEGMENTS_WAITING + 1
    assert asked(index_of(log), truth := scanned(tmp_path)) == truth
    log.close()


def test_a_large_segment_is_written_down_in_turns_unless_the_next_one_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr("eventrail.log.index.segmented.time", SimpleNamespace(sleep=rests.append))
    events = 3 * TURN_ITEMS
    log = open_log(tmp_path, Options(segment_bytes=1, extend_bytes=0, reserve_bytes=0), files=HastyFiles())
    for _ in range(3):
        log.commit([append(*[event(b"{}", "all:1") for _ in range(events)])])
    index = index_of(log)
    assert (index.waiting, rests) == (2, [])
    index.maintain()
    assert (index.waiting, rests) == (1, []), "the next segment waits"
    index.maintain()
    # The ids' keys, the records made and sorted, the lines of a type and of a tag, the filter.
    assert (index.waiting, set(rests), len(rests) >= 5 * events // TURN_ITEMS) == (0, {REST_SECONDS}, True)
    assert asked(index, truth := scanned(tmp_path)) == truth
    log.close()


class Measured(HastyFiles):
    """Counts the bytes that are read."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
        found = super().read_at(descriptor, length, offset)
        self.read_bytes += len(found)
        return found


def test_a_start_reads_the_ends_of_sealed_segments_only(tmp_path: Path) -> None:
    options = type(TINY)(segment_bytes=2_000_000, extend_bytes=0, reserve_bytes=0)
    log = open_log(tmp_path, options, files=HastyFiles())
    for number in range(1, 66):
        log.commit([append(event(b'"' + b"x" * 100_000 + b'"', number=number))])
    written_down(log)
    log.close()
    sizes = [path.stat().st_size for path in sorted((tmp_path / "segments").iterdir())]
    files = Measured()
    open_log(tmp_path, options, files=files).close()
    assert len(sizes) == 4
    # The open segment whole, of each other one a line at its beginning and two at its end, and a little of the index.
    assert sizes[-1] < files.read_bytes < sizes[-1] + 3 * 700_000 < sum(sizes)


def test_a_witnessed_head_in_a_sealed_segment_is_held_against_its_line(tmp_path: Path) -> None:
    log = make_segments(tmp_path, 3)
    written_down(log)
    truth = scanned(tmp_path)
    log.close()
    head = tmp_path / "head.json"
    segment, offset, length = truth.places[1]
    line = Layout(tmp_path).segment(segment).read_bytes()[offset : offset + length]
    good = line[-67:-3].decode()
    head.write_text(f'{{"position":2,"hash":"{good}"}}\n')
    open_log(tmp_path, TINY, files=HastyFiles()).close()
    head.write_text(f'{{"position":2,"hash":"{good[::-1]}"}}\n')
    with pytest.raises(LogCorrupt, match="another hash there") as refusal:
        open_log(tmp_path, TINY, files=HastyFiles())
    assert (refusal.value.file, refusal.value.first_position) == (head, 2)


def test_a_full_disk_keeps_the_index_in_memory_until_there_is_room(tmp_path: Path) -> None:
    make_segments(tmp_path, GROUP_SEGMENTS + 1).close()
    shutil.rmtree(tmp_path / "index", ignore_errors=True)
    files = FaultyFiles()
    files.room_bytes = 0
    log = open_log(tmp_path, TINY, files=files)
    truth = scanned(tmp_path)
    assert asked(index_of(log), truth) == truth
    assert not index_of(log).maintain()
    assert [path.suffix for path in index_files(tmp_path)] == [".new"] * (GROUP_SEGMENTS + 2)
    files.room_bytes = None
    written_down(log)
    assert asked(index_of(log), truth) == truth
    assert {path.suffix for path in index_files(tmp_path)} == {".index", ".filters"}
    log.close()


class Killed(BaseException):
    """The process ends here."""


class Killing(HastyFiles):
    """Ends the process before its `call`-th change of a file below `index/`."""

    def __init__(self, call: int) -> None:
        self.left = call

    def _count(self, path: Path) -> None:
        if path.parent.name == "index":
            self.left -= 1
            if self.left < 0:
                raise Killed

    def open(self, path: Path, flags: int) -> int:
        self._count(path)
        return super().open(path, flags)

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        self._count(Path(f"/proc/self/fd/{descriptor}").readlink())
        return super().write_at(descriptor, data[:1_000], offset)

    def replace(self, source: Path, target: Path) -> None:
        self._count(target)
        super().replace(source, target)


def test_a_kill_at_any_call_while_the_index_is_written_leaves_what_a_start_copes_with(tmp_path: Path) -> None:
    crash(make_segments(tmp_path, 3))
    truth = scanned(tmp_path)
    kills = 0
    while True:
        shutil.rmtree(tmp_path / "index", ignore_errors=True)
        try:
            crash(open_log(tmp_path, TINY, files=Killing(kills)))
            break
        except Killed:
            kills += 1
        again = open_log(tmp_path, TINY, files=HastyFiles())
        assert asked(index_of(again), truth) == truth
        crash(again)
    assert kills > 3 * 4


def test_garbage_in_the_place_of_an_index_file_is_replaced_at_the_start(tmp_path: Path) -> None:
    log = make_segments(tmp_path, 2)
    written_down(log)
    truth = scanned(tmp_path)
    log.close()
    path = Layout(tmp_path).index_file(1)
    whole = path.read_bytes()
    for garbage in (b"", bytes(len(whole)), whole[:-1], whole + b"x", b"\xff" * 100, whole[:30]):
        path.write_bytes(garbage)
        again = open_log(tmp_path, TINY, files=HastyFiles())
        assert asked(index_of(again), truth) == truth
        again.close()
        assert path.read_bytes() == whole


def test_checksums_hold_the_place_of_a_block() -> None:
    section = index_blocks.Section(100, 2 * index_blocks.BLOCK_BYTES)
    content = bytes(section.size)
    formed = b"".join(index_blocks.form_section(section, content, 7))
    offset, length = section.place(1)
    second = formed[offset - 100 :]
    assert index_blocks.content_of(second, 7, offset, length) == bytes(index_blocks.BLOCK_BYTES)
    assert index_blocks.content_of(second, 7, 100, length) is None
    assert index_blocks.content_of(second, 8, offset, length) is None
    assert index_blocks.content_of(second[:-1], 7, offset, length) is None
