"""The space reserve: made with the log, given away where recovery finds no other room, and missed until it is back."""

import errno
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.errors import DiskFull, SyncFailed
from eventrail.log.events import Appended, Query
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from eventrail.log.reserve import CAPACITY_SHARE, Reserve
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, crash, event, open_log

RESERVE_BYTES = 8_192
OPTIONS = Options(extend_bytes=0, reserve_bytes=RESERVE_BYTES)


def reserve_bytes(directory: Path) -> int:
    return (directory / "reserve").stat().st_size


def torn_log(directory: Path) -> bytes:
    """A log of one event, and a batch behind it that was torn; returns the torn bytes."""
    log = open_log(directory, OPTIONS)
    log.commit([append(event())])
    whole = log.statistics().size_bytes
    log.commit([append(event(b"1" * 3_000))])
    crash(log)
    path = directory / "segments" / f"{1:020}.ndjson"
    torn = path.read_bytes()[whole:-9]
    path.write_bytes(path.read_bytes()[:-9])
    return torn


def test_the_reserve_is_really_allocated(tmp_path: Path) -> None:
    open_log(tmp_path, OPTIONS).close()
    assert reserve_bytes(tmp_path) == RESERVE_BYTES
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= RESERVE_BYTES


@pytest.mark.parametrize(("wanted", "made"), [(0, None), (1, 1), (900, 900), (1_000, 1_000), (1_001, 1_000)])
def test_a_reserve_is_no_larger_than_a_segment(tmp_path: Path, wanted: int, made: int | None) -> None:
    open_log(tmp_path, Options(segment_bytes=1_000, extend_bytes=0, reserve_bytes=wanted)).close()
    assert (reserve_bytes(tmp_path) if (tmp_path / "reserve").exists() else None) == made


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_reserve_takes_its_share_of_the_file_system_and_no_more(tmp_path: Path, beyond: int) -> None:
    class Small(FaultyFiles):
        def capacity(self, path: Path) -> int:
            return 16_000

    share = 16_000 // CAPACITY_SHARE
    files = Small()
    assert Reserve(files, Layout(tmp_path), share + beyond).renew()
    assert reserve_bytes(tmp_path) == min(share, share + beyond)


def test_a_file_system_too_small_for_a_share_needs_no_reserve(tmp_path: Path) -> None:
    class Tiny(FaultyFiles):
        def capacity(self, path: Path) -> int:
            return CAPACITY_SHARE - 1

    files = Tiny()
    reserve = Reserve(files, Layout(tmp_path), RESERVE_BYTES)
    assert reserve.renew()
    assert reserve.whole
    assert (reserve_bytes(tmp_path), files.calls("allocate")) == (0, [])


def test_a_reserve_of_another_size_is_changed_at_the_next_start(tmp_path: Path) -> None:
    for size in (4_096, 8_192, 2_048):
        open_log(tmp_path, Options(extend_bytes=0, reserve_bytes=size)).close()
        assert reserve_bytes(tmp_path) == size


def test_a_sparse_copy_of_a_reserve_is_filled(tmp_path: Path) -> None:
    open_log(tmp_path, OPTIONS).close()
    (tmp_path / "reserve").unlink()
    with (tmp_path / "reserve").open("wb") as sparse:
        sparse.truncate(RESERVE_BYTES)
    assert (tmp_path / "reserve").stat().st_blocks == 0
    open_log(tmp_path, OPTIONS).close()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= RESERVE_BYTES


def test_a_restart_on_a_full_disk_takes_the_reserve_and_serves(tmp_path: Path) -> None:
    torn = torn_log(tmp_path)
    files = FaultyFiles()
    files.room_bytes = 0
    for _ in range(3):
        files.fail_next("allocate", errno.ENOSPC)
    log = open_log(tmp_path, OPTIONS, files=files)
    assert log.page(Query()).count == 1
    assert Path(str(log.recovery.quarantine_file)).read_bytes() == torn
    assert not log.statistics().reserve_whole
    assert reserve_bytes(tmp_path) == 0
    with pytest.raises(DiskFull, match="the log's own files"):
        log.commit([append(event(number=1))])
    log.maintain()
    assert not log.statistics().reserve_whole
    files.room_bytes = None
    assert log.commit([append(event(number=1))]) == [Appended(2, 2)]
    assert log.reserve_whole
    assert reserve_bytes(tmp_path) == RESERVE_BYTES
    log.close()
    assert len(read_log(tmp_path).events) == 2


def test_control_without_a_reserve_the_same_start_is_refused(tmp_path: Path) -> None:
    torn_log(tmp_path)
    (tmp_path / "reserve").unlink()
    files = FaultyFiles()
    files.room_bytes = 0
    with pytest.raises(DiskFull):
        open_log(tmp_path, OPTIONS, files=files)


def test_upkeep_makes_the_reserve_again_when_there_is_room(tmp_path: Path) -> None:
    torn_log(tmp_path)
    files = FaultyFiles()
    files.room_bytes = 0
    log = open_log(tmp_path, OPTIONS, files=files)
    files.room_bytes = None
    log.maintain()
    assert log.reserve_whole
    log.close()


def test_a_start_that_finds_no_room_for_the_reserve_takes_none_of_it(tmp_path: Path) -> None:
    files = FaultyFiles()
    files.fail_next("allocate", errno.ENOSPC)
    log = open_log(tmp_path, OPTIONS, files=files)
    assert (log.reserve_whole, reserve_bytes(tmp_path)) == (False, 0)
    assert log.commit([append(event())]) == [Appended(1, 1)]
    assert log.reserve_whole
    log.close()


def test_an_undo_that_finds_no_room_takes_the_reserve(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, OPTIONS, files=files)
    log.commit([append(event())])
    files.fail_next("write_at", errno.ENOSPC)
    files.fail_next("truncate", errno.ENOSPC)
    with pytest.raises(DiskFull):
        log.commit([append(event())])
    assert not log.statistics().reserve_whole
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()
    assert len(read_log(tmp_path).events) == 2


@pytest.mark.parametrize("call", ["allocate", "sync"])
def test_a_disk_that_fails_under_the_reserve_is_the_end_of_writing(tmp_path: Path, call: str) -> None:
    files = FaultyFiles()
    files.fail_next("allocate", errno.ENOSPC)
    log = open_log(tmp_path, OPTIONS, files=files)
    files.fail_next(call, errno.EIO)
    with pytest.raises(SyncFailed, match="space reserve"):
        log.commit([append(event())])
    with pytest.raises(SyncFailed):
        log.commit([append(event())])
    assert log.maintain() is False
    log.close()


@pytest.mark.parametrize("error_number", [errno.EMFILE, errno.ENFILE])
def test_an_append_waits_for_a_reserve_that_no_descriptor_is_left_for(tmp_path: Path, error_number: int) -> None:
    files = FaultyFiles()
    files.fail_next("allocate", errno.ENOSPC)
    log = open_log(tmp_path, OPTIONS, files=files)
    files.fail_next("open", error_number)
    with pytest.raises(DiskFull):
        log.commit([append(event())])
    assert not log.reserve_whole
    assert log.commit([append(event())]) == [Appended(1, 1)]
    log.close()


def test_a_replay_needs_no_room(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, OPTIONS, files=files)
    log.commit([append(event(number=1))])
    assert log._segments.reserve.release()
    files.room_bytes = 0
    assert log.commit([append(event(number=1))])[0] != Appended(1, 1)
    log.close()


def test_a_sync_of_the_segment_has_no_second_try_with_the_room_of_the_reserve(tmp_path: Path) -> None:
    """The first sync of this start is that of the torn bytes in quarantine, the second that of the cut segment."""
    torn_log(tmp_path)
    files = FaultyFiles()
    files.fail_next("sync", errno.ENOSPC, after=1)
    with pytest.raises(SyncFailed):
        open_log(tmp_path, OPTIONS, files=files)
    assert reserve_bytes(tmp_path) == RESERVE_BYTES
    log = open_log(tmp_path, OPTIONS)
    assert log.head.position == 1
    log.close()
