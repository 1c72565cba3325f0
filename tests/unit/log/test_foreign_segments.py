"""An open segment of another log: it is refused, however little stands in it, and never cut as a torn tail."""

from pathlib import Path

import pytest

from eventrail.log.errors import LogCorrupt
from eventrail.log.options import Options
from eventrail.log.scanning import is_whole
from tests.kit.logs import HastyFiles, append, crash, event, open_log, overwrite

OPTIONS = Options(segment_bytes=500, extend_bytes=0, reserve_bytes=0)
OPEN = f"{3:020}.ndjson"


def log_of(directory: Path, *last: int) -> Path:
    """Two events in a sealed segment, and one append of so many events in the open one; returns the open one."""
    log = open_log(directory, OPTIONS)
    for _ in range(2):
        log.commit([append(event())])
    for count in last:
        log.commit([append(*[event(b'"\\u0000"')] * count)])
    crash(log)
    return directory / "segments" / OPEN


@pytest.mark.parametrize("zeros", [0, 900])
@pytest.mark.parametrize("count", [1, 3])
def test_an_open_segment_of_another_log_is_refused(tmp_path: Path, count: int, zeros: int) -> None:
    path = log_of(tmp_path / "ours", 1)
    foreign = log_of(tmp_path / "theirs", count).read_bytes() + bytes(zeros)
    path.write_bytes(foreign)
    with pytest.raises(LogCorrupt, match="the hash does not close") as refusal:
        open_log(tmp_path / "ours", OPTIONS)
    assert (refusal.value.file, refusal.value.offset, refusal.value.first_position) == (path, 0, 3)
    assert path.read_bytes() == foreign
    assert not (tmp_path / "ours" / "quarantine").exists()


def test_the_first_segment_of_another_log_is_refused(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        log = open_log(tmp_path / name)
        log.commit([append(event())])
        crash(log)
    path, theirs = (tmp_path / name / "segments" / f"{1:020}.ndjson" for name in ("ours", "theirs"))
    path.write_bytes(theirs.read_bytes())
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path / "ours")
    assert refusal.value.file == path


def test_control_a_first_batch_that_was_torn_is_still_cut(tmp_path: Path) -> None:
    """At every byte, and with every sector of it lost."""
    path = log_of(tmp_path, 2)
    content = path.read_bytes()
    cuts = [content[:cut] for cut in range(1, len(content), 4)]
    holes = [
        content[:start] + bytes(len(content[start : start + 64])) + content[start + 64 :] for start in (0, 64, 128)
    ]
    for torn in cuts + holes:
        overwrite(path, torn)
        log = open_log(tmp_path, OPTIONS, files=HastyFiles())
        assert log.head.position == 2
        assert log.recovery.cut_bytes == len(torn.rstrip(b"\0"))
        crash(log)


def test_an_append_that_was_begun_in_a_new_segment_is_cut(tmp_path: Path) -> None:
    path = log_of(tmp_path, 3)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    log = open_log(tmp_path, OPTIONS)
    assert (log.head.position, log.recovery.cut_positions) == (2, 1)
    crash(log)


def test_a_whole_line_is_known_by_its_shape_and_its_json(tmp_path: Path) -> None:
    line = log_of(tmp_path, 1).read_bytes()
    assert is_whole(line)
    assert not is_whole(line[:-1])
    assert not is_whole(line.replace(b'"\\u0000"', b'"\0\0\0\0\0\0"'))
    assert not is_whole(line.replace(b'"\\u0000"', b'"\\u0000" '))
    assert not is_whole(b"garbage\n")
