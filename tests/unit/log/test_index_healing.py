"""Index files that are of another program, and lookups that meet damage in both: what is formed again, what refused."""

import errno
import json
from array import array
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from eventrail.log.errors import LogCorrupt, RangeDamaged
from eventrail.log.events import Query
from eventrail.log.files import SystemFiles
from eventrail.log.index.filter_group import GROUP_SEGMENTS, FilterGroup
from eventrail.log.index.format import FRONT_BYTES, PREAMBLE, SegmentFacts
from eventrail.log.layout import Layout
from eventrail.log.line import parse_line
from eventrail.log.log import Log
from eventrail.log.options import Options
from eventrail.log.transfer import READ_BYTES
from tests.kit.faulty_files import FaultyFiles
from tests.kit.forged_lines import hashed_anew
from tests.kit.indexed_logs import TINY, asked, index_of, make_segments, scanned, written_down
from tests.kit.logs import HastyFiles, append, event, numbered_id, open_log


def indexed(directory: Path, segments: int = 3) -> Log:
    """An open log whose sealed segments have their index in files."""
    log = make_segments(directory, segments)
    written_down(log)
    return log


def header_of(content: bytes) -> bytes:
    length = int.from_bytes(content[len(PREAMBLE) : len(PREAMBLE) + 4], "little")
    return content[FRONT_BYTES : FRONT_BYTES + length]


def with_header(content: bytes, header: bytes) -> bytes:
    """The same file under another header, with the length and the checksum of that one."""
    front = PREAMBLE + len(header).to_bytes(4, "little") + crc32(header).to_bytes(4, "little")
    return front + header + content[FRONT_BYTES + len(header_of(content)) :]


def changed(content: bytes, **fields: object) -> bytes:
    return json.dumps(json.loads(header_of(content)) | fields, separators=(",", ":")).encode()


FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "of a later format": lambda content: changed(content, format=2),
    "of a machine with the other byte order": lambda content: changed(content, byte_order="middle"),
    "of another shape": lambda _content: b'{"format":1}',
    "no JSON": lambda _content: b"index",
    "no UTF-8": lambda content: header_of(content).replace(b"common", b"comm\xff\xff"),
}


@pytest.mark.parametrize("foreign", FOREIGN)
def test_an_index_under_a_sound_checksum_that_is_not_ours_is_formed_again(tmp_path: Path, foreign: str) -> None:
    indexed(tmp_path).close()
    path = Layout(tmp_path).index_file(1)
    whole = path.read_bytes()
    header = FOREIGN[foreign](whole)
    assert header != header_of(whole)
    path.write_bytes(with_header(whole, header))
    open_log(tmp_path, TINY, files=HastyFiles()).close()
    assert path.read_bytes() == whole


def test_control_an_index_under_its_own_header_is_taken_as_it_is(tmp_path: Path) -> None:
    indexed(tmp_path).close()
    path = Layout(tmp_path).index_file(1)
    whole = path.read_bytes()
    path.write_bytes(with_header(whole, header_of(whole)))
    before = path.stat().st_mtime_ns
    open_log(tmp_path, TINY, files=HastyFiles()).close()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (whole, before)


def shorter(content: bytes, _hash_before: str) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def without_its_end(content: bytes, _hash_before: str) -> bytes:
    return content[:-1]


def of_another_history(content: bytes, hash_before: str) -> bytes:
    """Of the same size; the chain closes, and ends in another line."""
    return hashed_anew(content.replace(b'"type":"common"', b'"type":"commen"'), hash_before)


def with_another_position(content: bytes, hash_before: str) -> bytes:
    return hashed_anew(content.replace(b'{"position":5,', b'{"position":8,'), hash_before)


@pytest.mark.parametrize("damage", [shorter, without_its_end, of_another_history, with_another_position])
def test_an_index_is_formed_of_nothing_but_the_segment_that_was_written(
    tmp_path: Path, damage: Callable[[bytes, str], bytes]
) -> None:
    log = indexed(tmp_path)
    truth = scanned(tmp_path)
    before, segment = (Layout(tmp_path).segment(first) for first in (1, 4))
    whole, index_file = segment.read_bytes(), Layout(tmp_path).index_file(4)
    damaged = damage(whole, parse_line(before.read_bytes().splitlines(keepends=True)[-1]).hash)
    assert damaged != whole
    segment.write_bytes(damaged)
    index_file.write_bytes(b"")
    with pytest.raises(RangeDamaged) as refusal:
        log.page(Query(tags=("own:5",)))
    assert (refusal.value.file, refusal.value.first_position, refusal.value.last_position) == (segment, 4, 6)
    segment.write_bytes(whole)
    assert asked(index_of(log), truth) == truth, "a segment that is whole again answers again"
    written_down(log)
    assert index_file.stat().st_size > 0
    log.close()


def test_a_segment_without_any_end_of_a_line_is_read_to_its_end_and_refused(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=3_000_000, extend_bytes=0, reserve_bytes=0), files=HastyFiles())
    for number in range(1, 6):
        log.commit([append(event(b'"' + b"x" * 900_000 + b'"', f"own:{number}", number=number))])
    written_down(log)
    segment = Layout(tmp_path).segment(1)
    size = segment.stat().st_size
    assert size > 2 * READ_BYTES
    segment.write_bytes(b"x" * size)
    Layout(tmp_path).index_file(1).write_bytes(b"")
    with pytest.raises(RangeDamaged) as refusal:
        log.line_by_id(numbered_id(2))
    assert refusal.value.file == segment
    assert log.line_by_id(numbered_id(5)) is not None, "the open segment answers"
    log.close()


def test_upkeep_leaves_what_it_cannot_form_to_the_scrub(tmp_path: Path) -> None:
    log = make_segments(tmp_path, GROUP_SEGMENTS - 1)
    index = written_down(log)
    number = 1_000
    while log.statistics().segments <= GROUP_SEGMENTS:
        number += 1
        log.commit([append(event(number=number))])
    segment = Layout(tmp_path).segment(4)
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b'"third:', b'"fourt:', 1))
    Layout(tmp_path).index_file(4).write_bytes(b"")
    while index.maintain():
        pass
    assert not Layout(tmp_path).filter_file(1).exists()
    assert index.waiting == 0
    while log.maintain() or not log.statistics().scrub.rounds:
        pass
    assert [damage.segment for damage in log.statistics().scrub.damages] == [4]
    segment.write_bytes(whole)
    while index.maintain():
        pass
    assert Layout(tmp_path).filter_file(1).exists(), "a segment that is whole again takes its place in the group"
    log.close()


def test_a_start_that_could_read_the_segment_only_at_the_second_time_is_refused(tmp_path: Path) -> None:
    """Its index is formed again for its filter, out of a segment that a failing disk gives and does not give."""
    indexed(tmp_path).close()
    segment, path = Layout(tmp_path).segment(4), Layout(tmp_path).index_file(4)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    class Failing(HastyFiles):
        failed = 0
        opened = -1

        def open(self, path: Path, flags: int) -> int:
            descriptor = super().open(path, flags)
            self.opened = descriptor if path == segment else self.opened
            return descriptor

        def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
            if descriptor == self.opened and length == segment.stat().st_size and not offset and self.is_third():
                raise OSError(errno.EIO, "Input/output error")
            return super().read_at(descriptor, length, offset)

        def is_third(self) -> bool:
            self.failed += 1
            return self.failed == 3

    files = Failing()
    with pytest.raises(LogCorrupt, match="the segment can't be indexed") as refusal:
        open_log(tmp_path, TINY, files=files)
    assert files.failed > 3
    assert (refusal.value.file, refusal.value.first_position, refusal.value.last_position) == (segment, 4, 6)
    open_log(tmp_path, TINY, files=HastyFiles()).close()
    assert path.read_bytes() == whole


FILTERS = [array("Q", [1 << place, 3 << place]) for place in range(GROUP_SEGMENTS)]
ROWS = [(number, 1 << bit) for number in (0, 1) for bit in (0, 1, 31)]


def group_in(files: SystemFiles, directory: Path) -> FilterGroup:
    facts = [SegmentFacts("log", number, number, 100, "before", "end") for number in range(GROUP_SEGMENTS)]
    return FilterGroup(files, directory / "index" / "group", facts, 2, lambda: FILTERS)


def answers_of(group: FilterGroup) -> list[list[int]]:
    return [list(group.candidates(number, mask)) for number, mask in ROWS]


TRUE = [[place for place, words in enumerate(FILTERS) if words[number] & mask == mask] for number, mask in ROWS]


def test_a_group_that_the_disk_does_not_give_is_formed_again(tmp_path: Path) -> None:
    files = FaultyFiles()
    group = group_in(files, tmp_path)
    assert answers_of(group) == TRUE
    files.fail_next("read_at", errno.EIO)
    files.fail_next("read_at", errno.EIO)
    assert answers_of(group) == TRUE
    assert (group.stored, group.store(), group.stored) == (False, True, True), "suspect until it is written again"
    assert answers_of(group) == TRUE
    group.close()


def test_a_group_that_was_closed_under_a_reader_still_answers(tmp_path: Path) -> None:
    group = group_in(SystemFiles(), tmp_path)
    group.close()
    assert answers_of(group) == TRUE


def test_a_group_without_room_answers_from_memory_until_there_is(tmp_path: Path) -> None:
    files = FaultyFiles()
    files.room_bytes = 0
    group = group_in(files, tmp_path)
    assert (group.stored, group.store()) == (False, False)
    assert answers_of(group) == TRUE
    files.room_bytes = None
    assert (group.store(), group.stored) == (True, True)
    assert answers_of(group) == TRUE
    group.close()
