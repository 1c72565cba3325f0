"""What the engine tells an operator of its disk, while it happens and after it."""

import errno
import threading
from pathlib import Path

import pytest

from eventrail.log.alarms import alarms
from eventrail.log.errors import SyncFailed
from eventrail.log.log import SEGMENTS_WAITING
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import SMALL, append, event, open_log


class HangingFiles(FaultyFiles):
    """A sync does not come back before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def sync_data(self, descriptor: int) -> None:
        self.begun.set()
        assert self.may_end.wait(30), "nobody let it end"
        super().sync_data(descriptor)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_stall_is_told_when_it_has_lasted(beyond: int) -> None:
    told = list(alarms(failure=None, stalled_seconds=5 + beyond, stall_limit_seconds=5, jump=None, damages=()))
    expected = [f"disk-stalled: a write has been waiting for the disk for {5 + beyond} s"]
    assert told == ([] if beyond < 0 else expected)


def test_a_hung_sync_is_told_while_it_hangs_and_not_after_it(tmp_path: Path) -> None:
    files = HangingFiles()
    log = open_log(tmp_path, Options(extend_bytes=0, reserve_bytes=0, stall_seconds=0.000001), files=files)
    writer = threading.Thread(target=log.commit, args=([append(event())],))
    writer.start()
    assert files.begun.wait(30)
    assert log.statistics().stalled_seconds > 0
    assert [alarm.partition(":")[0] for alarm in log.alarms()] == ["disk-stalled"]
    assert log.head.position == 0
    files.may_end.set()
    writer.join(30)
    assert log.head.position == 1
    assert log.statistics().stalled_seconds == 0
    assert log.alarms() == ()
    log.close()


@pytest.mark.parametrize("call", ["sync", "sync_directory", "replace", "write_at", "open"])
def test_a_disk_that_fails_under_the_head_ends_the_writing(tmp_path: Path, call: str) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    files.fail_next(call, errno.EIO)
    with pytest.raises(SyncFailed, match=r"head\.json"):
        log.write_head()
    with pytest.raises(SyncFailed):
        log.commit([append(event())])
    assert [alarm.partition(":")[0] for alarm in log.alarms()] == ["disk-failed"]
    assert log.line_at(1) is not None
    log.close()


@pytest.mark.parametrize("error_number", [errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT])
def test_control_a_head_that_finds_no_room_costs_nothing(tmp_path: Path, error_number: int) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    files.fail_next("open", error_number)
    assert log.write_head() is False
    assert log.alarms() == ()
    assert log.write_head() is True
    log.close()


def test_a_disk_that_fails_at_a_clean_stop_is_no_clean_stop(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, Options(extend_bytes=1_000, reserve_bytes=0), files=files)
    log.commit([append(event())])
    files.fail_next("truncate", errno.EIO)
    with pytest.raises(SyncFailed):
        log.close()
    assert not (tmp_path / "head.json").exists()
    open_log(tmp_path, SMALL).close()


def test_the_index_in_memory_is_bounded_though_nobody_keeps_it_up(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=300, extend_bytes=0, reserve_bytes=0))
    for _ in range(12):
        log.commit([append(event())])
        assert log._index.waiting <= SEGMENTS_WAITING + 1
    assert log.statistics().segments == 12
    log.close()
