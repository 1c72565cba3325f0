"""Backups and restores on the engine's files, by the functions that the commands call."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.checking.verify import verify
from eventrail.log.copies.backup import backup, restore
from eventrail.log.copies.refusals import CopyFailed, TargetRefused
from eventrail.log.errors import LogCorrupt, LogLocked
from eventrail.log.files import SystemFiles
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, crash, event, open_log

OPTIONS = Options(segment_bytes=3_000, extend_bytes=600)


def write(log: Log, count: int) -> None:
    for number in range(count):
        log.commit([append(event('"🌍"'.encode() * 1), event(b"%d" % number))])


def made(directory: Path, count: int = 20) -> Log:
    log = open_log(directory, OPTIONS)
    write(log, count)
    return log


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "segments").iterdir())


def content(directory: Path) -> dict[str, bytes]:
    kept = ["log.json", "head.json", *(f"segments/{path.name}" for path in segments(directory))]
    return {name: (directory / name).read_bytes() for name in kept}


def flip(path: Path, part: bytes, by: bytes) -> None:
    before = path.read_bytes()
    assert part in before
    path.write_bytes(before.replace(part, by, 1))


def test_a_closed_log_is_copied_byte_for_byte_and_restored_so(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    report = backup(tmp_path / "log", tmp_path / "copy")
    assert (report.head.position, report.copied_segments) == (40, report.segments)
    assert report.segments > 3
    assert content(tmp_path / "copy") == content(tmp_path / "log")
    assert verify(tmp_path / "copy").damages == ()
    restore(tmp_path / "copy", tmp_path / "again")
    assert content(tmp_path / "again") == content(tmp_path / "log")
    log = open_log(tmp_path / "again", OPTIONS)
    write(log, 1)
    assert log.head.position == 42
    log.close()


def test_only_what_is_durable_for_sure_is_copied_from_a_log_that_is_written(tmp_path: Path) -> None:
    log = made(tmp_path / "log")
    assert backup(tmp_path / "log", tmp_path / "copy").head.position == 38, "the last batch states no sync of itself"
    assert log.write_head()
    assert backup(tmp_path / "log", tmp_path / "copy").head == log.head
    assert read_log(tmp_path / "copy").tail == b""
    log.close()


def test_a_second_run_copies_the_new_segments_and_the_open_one(tmp_path: Path) -> None:
    log = made(tmp_path / "log")
    first = backup(tmp_path / "log", tmp_path / "copy")
    write(log, 20)
    log.write_head()
    second = backup(tmp_path / "log", tmp_path / "copy")
    assert second.copied_segments == second.segments - first.segments + 1
    assert second.size_bytes == sum(path.stat().st_size for path in segments(tmp_path / "copy"))
    third = backup(tmp_path / "log", tmp_path / "copy")
    assert (third.copied_segments, third.copied_bytes) == (0, 0)
    log.close()


def test_progress_ends_at_the_size_of_the_copy(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    seen: list[int] = []
    report = backup(tmp_path / "log", tmp_path / "copy", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == report.size_bytes


def test_an_empty_log_is_copied(tmp_path: Path) -> None:
    open_log(tmp_path / "log", OPTIONS).close()
    assert backup(tmp_path / "log", tmp_path / "copy").head.position == 0
    assert verify(tmp_path / "copy").damages == ()


def test_a_damaged_source_is_refused_and_the_copy_stays(tmp_path: Path) -> None:
    log = made(tmp_path / "log")
    backup(tmp_path / "log", tmp_path / "copy")
    before = content(tmp_path / "copy")
    write(log, 20)
    log.close()
    new = next(path for path in segments(tmp_path / "log") if path.name not in str(sorted(before)))
    flip(new, b'"type":"event"', b'"type":"evenT"')
    with pytest.raises(LogCorrupt, match=new.name):
        backup(tmp_path / "log", tmp_path / "copy")
    assert verify(tmp_path / "copy").damages == ()
    for name, bytes_before in before.items():
        assert (tmp_path / "copy" / name).read_bytes().startswith(bytes_before)


def test_check_finds_rot_in_the_copy_and_heals_it(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", Options(segment_bytes=20_000, extend_bytes=0))
    write(log, 60)
    log.close()
    backup(tmp_path / "log", tmp_path / "copy")
    flip(segments(tmp_path / "copy")[0], b'"data":17', b'"data":71')
    assert backup(tmp_path / "log", tmp_path / "copy").copied_segments == 0, "without check, size and ends suffice"
    assert backup(tmp_path / "log", tmp_path / "copy", check=True).copied_segments == 1
    assert content(tmp_path / "copy") == content(tmp_path / "log")


def test_what_is_not_a_backup_of_this_log_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    made(tmp_path / "other").close()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    for target, reason in (("other", "another log"), ("full", "neither empty"), ("log/in", "lies in the log")):
        with pytest.raises(TargetRefused, match=reason):
            backup(tmp_path / "log", tmp_path / target)
    assert [path.name for path in (tmp_path / "full").iterdir() if path.name != "lock"] == ["letter.txt"]


def test_a_backup_that_is_ahead_or_went_on_otherwise_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    backup(tmp_path / "log", tmp_path / "old")
    restore(tmp_path / "old", tmp_path / "twin")
    for directory, count in (("log", 5), ("twin", 4)):
        log = open_log(tmp_path / directory, OPTIONS)
        write(log, count)
        log.close()
    backup(tmp_path / "log", tmp_path / "copy")
    with pytest.raises(TargetRefused, match="holds positions up to 50, the log ends at 48"):
        backup(tmp_path / "twin", tmp_path / "copy")
    log = open_log(tmp_path / "twin", OPTIONS)
    write(log, 5)
    log.close()
    with pytest.raises(TargetRefused, match="another event at position 50"):
        backup(tmp_path / "twin", tmp_path / "copy")


def test_a_restore_wants_an_empty_directory(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    backup(tmp_path / "log", tmp_path / "copy")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(TargetRefused, match="is not empty"):
        restore(tmp_path / "copy", tmp_path / "full")
    with pytest.raises(TargetRefused, match="is not empty"):
        restore(tmp_path / "copy", tmp_path / "log")
    with pytest.raises(LogCorrupt, match="no log lives here"):
        restore(tmp_path / "full", tmp_path / "new")


def test_a_backup_that_is_being_written_is_locked(tmp_path: Path) -> None:
    made(tmp_path / "log").close()
    backup(tmp_path / "log", tmp_path / "copy")
    served = open_log(tmp_path / "copy", OPTIONS)
    with pytest.raises(LogLocked):
        backup(tmp_path / "log", tmp_path / "copy")
    served.close()


class Breaking(SystemFiles):
    """Fails at the n-th call that changes something, as a killed process does nothing more."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def _count(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise KilledError

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        self._count()
        return super().write_at(descriptor, data, offset)

    def replace(self, source: Path, target: Path) -> None:
        self._count()
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)


class KilledError(Exception):
    """In place of a SIGKILL."""


def until_it_comes_through(work: Callable[[SystemFiles], object], between: Callable[[], None]) -> int:
    """Cut the work short at its first change, then at its second, and so on; how often that was."""
    for calls in range(1_000):
        try:
            work(Breaking(calls))
        except KilledError:
            between()
        else:
            return calls
    raise AssertionError("it never came through")


def test_a_backup_cut_short_anywhere_is_a_log_or_none_and_goes_on(tmp_path: Path) -> None:
    log = made(tmp_path / "log", 6)
    log.write_head()
    target = tmp_path / "copy"

    def holds() -> None:
        if (target / "log.json").exists():
            assert verify(target).damages == ()

    assert until_it_comes_through(lambda files: backup(tmp_path / "log", target, files=files), holds) > 5
    write(log, 24)
    log.write_head()
    assert until_it_comes_through(lambda files: backup(tmp_path / "log", target, files=files), holds) > 5
    log.close()
    backup(tmp_path / "log", target)
    assert content(target) == content(tmp_path / "log")


def test_a_restore_cut_short_anywhere_is_no_log_and_goes_on(tmp_path: Path) -> None:
    made(tmp_path / "log", 6).close()
    backup(tmp_path / "log", tmp_path / "copy")
    target = tmp_path / "again"

    def is_no_log() -> None:
        assert not (target / "log.json").exists()

    assert until_it_comes_through(lambda files: restore(tmp_path / "copy", target, files=files), is_no_log) > 5
    assert content(target) == content(tmp_path / "log")


def test_a_copy_that_the_disk_spoils_is_not_put_into_place(tmp_path: Path) -> None:
    made(tmp_path / "log").close()

    class Spoiling(SystemFiles):
        def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
            return super().write_at(descriptor, bytes(data).replace(b'"data":7', b'"data":8'), offset)

    with pytest.raises(CopyFailed, match="the hash does not close"):
        backup(tmp_path / "log", tmp_path / "copy", files=Spoiling())
    assert not (tmp_path / "copy" / "log.json").exists()


def test_a_torn_tail_is_not_copied(tmp_path: Path) -> None:
    log = made(tmp_path / "log")
    log.write_head()
    write(log, 1)
    crash(log)
    last = segments(tmp_path / "log")[-1]
    last.write_bytes(last.read_bytes().rstrip(b"\0")[:-20])
    assert backup(tmp_path / "log", tmp_path / "copy").head.position == 40
    assert read_log(tmp_path / "copy").tail == b""
