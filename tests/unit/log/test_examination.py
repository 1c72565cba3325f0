"""What a start refuses before it has read a line that is wrong: the place and the reason, word by word."""

from pathlib import Path

import pytest

from eventrail.log.errors import LogCorrupt
from tests.kit.logs import append, event, open_log


def a_log(directory: Path, events: int) -> Path:
    """A log that was stopped, with a current head.json; returns its one segment."""
    log = open_log(directory)
    for _ in range(events):
        log.commit([append(event())])
    log.close()
    (segment,) = (directory / "segments").iterdir()
    return segment


def refusal(directory: Path) -> str:
    with pytest.raises(LogCorrupt) as refused:
        open_log(directory)
    return str(refused.value)


@pytest.mark.parametrize("with_directory", [True, False])
def test_a_log_without_any_segment_misses_its_first(tmp_path: Path, *, with_directory: bool) -> None:
    segment = a_log(tmp_path, 2)
    segment.unlink()
    if not with_directory:
        segment.parent.rmdir()
    assert refusal(tmp_path) == f"{segment}, byte 0, positions 1 to 1: the segment is missing"


def test_whatever_else_lies_among_the_segments_is_named(tmp_path: Path) -> None:
    stray = a_log(tmp_path, 2).with_name("notes.txt")
    stray.touch()
    assert refusal(tmp_path) == f"{stray}, byte 0, positions 0 to 0: no segment of a log has such a name"


@pytest.mark.parametrize("lost", [1, 2])
def test_a_segment_that_ends_before_what_head_json_has_seen_is_refused(tmp_path: Path, lost: int) -> None:
    segment = a_log(tmp_path, 4)
    kept = b"".join(segment.read_bytes().splitlines(keepends=True)[:-lost])
    segment.write_bytes(kept)
    where = f"{segment}, byte {len(kept)}, positions {5 - lost} to 4"
    assert refusal(tmp_path) == f"{where}: head.json has seen position 4"
    assert segment.read_bytes() == kept
