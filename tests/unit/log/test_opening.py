import errno
import fcntl
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import RFC_4122, UUID

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log import file_system
from eventrail.log.errors import (
    ClockAhead,
    DiskFull,
    ForeignFormat,
    LogCorrupt,
    LogError,
    LogLocked,
    SyncFailed,
    UnsafeFileSystem,
)
from eventrail.log.events import Appended, Head
from eventrail.log.file_system import is_unsafe, kind_in, kind_of
from eventrail.log.files import SystemFiles
from eventrail.log.identifiers import new_uuids, uuid7
from eventrail.log.line import genesis
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import NOON, append, crash, event, open_log


def test_a_new_log_is_made_where_there_is_none(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "log"
    log = Log.open(directory)
    assert log.head == Head(0, genesis(log.log_id).hash)
    assert log.suspension is None
    log.close()
    assert json.loads((directory / "log.json").read_bytes()) == {"format": 1, "log_id": log.log_id}
    assert sorted(path.name for path in directory.iterdir()) == [
        "head.json",
        "lock",
        "log.json",
        "reserve",
        "segments",
    ]
    again = Log.open(directory)
    assert again.log_id == log.log_id
    again.close()


def test_the_parts_of_a_new_log_are_durable_before_its_name(tmp_path: Path) -> None:
    files = FaultyFiles()
    crash(open_log(tmp_path / "log", files=files))
    assert files.calls("sync", "sync_directory", "replace")[:6] == [
        ("sync_directory", "segments"),
        ("sync_directory", "log"),
        ("sync_directory", tmp_path.name),
        ("sync", "log.json.new"),
        ("replace", "log.json"),
        ("sync_directory", "log"),
    ]


@pytest.mark.parametrize("call", ["open", "sync", "sync_directory", "replace", "write_at"])
def test_a_log_that_was_half_made_is_made_by_the_next_start(tmp_path: Path, call: str) -> None:
    for after in range(6):
        files = FaultyFiles()
        files.fail_next(call, errno.EIO, after=after)
        directory = tmp_path / str(after)
        with suppress(OSError, SyncFailed, LogCorrupt):
            crash(open_log(directory, files=files))
        log = open_log(directory)
        assert log.commit([append(event())]) == [Appended(1, 1)]
        log.close()


def test_a_second_writer_is_refused_before_it_touches_anything(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(LogLocked) as refusal:
        open_log(tmp_path)
    assert refusal.value.directory == tmp_path
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    log.close()
    open_log(tmp_path).close()


def test_another_process_is_refused_and_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from eventrail.log.log import Log; from eventrail.log.errors import *\n"
        "try: Log.open(Path(sys.argv[1])).close()\n"
        "except LogLocked: sys.exit(7)\n"
    )
    log = open_log(tmp_path)
    assert fcntl.fcntl(log._lock, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, close_fds=False).returncode == 7
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    log.close()
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0
    sleeper.communicate(b"\n")


def test_a_refused_start_gives_the_lock_back(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    identity = (tmp_path / "log.json").read_bytes()
    (tmp_path / "log.json").write_text("{}")
    with pytest.raises(LogCorrupt):
        open_log(tmp_path)
    (tmp_path / "log.json").write_bytes(identity)
    open_log(tmp_path).close()


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse", "fuseblk", "fuse.sshfs", "9p"])
def test_a_file_system_that_may_lose_what_it_synced_is_refused(tmp_path: Path, kind: str) -> None:
    files = FaultyFiles()
    files.kind = kind
    with pytest.raises(UnsafeFileSystem) as refusal:
        open_log(tmp_path, files=files)
    assert refusal.value.kind == kind
    assert list(tmp_path.iterdir()) == []
    open_log(tmp_path, Options(allow_unsafe_file_system=True), files=files).close()


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fusectl", ""])
def test_local_file_systems_are_taken(kind: str) -> None:
    assert not is_unsafe(kind)


TABLE = """\
22 1 253:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:5 / /proc rw - proc proc rw
31 22 0:40 / /mnt/share rw shared:7 master:1 - nfs4 server:/x rw
32 31 253:1 / /mnt/share/local rw - xfs /dev/vdb rw
33 22 0:41 / /mnt/with\\040space rw - fuse.sshfs me@host:/ rw
34 22 0:42 / /data rw - ext4 /dev/vdc rw
35 34 0:43 / /data rw - cifs //host/x rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/var/lib/eventrail", "ext4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/a/b", "nfs4"),
        ("/mnt/shared", "ext4"),
        ("/mnt/share/local/a", "xfs"),
        ("/mnt/with space/a", "fuse.sshfs"),
        ("/data/a", "cifs"),
    ],
)
def test_the_mount_table_tells_the_kind(path: str, kind: str) -> None:
    assert kind_in(TABLE, Path(path)) == kind


def test_a_system_without_a_mount_table_names_no_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_system, "_MOUNT_TABLE", tmp_path / "absent")
    assert kind_of(tmp_path) == ""


def test_this_machine_has_a_mount_table(tmp_path: Path) -> None:
    assert kind_of(Path("/proc")) == "proc"
    assert SystemFiles().file_system_kind(tmp_path) == kind_of(tmp_path) != ""


def test_another_format_is_refused(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    (tmp_path / "log.json").write_text('{"format":2,"log_id":"x"}')
    with pytest.raises(ForeignFormat) as refusal:
        open_log(tmp_path)
    assert (refusal.value.found, refusal.value.known) == (2, 1)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"format":1}', b'{"format":"1","log_id":"x"}', b"\xff"])
def test_an_unreadable_identity_is_refused(tmp_path: Path, content: bytes) -> None:
    open_log(tmp_path).close()
    (tmp_path / "log.json").write_bytes(content)
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path)
    assert refusal.value.file == tmp_path / "log.json"


@pytest.mark.parametrize("kept", ["segments", "head.json"])
def test_a_log_that_lost_its_identity_is_no_new_log(tmp_path: Path, kept: str) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())])
    crash(log) if kept == "segments" else log.close()
    (tmp_path / "log.json").unlink()
    if kept == "head.json":
        (tmp_path / "segments" / f"{1:020}.ndjson").unlink()
    with pytest.raises(LogCorrupt, match="missing"):
        open_log(tmp_path)


def test_a_log_that_lost_all_segments_is_no_new_log(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    crash(log)
    (tmp_path / "segments" / f"{1:020}.ndjson").unlink()
    for _ in range(2):
        with pytest.raises(LogCorrupt, match="the segment is missing") as refusal:
            open_log(tmp_path)
        assert refusal.value.file.name == f"{1:020}.ndjson"
        if (tmp_path / "segments").exists():
            (tmp_path / "segments").rmdir()


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_clock_that_is_far_behind_the_log_is_refused(tmp_path: Path, beyond: int) -> None:
    log = open_log(tmp_path, now=NOON)
    log.commit([append(event())])
    log.close()
    now = NOON - 3_600_000_000 - beyond
    if beyond > 0:
        with pytest.raises(ClockAhead) as refusal:
            open_log(tmp_path, now=now)
        assert refusal.value.last_time == "2026-11-22T12:00:00.000000Z"
    else:
        open_log(tmp_path, now=now).close()
    open_log(tmp_path, Options(clock_tolerance_seconds=7_200), now=now).close()


def test_a_clean_stop_leaves_lines_only_and_a_witness(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(extend_bytes=10_000))
    log.commit([append(event())])
    head = log.head
    log.close()
    assert (tmp_path / "segments" / f"{1:020}.ndjson").read_bytes().endswith(b'"}\n')
    assert json.loads((tmp_path / "head.json").read_bytes()) == {"position": 1, "hash": head.hash}
    assert read_log(tmp_path).head_hash == head.hash


def test_the_witness_is_replaced_atomically_and_only_when_it_has_changed(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    files.trace.clear()
    assert log.write_head()
    assert log.write_head()
    assert [call for call, _ in files.trace] == ["open", "write_at", "sync", "replace", "sync_directory"]
    log.close()


def test_a_full_disk_at_a_start_that_has_to_write_is_named(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())])
    crash(log)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    files = FaultyFiles()
    files.room_bytes = 0
    with pytest.raises(DiskFull):
        open_log(tmp_path, files=files)
    assert path.read_bytes() == content[:-5]
    path.write_bytes(content)
    full = open_log(tmp_path, files=files)
    assert full.head.position == 1
    full.close()


def test_all_refusals_are_one_family() -> None:
    assert all(issubclass(kind, LogError) for kind in (LogLocked, LogCorrupt, DiskFull, SyncFailed, ClockAhead))


def test_ids_of_the_server_are_version_7(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: b"\xff" * count)
    made = uuid7(1_645_557_742_000_999)
    assert made == "017f22e2-79b0-7ffb-bfff-ffffffffffff"
    monkeypatch.undo()
    assert len({uuid7(NOON) for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("count", [0, 1, 2, 1_000])
def test_ids_that_are_made_together_are_each_of_its_own(count: int) -> None:
    made = [UUID(text) for text in new_uuids(1_645_557_742_000_999, count)]
    assert len(set(made)) == count
    assert {(one.version, one.variant) for one in made} <= {(7, RFC_4122)}
    assert {str(one)[:18] for one in made} <= {"017f22e2-79b0-7ffb"}
