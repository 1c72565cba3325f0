"""Files that can't be opened because too many are: nothing is lost, and it is tried again."""

import errno
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.errors import DescriptorsExhausted, DiskFull, RangeDamaged, SyncFailed
from eventrail.log.events import Appended, Query
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from eventrail.log.segment_files import SegmentFiles
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, event, numbered_id, open_log

SHORT = Options(segment_bytes=300, extend_bytes=0, reserve_bytes=0)


class CountingFiles(FaultyFiles):
    """Knows what is open."""

    def __init__(self) -> None:
        super().__init__()
        self.descriptors: set[int] = set()

    def open(self, path: Path, flags: int) -> int:
        descriptor = super().open(path, flags)
        self.descriptors.add(descriptor)
        return descriptor

    def close(self, descriptor: int) -> None:
        self.descriptors.remove(descriptor)
        super().close(descriptor)


@pytest.mark.parametrize("error_number", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("call", ["open", "sync_directory"])
def test_a_roll_without_a_descriptor_is_undone_and_made_later(tmp_path: Path, call: str, error_number: int) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, SHORT, files=files)
    log.commit([append(event(number=1))])
    files.fail_next(call, error_number)
    with pytest.raises(DescriptorsExhausted) as refusal:
        log.commit([append(event(number=2))])
    assert refusal.value.error_number == error_number
    assert (log.head.position, log.line_by_id(numbered_id(2))) == (1, None)
    files.trace.clear()
    assert log.commit([append(event(number=2))]) == [Appended(2, 2)]
    assert [name for _, name in files.calls("sync_directory")] == ["segments"]
    log.close()
    assert len(read_log(tmp_path).events) == 2


def test_the_name_of_a_segment_is_durable_before_the_first_answer_from_it(tmp_path: Path) -> None:
    """However often that could not be done, and whatever else went wrong in between."""
    files = FaultyFiles()
    log = open_log(tmp_path, SHORT, files=files)
    log.commit([append(event())])
    for fault in (("sync_directory", errno.EMFILE), ("sync_directory", errno.ENFILE), ("write_at", errno.ENOSPC)):
        files.fail_next(*fault)
        with pytest.raises((DescriptorsExhausted, DiskFull)):
            log.commit([append(event())])
    files.trace.clear()
    log.commit([append(event())])
    calls = [call for call, _ in files.calls("sync_directory", "write_at", "sync_data")]
    assert calls == ["write_at", "sync_data"]
    log.close()


def test_a_sealed_segment_that_can_not_be_opened_now_is_not_damaged(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, SHORT, files=files)
    for _ in range(3):
        log.commit([append(event())])
    log.close()
    log = open_log(tmp_path, SHORT, files=files)
    (place,) = log._index.ranges(1, 1)
    log._segments._segment_files._close_idle(0)
    files.fail_next("open", errno.EMFILE)
    with pytest.raises(DescriptorsExhausted):
        log._segments.read(place)
    assert log.alarms() == ()
    assert log.line_at(1) is not None
    log.close()


def test_a_file_that_can_not_be_opened_closes_one_that_nobody_reads(tmp_path: Path) -> None:
    files = FaultyFiles()
    for name in (1, 2):
        Layout(tmp_path).segments.mkdir(exist_ok=True)
        Layout(tmp_path).segment(name).write_bytes(b"x")
    held = SegmentFiles(files, Layout(tmp_path))
    with held.borrowed(1):
        pass
    files.fail_next("open", errno.EMFILE)
    with held.borrowed(2) as descriptor:
        assert files.read_at(descriptor, 1, 0) == b"x"
        files.fail_next("open", errno.EMFILE)
        with pytest.raises(OSError, match="EMFILE"), held.borrowed(1):
            pass
    held.close()


@pytest.mark.parametrize("held", [1, 2, 3])
def test_no_more_descriptors_are_held_than_allowed(tmp_path: Path, held: int) -> None:
    files = CountingFiles()
    layout = Layout(tmp_path)
    layout.segments.mkdir()
    for name in range(1, 6):
        layout.segment(name).write_bytes(b"%d" % name)
    segment_files = SegmentFiles(files, layout, held)
    writer = segment_files.open_for_writing(5)
    for _ in range(2):
        for name in range(1, 5):
            with segment_files.borrowed(name) as descriptor, segment_files.borrowed(name) as again:
                assert files.read_at(descriptor, 9, 0) == b"%d" % name
                assert again == descriptor
        assert len(files.descriptors) <= max(held, 1)
    assert writer in files.descriptors
    segment_files.close()
    assert not files.descriptors


def test_a_long_log_is_read_with_few_descriptors_and_leaves_none(tmp_path: Path) -> None:
    files = CountingFiles()
    log = open_log(tmp_path, SHORT, files=files)
    log._segments._segment_files._held = 3
    for _ in range(12):
        log.commit([append(event())])
    assert log.page(Query()).count == 12
    assert log.page(Query(backward=True)).count == 12
    assert len([d for d in files.descriptors if files._names[d].endswith(".ndjson")]) <= 3
    log.close()
    assert not files.descriptors


def test_control_a_segment_that_is_gone_is_damaged(tmp_path: Path) -> None:
    log = open_log(tmp_path, SHORT)
    for _ in range(3):
        log.commit([append(event())])
    log._segments._segment_files._close_idle(0)
    (tmp_path / "segments" / f"{1:020}.ndjson").unlink()
    with pytest.raises(RangeDamaged):
        log.line_at(1)
    assert log.line_at(3) is not None
    log.close()


@pytest.mark.parametrize("call", ["allocate", "sync_directory"])
def test_a_start_that_fails_leaves_nothing_open(tmp_path: Path, call: str) -> None:
    log = open_log(tmp_path, SHORT)
    for _ in range(3):
        log.commit([append(event())])
    log.close()
    files = CountingFiles()
    files.fail_next(call, errno.EIO)
    with pytest.raises(SyncFailed):
        open_log(tmp_path, Options(segment_bytes=300, extend_bytes=0, reserve_bytes=300), files=files)
    assert not files.descriptors
