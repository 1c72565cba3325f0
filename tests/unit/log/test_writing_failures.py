"""What a commit that fails says: the operation and the reason, the size of what was undone, the number of the error."""

import errno
from pathlib import Path

import pytest

from eventrail.log.errors import AppendsSuspended, DescriptorsExhausted, DiskFull, RangeDamaged, SyncFailed
from eventrail.log.events import Appended, Query
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, crash, event, open_log

ROLLING = Options(segment_bytes=300, extend_bytes=100, reserve_bytes=0)
"""One line a segment, with zeros behind it."""
FIRST = f"{1:020}.ndjson"


def one_event(directory: Path, files: FaultyFiles, options: Options = ROLLING) -> Log:
    log = open_log(directory, options, files=files)
    log.commit([append(event(number=1))])
    return log


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ("write_at", "a write"),
        ("truncate", "a write"),
        ("open", "a write"),
        ("sync", "fsync"),
        ("sync_directory", "fsync of a directory"),
        ("sync_data", "fdatasync"),
    ],
)
def test_a_failed_commit_names_what_the_disk_did_not_do(tmp_path: Path, call: str, operation: str) -> None:
    """It is the same failure for all that come later, and for the operator."""
    files = FaultyFiles()
    log = one_event(tmp_path, files)
    files.fail_next(call, errno.EIO)
    with pytest.raises(SyncFailed) as refusal:
        log.commit([append(event(number=2))])
    failure = refusal.value
    assert (failure.operation, failure.reason) == (operation, "[Errno 5] EIO")
    with pytest.raises(SyncFailed) as again:
        log.commit([append(event(number=3))])
    assert again.value is failure
    assert log.maintain() is False
    assert any(operation in alarm for alarm in log.alarms())
    log.close()


@pytest.mark.parametrize("call", ["truncate", "sync"])
def test_an_undo_that_fails_is_named(tmp_path: Path, call: str) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    files.fail_next("write_at", errno.ENOSPC)
    files.fail_next(call, errno.EIO)
    with pytest.raises(SyncFailed) as refusal:
        log.commit([append(event())])
    operation = "undoing a batch" if call == "truncate" else "fsync"
    assert (refusal.value.operation, refusal.value.reason) == (operation, "[Errno 5] EIO")
    log.close()


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_batch_without_room_is_refused_with_its_size(tmp_path: Path, error_number: int) -> None:
    measured = one_event(tmp_path / "measure", FaultyFiles(), Options(extend_bytes=0, reserve_bytes=0))
    size = measured.statistics().size_bytes
    crash(measured)
    files = FaultyFiles()
    log = open_log(tmp_path / "log", Options(extend_bytes=0, reserve_bytes=0), files=files)
    files.fail_next("write_at", error_number)
    with pytest.raises(DiskFull) as refusal:
        log.commit([append(event(number=1)), append(event(number=2))])
    assert (refusal.value.size_bytes, refusal.value.error_number) == (2 * size, error_number)
    assert log.alarms() == ()
    log.close()


@pytest.mark.parametrize("error_number", [errno.EMFILE, errno.ENFILE])
def test_a_roll_without_a_descriptor_is_refused_with_the_error(tmp_path: Path, error_number: int) -> None:
    files = FaultyFiles()
    log = one_event(tmp_path, files)
    files.fail_next("open", error_number)
    with pytest.raises(DescriptorsExhausted) as refusal:
        log.commit([append(event())])
    assert refusal.value.error_number == error_number
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()


def test_a_failure_that_nobody_foresaw_is_named_as_it_is(tmp_path: Path) -> None:
    class Surprising(FaultyFiles):
        def sync_data(self, descriptor: int) -> None:
            raise ZeroDivisionError("a surprise")

    log = open_log(tmp_path, files=Surprising())
    with pytest.raises(SyncFailed) as refusal:
        log.commit([append(event())])
    assert (refusal.value.operation, refusal.value.reason) == ("a commit", "ZeroDivisionError('a surprise')")
    log.close()


def test_a_head_that_fails_is_named_and_ends_the_writing(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = one_event(tmp_path, files)
    files.fail_next("sync", errno.EIO)
    with pytest.raises(SyncFailed) as refusal:
        log.write_head()
    assert (refusal.value.operation, refusal.value.reason) == ("writing head.json", "[Errno 5] EIO")
    with pytest.raises(SyncFailed) as again:
        log.commit([append(event())])
    assert again.value is refusal.value
    log.close()
    assert not (tmp_path / "head.json").exists()


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EDQUOT, errno.EMFILE])
def test_a_head_without_room_is_written_at_the_next_occasion(tmp_path: Path, error_number: int) -> None:
    files = FaultyFiles()
    log = one_event(tmp_path, files)
    files.fail_next("open", error_number)
    assert (log.write_head(), (tmp_path / "head.json").exists()) == (False, False)
    assert (log.write_head(), (tmp_path / "head.json").exists()) == (True, True)
    files.trace.clear()
    assert (log.write_head(), files.trace) == (True, [])
    log.close()


def test_a_missing_reserve_refuses_every_new_event_with_what_it_lacks(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = one_event(tmp_path, files, Options(extend_bytes=0, reserve_bytes=8_192))
    log._segments.reserve.release()
    files.room_bytes = 0
    with pytest.raises(DiskFull) as refusal:
        log.commit([append(event())])
    assert (refusal.value.size_bytes, refusal.value.error_number) == (0, errno.ENOSPC)
    assert not log.reserve_whole
    files.room_bytes = None
    files.fail_next("allocate", errno.EIO)
    with pytest.raises(SyncFailed) as failure:
        log.maintain()
    assert (failure.value.operation, failure.value.reason) == ("making the space reserve", "[Errno 5] EIO")
    log.close()


def test_a_log_behind_its_witness_says_how_far_both_have_come(tmp_path: Path) -> None:
    one_event(tmp_path, FaultyFiles()).close()
    log = open_log(tmp_path, ROLLING, witness_position=3)
    reason = "a witness has seen position 3, the log ends at 1"
    assert log.suspension == reason
    with pytest.raises(AppendsSuspended) as refusal:
        log.commit([append(event())])
    assert refusal.value.reason == reason
    log.close()
    same = open_log(tmp_path, ROLLING, witness_position=1)
    assert same.suspension is None
    same.close()


def test_a_damaged_line_is_refused_by_file_offset_and_position(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(extend_bytes=0, reserve_bytes=0))
    log.commit([append(event(b"%d" % number, number=number)) for number in range(1, 5)])
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(content.replace(b'"data":3', b'"data":7'))
    offset = len(lines[0] + lines[1])
    with pytest.raises(RangeDamaged) as refusal:
        log.page(Query())
    damaged = refusal.value
    assert (damaged.file, damaged.offset, damaged.first_position, damaged.last_position) == (path, offset, 3, 3)
    (kept,) = log._segments.damages.known()
    assert str(kept) == f"segments/{FIRST}, byte {offset}, positions 3 to 3: the hash does not close"
    assert log.line_at(4) == lines[3], "the next one closes over the hash that is stated there"
    path.unlink()
    path.mkdir()
    log._segments._segment_files.close()
    with pytest.raises(RangeDamaged) as unread:
        log.line_at(2)
    assert (unread.value.offset, unread.value.first_position, unread.value.last_position) == (len(lines[0]), 2, 2)
    assert "positions 2 to 2: it can't be read: Is a directory" in str(log._segments.damages.known()[0])
    path.rmdir()
    path.write_bytes(content)
    crash(log)


def test_the_zeros_ahead_are_cut_off_where_they_do_not_fit(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, Options(segment_bytes=10_000, extend_bytes=4_000, reserve_bytes=0), files=files)
    files.room_bytes = 1_000
    assert log.commit([append(event(number=1))]) == [Appended(1, 1)]
    path = tmp_path / "segments" / FIRST
    size = log.statistics().size_bytes
    assert path.stat().st_size == size, "what could not be filled is given back"
    files.room_bytes = None
    assert log.commit([append(event(number=2))]) == [Appended(2, 2)]
    assert path.stat().st_size == log.statistics().size_bytes + 4_000
    files.trace.clear()
    log.commit([append(event(number=3))])
    assert files.trace == [("write_at", FIRST), ("sync_data", FIRST)], "what is filled ahead is not filled again"
    log.close()
