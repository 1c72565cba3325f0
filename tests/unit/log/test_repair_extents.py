"""Repairs of what is gone altogether, and those that are refused: what comes back, where it lies, and what stays."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from eventrail.log.checking.verify import verify
from eventrail.log.copies import repair as repairing
from eventrail.log.copies.backup import backup, restore
from eventrail.log.copies.line_source import DirectoryLines
from eventrail.log.copies.refusals import Unrepairable
from eventrail.log.copies.repair import RepairReport, repair
from eventrail.log.errors import LogCorrupt
from eventrail.log.files import Files, SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from tests.kit.logs import append, event, open_log

OPTIONS = Options(segment_bytes=1_000, extend_bytes=0)
"""Four lines a segment."""
HEAD = 18
FILES = SystemFiles()


def write(directory: Path, count: int, data: bytes = b'"\xf0\x9f\x8c\x8d"') -> None:
    log = open_log(directory, OPTIONS)
    for number in range(count):
        log.commit([append(event(data), event(b"%d" % number))])
    log.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A closed log of five segments, and a backup of it beside."""
    write(tmp_path / "log", HEAD // 2)
    backup(tmp_path / "log", tmp_path / "copy")
    return tmp_path / "log"


@pytest.fixture
def copy(log: Path) -> Path:
    return log.with_name("copy")


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "segments").iterdir())


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in segments(directory)}


def text(directory: Path) -> bytes:
    return b"".join(content(directory).values())


def mend(directory: Path, source: Path, files: Files = FILES) -> RepairReport:
    return repair(directory, DirectoryLines(FILES, Layout(source)), files=files)


def test_where_no_log_lives_nothing_is_made(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(LogCorrupt, match="no log lives here") as refusal:
        mend(tmp_path / "none", copy)
    assert refusal.value.file == tmp_path / "none" / "log.json"
    assert not (tmp_path / "none").exists()


def test_a_log_that_lost_all_its_segments_comes_back(log: Path, copy: Path) -> None:
    before = text(log)
    for path in segments(log):
        path.unlink()
    report = mend(log, copy)
    assert [(mended.lines, mended.quarantined) for mended in report.segments] == [(HEAD, None)]
    assert text(log) == before
    assert report.verification.head.position == HEAD
    open_log(log, OPTIONS).close()


def test_what_comes_back_lies_in_segments_of_bounded_size(
    log: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(log)
    for path in segments(log):
        path.unlink()
    monkeypatch.setattr(repairing, "SEGMENT_BYTES", len(before[f"{1:020}.ndjson"]))
    report = mend(log, copy)
    assert content(log) == before, "each ends with the append that reaches the bound"
    assert [mended.file.name for mended in report.segments] == sorted(before, reverse=True), "the last ones first"
    open_log(log, OPTIONS).close()


def test_a_last_segment_that_ends_at_its_bound_has_no_empty_one_behind(
    log: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = text(log)
    for path in segments(log):
        path.unlink()
    monkeypatch.setattr(repairing, "SEGMENT_BYTES", len(before))
    mend(log, copy)
    assert list(content(log)) == [f"{1:020}.ndjson"]
    assert text(log) == before


def test_a_source_that_ends_before_what_a_witness_has_seen_is_not_enough(log: Path, copy: Path) -> None:
    own, source = segments(log)[-1], segments(copy)[-1]
    write(log, 1)
    lines = own.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    source.write_bytes(b"".join(lines[:2]))
    own.write_bytes(lines[0].replace(b'"data":', b'"data":7', 1))
    before = content(log)
    with pytest.raises(Unrepairable, match="in the source it is missing") as refusal:
        mend(log, copy)
    assert (refusal.value.file, refusal.value.position) == (own, HEAD + 1)
    assert content(log) == before
    assert not (log / "quarantine").exists()


def test_a_source_that_parted_from_the_log_before_the_damage_is_refused(log: Path, copy: Path, tmp_path: Path) -> None:
    restore(copy, tmp_path / "twin")
    write(tmp_path / "twin", 4, b'"forged"')
    write(log, 4)
    damaged = next(path for path in reversed(segments(log)) if int(path.stem) <= HEAD + 1)
    lines = damaged.read_bytes().splitlines(keepends=True)
    number = HEAD + 1 - int(damaged.stem)
    lines[number] = lines[number].replace(b'"data":', b'"data":7', 1)
    damaged.write_bytes(b"".join(lines))
    before = content(log)
    with pytest.raises(Unrepairable, match=f"another history there than the log did at position {HEAD + 2}") as refusal:
        mend(log, tmp_path / "twin")
    assert (refusal.value.file, refusal.value.position) == (damaged, HEAD + 2)
    assert content(log) == before
    assert {damage.first_position for damage in verify(log).damages} == {HEAD + 1}


def test_a_segment_that_stops_being_readable_under_the_repair_is_named(log: Path, copy: Path) -> None:
    first, second, *_ = segments(log)
    second.write_bytes(second.read_bytes().replace(b'"data":', b'"data":7', 1))
    shutil.copytree(log / "segments", log / "incoming")
    before = content(log)

    class Dying(SystemFiles):
        dead = False

        def open(self, path: Path, flags: int) -> int:
            if self.dead and path == first:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().open(path, flags)

        def remove(self, path: Path) -> None:
            self.dead = True
            super().remove(path)

    with pytest.raises(Unrepairable, match="the last line can't be read") as refusal:
        mend(log, copy, Dying())
    assert (refusal.value.file, refusal.value.position) == (first, int(second.stem) - 1)
    assert content(log) == before
