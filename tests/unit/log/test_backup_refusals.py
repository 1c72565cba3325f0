"""Backups of logs that are damaged, cut off or gone on otherwise: refused by place, and the copy stays as it was."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eventrail.log.checking.verify import verify
from eventrail.log.copies.backup import SIDE_DIRECTORY, backup
from eventrail.log.copies.refusals import CopyFailed, TargetRefused
from eventrail.log.errors import LogCorrupt
from eventrail.log.files import SystemFiles
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, crash, event, open_log

OPTIONS = Options(segment_bytes=1_000, extend_bytes=0)
"""Four lines a segment."""


def write(log: Log, count: int) -> None:
    for number in range(count):
        log.commit([append(event(b'"\xf0\x9f\x8c\x8d"'), event(b"%d" % number))])


def made(directory: Path, count: int) -> None:
    log = open_log(directory, OPTIONS)
    write(log, count)
    log.close()


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "segments").iterdir())


def everything(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def test_damage_in_the_open_segment_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    made(tmp_path / "log", 9)
    last = segments(tmp_path / "log")[-1]
    lines = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(lines[0] + lines[1].replace(b'"data":', b'"data":7', 1))
    with pytest.raises(LogCorrupt, match="the hash does not close") as refusal:
        backup(tmp_path / "log", tmp_path / "copy")
    assert (refusal.value.file, refusal.value.offset, refusal.value.first_position) == (last, len(lines[0]), 18)
    assert not (tmp_path / "copy").exists()


def test_a_sealed_segment_without_its_end_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    made(tmp_path / "log", 9)
    *_, before, last = segments(tmp_path / "log")
    before.write_bytes(before.read_bytes()[:-1])
    with pytest.raises(LogCorrupt, match="the segment's last line can't be read") as refusal:
        backup(tmp_path / "log", tmp_path / "copy")
    places = (refusal.value.file, refusal.value.first_position, refusal.value.last_position)
    assert places == (before, int(before.stem), int(last.stem) - 1)
    assert not (tmp_path / "copy").exists()


def test_right_behind_a_roll_all_that_is_sealed_is_copied(tmp_path: Path) -> None:
    """The one batch in the open segment proves the segments before it, and nothing of itself."""
    log = open_log(tmp_path / "log", OPTIONS)
    write(log, 5)
    crash(log)
    report = backup(tmp_path / "log", tmp_path / "copy")
    assert (report.head.position, report.copied_segments) == (8, 3)
    assert [path.stat().st_size for path in segments(tmp_path / "copy")][-1] == 0
    assert verify(tmp_path / "copy").events == 8
    again = backup(tmp_path / "log", tmp_path / "copy")
    assert (again.head, again.copied_segments) == (report.head, 0)
    open_log(tmp_path / "log", OPTIONS).close()
    assert backup(tmp_path / "log", tmp_path / "copy").head.position == 10


def lose_shape(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'{"position":4,"id":', b'{"position":4,"if":'))


def lose_place(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'{"position":4,', b'{"position":7,'))


def lose_file(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("lose", [lose_shape, lose_place, lose_file])
def test_a_log_that_lost_the_head_of_its_copy_does_not_overwrite_it(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    made(tmp_path / "log", 2)
    backup(tmp_path / "log", tmp_path / "copy")
    made(tmp_path / "log", 9)
    lose(segments(tmp_path / "log")[0])
    before = everything(tmp_path / "copy")
    with pytest.raises(TargetRefused, match="holds another event at position 4 than the log"):
        backup(tmp_path / "log", tmp_path / "copy")
    assert everything(tmp_path / "copy") == before


@pytest.mark.parametrize(
    ("stray", "named"), [(f"{3:020}.ndjson", f"{3:020}"), (f"{99:020}.ndjson", f"{99:020}"), ("a.txt", f"{0:020}")]
)
def test_a_copy_with_a_segment_that_the_log_has_not_is_left_alone(tmp_path: Path, stray: str, named: str) -> None:
    made(tmp_path / "log", 9)
    backup(tmp_path / "log", tmp_path / "copy")
    made(tmp_path / "log", 9)
    (tmp_path / "copy" / "segments" / stray).write_bytes(b"what nobody else may have")
    before = everything(tmp_path / "copy")
    with pytest.raises(TargetRefused, match=f"a segment that the log has not, {named}"):
        backup(tmp_path / "log", tmp_path / "copy")
    assert everything(tmp_path / "copy") == before


def test_a_copy_of_the_right_size_with_another_end_is_made_again(tmp_path: Path) -> None:
    made(tmp_path / "log", 9)
    backup(tmp_path / "log", tmp_path / "copy")
    whole = everything(tmp_path / "copy")
    rotten = segments(tmp_path / "copy")[1]
    rotten.write_bytes(rotten.read_bytes()[:-4] + b'~"}\n')
    assert backup(tmp_path / "log", tmp_path / "copy").copied_segments == 1
    assert everything(tmp_path / "copy") == whole


def test_small_files_beside_the_segments_are_copied_once(tmp_path: Path) -> None:
    made(tmp_path / "log", 3)
    here, there = tmp_path / "log" / SIDE_DIRECTORY, tmp_path / "copy" / SIDE_DIRECTORY
    here.mkdir()
    (here / "one.json").write_text("one")
    (here / "two.json.new").write_text("half")
    backup(tmp_path / "log", tmp_path / "copy")
    assert {path.name: path.read_text() for path in there.iterdir()} == {"one.json": "one"}
    copied = (there / "one.json").stat().st_mtime_ns
    (here / "two.json").write_text("two")
    backup(tmp_path / "log", tmp_path / "copy")
    assert {path.name: path.read_text() for path in there.iterdir()} == {"one.json": "one", "two.json": "two"}
    assert (there / "one.json").stat().st_mtime_ns == copied
    (there / "one.json").write_text("o")
    backup(tmp_path / "log", tmp_path / "copy")
    assert (there / "one.json").read_text() == "one", "a copy that was cut short is made good"


def test_a_source_that_shrinks_under_the_copy_is_told_and_nothing_is_put_into_place(tmp_path: Path) -> None:
    made(tmp_path / "log", 9)
    source = segments(tmp_path / "log")[0]

    class Shrinking(SystemFiles):
        def open(self, path: Path, flags: int) -> int:
            if path.parent.name == "incoming" and path.name == source.name:
                os.truncate(source, 100)
            return super().open(path, flags)

    with pytest.raises(CopyFailed, match=f"the source {source} ends at byte 100") as refusal:
        backup(tmp_path / "log", tmp_path / "copy", files=Shrinking())
    assert refusal.value.file == tmp_path / "copy" / "incoming" / source.name
    assert segments(tmp_path / "copy") == []
    assert not refusal.value.file.exists()
    assert not (tmp_path / "copy" / "log.json").exists()
