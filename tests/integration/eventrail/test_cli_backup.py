"""`eventrail backup` and `restore` as processes: beside a server, killed, on a full disk, refused."""

import os
import signal
import time
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.exit_codes import ExitCode
from eventrail.log.options import Options
from tests.integration.eventrail.cli_logs import flip, lines, segments, write_log
from tests.integration.eventrail.shell import Done, Eventrail, small_files
from tests.integration.eventrail.web import Web
from tests.kit.processes import Processes
from tests.kit.services import start_eventrail

LARGE = Options(segment_bytes=400_000, extend_bytes=0)


@pytest.fixture
def eventrail() -> Eventrail:
    return Eventrail()


def test_a_backup_is_made_and_brought_up_to_date_while_appends_run(
    processes: Processes, tmp_path: Path, eventrail: Eventrail
) -> None:
    service = start_eventrail(processes, tmp_path / "log", environment={"EVENTRAIL_SEGMENT_BYTES": "20000"})
    web, heads = Web(service.url), []
    copied = Done(0, b"", b"")
    for _ in range(3):
        web.append_lines([{"events": [{"data": "🌍" * 20}, {"data": n}]} for n in range(60)])
        copied = eventrail("backup", tmp_path / "log", tmp_path / "copy", "--json")
        assert (copied.code, copied.err) == (0, b"")
        heads.append(copied.json["head"])
        stored = read_log(tmp_path / "copy")
        assert (len(stored.events), stored.tail) == (copied.json["head"], b"")
        assert eventrail("verify", tmp_path / "copy").code == 0
    # A batch that nothing proves durable yet is left to the next backup.
    assert heads == sorted(heads)
    assert copied.json["copied_segments"] < copied.json["segments"]
    assert service.child.stop() == 0
    last = eventrail("backup", tmp_path / "log", tmp_path / "copy", "--json").json
    assert last["head"] == 360
    assert lines(tmp_path / "copy") == lines(tmp_path / "log")


def test_a_restored_log_is_served_on(processes: Processes, tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log")
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy").code == 0
    restored = eventrail("restore", tmp_path / "copy", tmp_path / "again")
    assert restored.code == 0
    assert restored.out.startswith(b"COPIED to ")
    assert lines(tmp_path / "again") == lines(tmp_path / "log")
    web = Web(start_eventrail(processes, tmp_path / "again").url)
    assert web.append({"events": [{"data": 1}]}).json["first"] == 61


def test_a_backup_that_is_killed_anywhere_is_made_by_the_next_run(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log", 600, LARGE)
    copy = tmp_path / "copy"
    for count in (1, 2):
        running = eventrail.start("backup", tmp_path / "log", copy)
        while running.poll() is None and copied_files(copy) < count:
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        if (copy / "log.json").exists():
            assert eventrail("verify", copy).code == 0
    assert eventrail("backup", tmp_path / "log", copy).code == 0
    assert lines(copy) == lines(tmp_path / "log")
    assert sorted(path.name for path in copy.iterdir()) == ["head.json", "lock", "log.json", "segments"]


def copied_files(copy: Path) -> int:
    """In whatever directory of the copy; they come and go while they are counted."""
    return sum(name.endswith(".ndjson") for _, _, names in os.walk(copy) for name in names)


def test_a_full_disk_ends_a_backup_in_one_line_and_the_copy_stays(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log")
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy").code == 0
    before = lines(tmp_path / "copy")
    write_log(tmp_path / "log", first=41)
    full = eventrail("backup", tmp_path / "log", tmp_path / "copy", before=small_files(3_000))
    assert full.code == ExitCode.DISK_FULL
    assert b"no room" in full.err
    assert eventrail("verify", tmp_path / "copy").code == 0
    assert lines(tmp_path / "copy").startswith(before)
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy").code == 0
    assert lines(tmp_path / "copy") == lines(tmp_path / "log")


def test_a_flipped_bit_in_the_log_never_reaches_the_backup(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log")
    flip(segments(tmp_path / "log")[1])
    done = eventrail("backup", tmp_path / "log", tmp_path / "copy")
    assert done.code == ExitCode.DAMAGED
    assert segments(tmp_path / "log")[1].name.encode() in done.err
    assert [path.name for path in segments(tmp_path / "copy")] == [segments(tmp_path / "log")[0].name]
    assert eventrail("restore", tmp_path / "copy", tmp_path / "again").code == ExitCode.DAMAGED, "it is no log yet"


def test_a_flipped_bit_in_the_backup_is_found_and_not_restored(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log")
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy").code == 0
    flip(segments(tmp_path / "copy")[1])
    assert eventrail("verify", tmp_path / "copy").code == ExitCode.DAMAGED
    refused = eventrail("restore", tmp_path / "copy", tmp_path / "again")
    assert refused.code == ExitCode.DAMAGED
    assert not (tmp_path / "again" / "log.json").exists()
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy", "--check").code == 0
    assert lines(tmp_path / "copy") == lines(tmp_path / "log")


def test_targets_that_are_not_the_backup_are_refused(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log")
    write_log(tmp_path / "other")
    for command, source, target in (
        ("backup", "log", "other"),
        ("backup", "log", "."),
        ("restore", "log", "other"),
    ):
        done = eventrail(command, tmp_path / source, tmp_path / target)
        assert (done.code, done.out) == (ExitCode.TARGET_REFUSED, b"")
        assert done.err.startswith(b"eventrail: ")
    assert eventrail("backup", tmp_path / "nowhere", tmp_path / "copy").code == ExitCode.DAMAGED
    assert not (tmp_path / "copy").exists()


def test_a_backup_ahead_of_the_log_is_kept(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log", 10)
    assert eventrail("backup", tmp_path / "log", tmp_path / "old").code == 0
    write_log(tmp_path / "log", 10, first=11)
    assert eventrail("backup", tmp_path / "log", tmp_path / "new").code == 0
    before = lines(tmp_path / "new")
    assert eventrail("restore", tmp_path / "old", tmp_path / "back").code == 0
    done = eventrail("backup", tmp_path / "back", tmp_path / "new")
    assert done.code == ExitCode.TARGET_REFUSED
    assert b"holds positions up to 30, the log ends at 15" in done.err
    assert lines(tmp_path / "new") == before


def test_a_directory_that_may_not_be_written_is_one_line(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log", 3)
    (tmp_path / "file").write_text("")
    done = eventrail("backup", tmp_path / "log", tmp_path / "file" / "copy")
    assert done.code == ExitCode.FAILED
    assert b"Not a directory" in done.err
