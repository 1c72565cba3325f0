"""Repairs on the engine's files: what is put back, what is kept, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eventrail.log.checking.verify import verify
from eventrail.log.copies.backup import backup, restore
from eventrail.log.copies.line_source import DirectoryLines
from eventrail.log.copies.refusals import Unrepairable
from eventrail.log.copies.repair import RepairReport, repair
from eventrail.log.documents import read_head
from eventrail.log.errors import LogLocked
from eventrail.log.files import Files, SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, crash, event, open_log

OPTIONS = Options(segment_bytes=3_000, extend_bytes=600)
FILES = SystemFiles()


def write(log: Log, count: int, data: bytes = b'"\xf0\x9f\x8c\x8d"') -> None:
    for number in range(count):
        log.commit([append(event(data), event(b"%d" % number))])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A closed log of some segments, and a backup of it beside."""
    log = open_log(tmp_path / "log", OPTIONS)
    write(log, 20)
    log.close()
    backup(tmp_path / "log", tmp_path / "copy")
    return tmp_path / "log"


@pytest.fixture
def copy(log: Path) -> Path:
    return log.with_name("copy")


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "segments").iterdir())


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in segments(directory)}


def mend(directory: Path, source: Path, files: Files = FILES) -> RepairReport:
    return repair(directory, DirectoryLines(FILES, Layout(source)), files=files)


def change(path: Path, line: int, part: bytes = b'"data":', by: bytes = b'"dada":') -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    assert part in lines[line]
    lines[line] = lines[line].replace(part, by, 1)
    path.write_bytes(b"".join(lines))


def change_two(path: Path) -> None:
    change(path, 1)
    change(path, 2)


def remove_newline(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\x8a", 1))


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "first line": lambda path: change(path, 0),
    "middle line": lambda path: change(path, 2),
    "last line": lambda path: change(path, -1),
    "two lines": change_two,
    "a hash": lambda path: change(path, 1, b'"hash":"', b'"hash":"0'),
    "a newline": remove_newline,
    "all of it": empty,
    "the file": Path.unlink,
}


@pytest.mark.parametrize("which", [0, 1, -1])
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_put_back_byte_for_byte(log: Path, copy: Path, damage: str, which: int) -> None:
    before = content(log)
    DAMAGES[damage](segments(log)[which])
    assert verify(log).damages != ()
    report = mend(log, copy)
    if damage == "the file" and which == -1:
        # Nobody can know that there was one: its lines come back into the one before.
        assert b"".join(content(log).values()) == b"".join(before.values())
    else:
        assert content(log) == before
    assert report.verification.damages == verify(log).damages == ()
    assert len(report.segments) == 1
    open_log(log, OPTIONS).close()


def test_several_damaged_segments_are_mended_at_once_and_kept(log: Path, copy: Path) -> None:
    before = content(log)
    change(segments(log)[0], -1)
    change(segments(log)[1], 0)
    change(segments(log)[3], 1)
    damaged = {path.name: path.read_bytes() for path in segments(log)}
    report = mend(log, copy)
    assert content(log) == before
    assert [segment.lines for segment in report.segments] == [1, 1, 1]
    for segment in report.segments:
        assert segment.quarantined is not None
        assert segment.quarantined.read_bytes() == damaged[segment.file.name]


def test_a_sound_log_is_left_alone(log: Path, copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in segments(log)}
    assert mend(log, copy).segments == ()
    assert {path: path.stat().st_mtime_ns for path in segments(log)} == before


def test_a_lost_tail_comes_back_from_a_source_that_has_it(log: Path, copy: Path) -> None:
    before = b"".join(content(log).values())
    last = segments(log)[-1]
    last.write_bytes(b"".join(last.read_bytes().splitlines(keepends=True)[:-2]))
    assert "head.json has seen" in str(verify(log).damage)
    mend(log, copy)
    assert b"".join(content(log).values()) == before


def test_a_restored_older_log_takes_what_a_further_source_holds(log: Path, copy: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    restore(copy, older)
    on = open_log(log, OPTIONS)
    write(on, 10)
    on.close()
    mend(older, log)
    assert b"".join(content(older).values()) == b"".join(content(log).values())


def test_what_the_source_lacks_stays_damaged_and_is_named(log: Path, copy: Path) -> None:
    change(segments(log)[1], 1)
    change(segments(copy)[1], 1)
    before = content(log)
    with pytest.raises(Unrepairable, match="in the source it is missing") as refused:
        mend(log, copy)
    assert refused.value.file == segments(log)[1]
    assert content(log) == before


def test_lines_that_follow_but_are_another_history_are_refused(log: Path, copy: Path, tmp_path: Path) -> None:
    """A forged source: its chain closes in itself, over other events."""
    early = open_log(tmp_path / "early", OPTIONS)
    early.close()
    for name in ("log.json", *(f"segments/{path.name}" for path in segments(copy)[:2])):
        (tmp_path / "early" / name).write_bytes((copy / name).read_bytes())
    (tmp_path / "early" / "head.json").unlink()
    forged = open_log(tmp_path / "early", OPTIONS)
    write(forged, 20, b'"forged"')
    forged.close()
    before = content(log)
    for which in (2, -1):
        change(segments(log)[which], 1)
        damaged = content(log)
        with pytest.raises(Unrepairable):
            mend(log, tmp_path / "early")
        assert content(log) == damaged
        segments(log)[which].write_bytes(before[segments(log)[which].name])


def test_nothing_that_was_durable_is_cut(log: Path, copy: Path) -> None:
    """The source ends before the damage: the rest of the open segment must not be given up for it."""
    on = open_log(log, OPTIONS)
    write(on, 3)
    crash(on)
    last = segments(log)[-1]
    change(last, -6)
    before = content(log)
    with pytest.raises(Unrepairable):
        mend(log, copy)
    assert content(log) == before


def test_a_served_log_is_locked(log: Path, copy: Path) -> None:
    served = open_log(log, OPTIONS)
    with pytest.raises(LogLocked):
        mend(log, copy)
    served.close()


def test_what_no_source_can_heal_is_named(log: Path, copy: Path) -> None:
    (log / "segments" / "letter.txt").write_text("dear")
    with pytest.raises(Unrepairable, match="no segment of a log has such a name"):
        mend(log, copy)


class KilledError(Exception):
    """In place of a SIGKILL."""


class Breaking(SystemFiles):
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

    def make_directory(self, path: Path) -> None:
        self._count()
        super().make_directory(path)


def test_a_repair_cut_short_anywhere_loses_nothing_and_goes_on(log: Path, copy: Path) -> None:
    before = content(log)
    change(segments(log)[1], 1)
    change(segments(log)[2], 1)
    evidence = [path.read_bytes() for path in segments(log)[1:3]]
    calls = 0
    while True:
        try:
            mend(log, copy, Breaking(calls))
            break
        except KilledError:
            calls += 1
            assert list(content(log)) == list(before)
    assert calls > 6
    assert content(log) == before
    kept = sorted((log / "quarantine").iterdir())
    assert [path.read_bytes() for path in kept] == evidence
    assert read_head(FILES, Layout(log)) is not None
