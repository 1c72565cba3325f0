"""What a recovery leaves and says: its evidence by name and bytes, its figures, and why it could not be made."""

import errno
import re
from hashlib import sha256
from pathlib import Path

import pytest

from eventrail.log.errors import DiskFull, SyncFailed
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import SMALL, HastyFiles, append, crash, event, open_log

NAME = f"{1:020}.ndjson"


def torn_log(directory: Path, torn: bytes) -> int:
    """Two whole events, and bytes behind them; returns where those begin."""
    log = open_log(directory)
    log.commit([append(event(b"1"))])
    log.commit([append(event(b"2"))])
    crash(log)
    path = directory / "segments" / NAME
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + torn)
    return size


@pytest.mark.parametrize(
    "torn", [b"torn", b"X\0X", b"\0" * 600 + b"X", b"torn X", '{"position":3,"id":"🌍'.encode(), b"\0\n"]
)
@pytest.mark.parametrize("zeros", [0, 1, 700])
def test_the_evidence_is_all_but_the_zeros_at_the_end_and_named_by_place_and_content(
    tmp_path: Path, torn: bytes, zeros: int
) -> None:
    start = torn_log(tmp_path, torn + bytes(zeros))
    log = open_log(tmp_path, files=HastyFiles())
    kept = tmp_path / "quarantine" / f"{1:020}-{start}-{sha256(torn).hexdigest()[:16]}.torn"
    assert (log.recovery.quarantine_file, log.recovery.cut_bytes) == (str(kept), len(torn))
    assert kept.read_bytes() == torn
    assert [path.name for path in (tmp_path / "quarantine").iterdir()] == [kept.name]
    assert (tmp_path / "segments" / NAME).stat().st_size == start
    assert log.recovery.size_bytes == start
    crash(log)


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EDQUOT])
def test_a_recovery_without_room_names_its_own_files_and_the_error(tmp_path: Path, error_number: int) -> None:
    torn_log(tmp_path, b"torn")
    files = FaultyFiles()
    files.fail_next("write_at", error_number)
    with pytest.raises(DiskFull, match="no room for the log's own files") as refusal:
        open_log(tmp_path, files=files)
    assert (refusal.value.size_bytes, refusal.value.error_number) == (0, error_number)


@pytest.mark.parametrize(
    ("call", "after", "operation"),
    [
        ("write_at", 0, "recovery"),
        ("truncate", 0, "recovery"),
        ("sync_directory", 0, "recovery"),
        ("sync_directory", 1, "recovery"),
        ("sync", 0, "recovery"),
        ("sync", 1, "a sync of recovery"),
        ("sync", 2, "a sync of recovery"),
        ("sync_directory", 2, "a sync of recovery"),
        ("sync_directory", 3, "a sync of recovery"),
    ],
)
def test_a_recovery_that_fails_says_where_and_why(tmp_path: Path, call: str, after: int, operation: str) -> None:
    """Evidence may be written again; what is served is synced once or not at all."""
    torn_log(tmp_path, b"torn")
    files = FaultyFiles()
    files.fail_next(call, errno.EIO, after=after)
    with pytest.raises(SyncFailed) as refusal:
        open_log(tmp_path, files=files)
    assert (refusal.value.operation, refusal.value.reason) == (operation, "[Errno 5] EIO")
    log = open_log(tmp_path)
    assert log.head.position == 2
    crash(log)


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize(("call", "after"), [("sync", 1), ("sync", 2), ("sync_directory", 2), ("sync_directory", 3)])
def test_a_sync_of_what_is_served_is_not_made_up_for_by_room(
    tmp_path: Path, call: str, after: int, error_number: int
) -> None:
    torn_log(tmp_path, b"torn")
    files = FaultyFiles()
    files.fail_next(call, error_number, after=after)
    with pytest.raises(SyncFailed, match=re.escape(f"a sync of recovery failed ([Errno {error_number}]")):
        open_log(tmp_path, Options(extend_bytes=0, reserve_bytes=8_192), files=files)


def test_only_what_the_last_line_does_not_state_as_synced_is_written_again(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    sizes = []
    for batch in ([append(event(b"1"))], [append(event(b"2")), append(event(b"3"), event(b"4"))]):
        log.commit(batch)
        sizes.append(log.statistics().size_bytes)
    crash(log)
    again = open_log(tmp_path)
    assert again.recovery.rewritten_bytes == sizes[1] - sizes[0]
    assert 0 < again.recovery.seconds < 60
    assert (again.recovery.events, again.recovery.cut_positions, again.recovery.witness_position) == (4, 0, 0)
    crash(again)


def test_a_sealed_segment_is_never_written_again(tmp_path: Path) -> None:
    """Though the last line of it states nothing of its own batch: the roll behind it does."""
    options = Options(segment_bytes=500, extend_bytes=0, reserve_bytes=SMALL.reserve_bytes)
    log = open_log(tmp_path, options)
    for _ in range(3):
        log.commit([append(event())])
    crash(log)
    sealed, opened = sorted((tmp_path / "segments").iterdir())
    opened.write_bytes(b"")
    before = sealed.stat().st_mtime_ns
    files = FaultyFiles()
    again = open_log(tmp_path, options, files=files)
    assert (again.head.position, again.recovery.rewritten_bytes) == (2, 0)
    assert [call for call in files.calls("write_at") if call[1].endswith(".ndjson")] == []
    assert sealed.stat().st_mtime_ns == before
    crash(again)
