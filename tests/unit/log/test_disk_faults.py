import errno
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.errors import DiskFull, SyncFailed
from eventrail.log.events import Appended, ConditionItem, Query
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import SMALL, append, event, numbered_id, open_log


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_undoes_the_batch_and_the_log_goes_on(tmp_path: Path, error_number: int) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    head, stored = log.head, log.page(Query()).lines
    files.fail_next("write_at", error_number)
    with pytest.raises(DiskFull) as refusal:
        log.commit([append(event(b"1", "a:1", number=1)), append(event())])
    assert refusal.value.error_number == error_number
    assert (log.head, log.page(Query()).lines, log.line_by_id(numbered_id(1))) == (head, stored, None)
    fresh = append(event(b"1", "a:1", number=1), unless=(ConditionItem(tags=("a:1",)),))
    assert log.commit([fresh]) == [Appended(2, 2)]
    log.close()
    assert len(read_log(tmp_path).events) == 2


@pytest.mark.parametrize("options", [SMALL, Options(extend_bytes=4_096)], ids=["growing", "extended"])
@pytest.mark.parametrize("room_bytes", [0, 1, 300, 5_000])
def test_what_was_written_of_a_batch_before_the_disk_was_full_is_undone_durably(
    tmp_path: Path, room_bytes: int, options: Options
) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, options, files=files)
    log.commit([append(event())])
    size = log.statistics().size_bytes
    files.room_bytes = room_bytes
    files.trace.clear()
    with pytest.raises(DiskFull):
        log.commit([append(event(b"1" * 12_000), event(b"2"))])
    segment = f"{1:020}.ndjson"
    assert files.trace[-2:] == [("truncate", segment), ("sync", segment)]
    assert (tmp_path / "segments" / segment).stat().st_size == size
    files.room_bytes = None
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()
    assert [stored.data for stored in read_log(tmp_path).events] == [b"{}", b"{}"]


def test_a_batch_that_fits_is_taken_though_the_zeros_ahead_do_not(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, Options(extend_bytes=4_096), files=files)
    files.room_bytes = 1_000
    assert log.commit([append(event())]) == [Appended(1, 1)]
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()
    assert len(read_log(tmp_path).events) == 2


def test_a_full_disk_at_a_roll_leaves_the_log_usable(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, Options(segment_bytes=300, extend_bytes=0), files=files)
    log.commit([append(event())])
    files.fail_next("open", errno.ENOSPC)
    with pytest.raises(DiskFull):
        log.commit([append(event())])
    files.fail_next("write_at", errno.ENOSPC)
    with pytest.raises(DiskFull):
        log.commit([append(event())])
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()
    assert len(read_log(tmp_path).events) == 2


@pytest.mark.parametrize("longest_bytes", [1, 7, 100])
def test_short_writes_are_finished(tmp_path: Path, longest_bytes: int) -> None:
    files = FaultyFiles()
    files.longest_write_bytes = longest_bytes
    log = open_log(tmp_path, files=files)
    assert log.commit([append(event('"🌍🌍🌍"'.encode()))]) == [Appended(1, 1)]
    log.close()
    assert read_log(tmp_path).events[0].data == '"🌍🌍🌍"'.encode()


@pytest.mark.parametrize("longest_bytes", [1, 100])
def test_short_reads_are_finished(tmp_path: Path, longest_bytes: int) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event('"🌍🌍🌍"'.encode()), event())])
    lines = log.page(Query()).lines
    log.close()
    files.longest_read_bytes = longest_bytes
    again = open_log(tmp_path, files=files)
    assert again.page(Query()).lines == lines
    again.close()


def test_a_write_that_writes_nothing_is_a_failed_disk(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    files.longest_write_bytes = 0
    with pytest.raises(SyncFailed, match="wrote nothing"):
        log.commit([append(event())])
    log.close()


def test_an_interrupted_write_is_made_again(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    files.fail_next("write_at", errno.EINTR)
    assert log.commit([append(event())]) == [Appended(1, 1)]
    log.close()
    assert len(read_log(tmp_path).events) == 1


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_interrupted_read_is_made_again(tmp_path: Path, after: int) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b'"read"'))])
    log.close()
    files = FaultyFiles()
    files.fail_next("read_at", errno.EINTR, after=after)
    again = open_log(tmp_path, files=files)
    assert again.head == log.head
    line = again.line_at(1)
    assert line is not None
    assert b'"data":"read"' in line
    again.close()


FATAL = [
    ("write_at", errno.EIO),
    ("sync_data", errno.EIO),
    ("sync_data", errno.ENOSPC),
    ("sync_directory", errno.EIO),
    ("sync_directory", errno.ENOSPC),
    ("truncate", errno.EIO),
    ("sync", errno.EIO),
    ("sync", errno.ENOSPC),
    ("open", errno.EACCES),
]


@pytest.mark.parametrize(("call", "error_number"), FATAL)
def test_a_failed_disk_is_the_end_of_writing(tmp_path: Path, call: str, error_number: int) -> None:
    """No call is made again, no head is shown, and what was acknowledged before is there after a restart."""
    files = FaultyFiles()
    log = open_log(tmp_path, Options(segment_bytes=300, extend_bytes=100), files=files)
    log.commit([append(event(number=1))])
    head = log.head
    files.fail_next(call, error_number)
    with pytest.raises(SyncFailed):
        log.commit([append(event(number=2))])
    files.trace.clear()
    with pytest.raises(SyncFailed):
        log.commit([append(event(number=3))])
    assert (log.head, log.page(Query()).count) == (head, 1)
    log.close()
    assert files.trace == [("read_at", f"{1:020}.ndjson")]
    again = open_log(tmp_path)
    assert again.line_by_id(numbered_id(1)) is not None
    assert again.line_by_id(numbered_id(3)) is None
    again.close()


def test_an_undo_that_fails_is_the_end_of_writing(tmp_path: Path) -> None:
    for call in ("truncate", "sync"):
        files = FaultyFiles()
        log = open_log(tmp_path / call, files=files)
        files.fail_next("write_at", errno.ENOSPC)
        files.fail_next(call, errno.EIO)
        with pytest.raises(SyncFailed):
            log.commit([append(event())])
        with pytest.raises(SyncFailed):
            log.commit([append(event())])
        log.close()


def test_a_failure_that_nobody_foresaw_is_the_end_of_writing(tmp_path: Path) -> None:
    class Surprising(FaultyFiles):
        def sync_data(self, descriptor: int) -> None:
            raise MemoryError

    log = open_log(tmp_path, files=Surprising())
    with pytest.raises(SyncFailed, match="MemoryError"):
        log.commit([append(event())])
    with pytest.raises(SyncFailed):
        log.commit([append(event())])
    assert log.head.position == 0
    log.close()


def test_a_head_that_cannot_be_written_costs_no_append(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    files.fail_next("sync", errno.ENOSPC)
    assert log.write_head() is False
    assert log.commit([append(event())]) == [Appended(2, 2)]
    assert log.write_head() is True
    log.close()
