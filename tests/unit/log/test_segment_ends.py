"""What a start sees of sealed segments at their ends, and at the place of the head that a witness has seen."""

import json
import shutil
from pathlib import Path

import pytest

from eventrail.log.errors import LogCorrupt
from eventrail.log.line import genesis
from eventrail.log.options import Options
from tests.kit.forged_lines import hashed_anew
from tests.kit.logs import HastyFiles, append, crash, event, open_log

FOUR_LINES = Options(segment_bytes=1_000, extend_bytes=0, reserve_bytes=0)


def made(directory: Path) -> list[Path]:
    """A closed log of three segments without a written head, four lines in each sealed one; returns the segments."""
    log = open_log(directory, FOUR_LINES, files=HastyFiles())
    for _ in range(10):
        log.commit([append(event())])
    while log.maintain():
        pass
    crash(log)
    paths = sorted((directory / "segments").iterdir())
    assert [int(path.stem) for path in paths] == [1, 5, 9]
    return paths


def with_head_at(directory: Path, position: int) -> Path:
    """A log of indexed segments whose head.json is of this position in the first of them; returns that one."""
    segment, *_ = made(directory)
    line = segment.read_bytes().splitlines()[position - 1]
    (directory / "head.json").write_text(f'{{"position":{position},"hash":"{line[-66:-2].decode()}"}}')
    return segment


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b',"tags":', b',"tagz":', "not the shape of a line"),
        (b'{"position":2,', b'{"position":8,', "position 8 stands there"),
    ],
)
def test_what_stands_at_the_witnessed_head_must_be_its_line(
    tmp_path: Path, before: bytes, after: bytes, reason: str
) -> None:
    """The ends of the segment are sound, and nothing else of it is read."""
    segment = with_head_at(tmp_path, 2)
    first, second, *rest = segment.read_bytes().splitlines(keepends=True)
    assert before in second
    segment.write_bytes(b"".join([first, second.replace(before, after), *rest]))
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path, FOUR_LINES, files=HastyFiles())
    refused = refusal.value
    assert (refused.file, refused.offset, refused.reason) == (segment, len(first), reason)
    assert (refused.first_position, refused.last_position) == (2, 2)


@pytest.mark.parametrize("position", [1, 2, 4])
def test_control_a_head_in_a_sealed_segment_that_is_sound_is_taken(tmp_path: Path, position: int) -> None:
    with_head_at(tmp_path, position)
    log = open_log(tmp_path, FOUR_LINES, files=HastyFiles())
    assert (log.head.position, log.recovery.witness_position) == (10, position)
    log.close()


def test_a_sealed_segment_that_ends_inside_an_append_is_refused_where_the_append_begins(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=750, extend_bytes=0))
    log.commit([append(event())])
    log.commit([append(event(), event())])
    log.commit([append(event())])
    crash(log)
    segment, _ = sorted((tmp_path / "segments").iterdir())
    first, second, _ = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(first + second)
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path)
    refused = refusal.value
    assert (refused.file, refused.offset, refused.reason) == (segment, len(first), "the append is incomplete")
    assert (refused.first_position, refused.last_position) == (2, 2)
    assert segment.read_bytes() == first + second


@pytest.mark.parametrize("behind", [bytes(8), b"\0", bytes(700)])
def test_zeros_behind_a_sealed_segment_are_refused_where_they_begin(tmp_path: Path, behind: bytes) -> None:
    """Only the open segment is filled ahead; a sealed one was cut to its lines before the next was made."""
    first, *_ = made(tmp_path)
    size = first.stat().st_size
    first.write_bytes(first.read_bytes() + behind)
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path, FOUR_LINES, files=HastyFiles())
    refused = refusal.value
    assert (refused.file, refused.offset) == (first, size)
    assert refused.reason == "a sealed segment goes on behind its last line"
    assert (refused.first_position, refused.last_position) == (5, 5)


def test_a_sealed_segment_without_an_index_is_refused_for_a_line_out_of_place(tmp_path: Path) -> None:
    """Its hashes close, and its ends fit: only reading it whole tells."""
    paths = made(tmp_path)
    lines = b"".join(path.read_bytes() for path in paths)
    sizes = [path.stat().st_size for path in paths]
    log_id = json.loads((tmp_path / "log.json").read_bytes())["log_id"]
    forged = hashed_anew(lines.replace(b'{"position":2,', b'{"position":8,', 1), genesis(log_id).hash)
    for path, size in zip(paths, sizes, strict=True):
        path.write_bytes(forged[:size])
        forged = forged[size:]
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(LogCorrupt, match="position 8 stands where 2 belongs") as refusal:
        open_log(tmp_path, FOUR_LINES)
    segment, place = paths[0], paths[0].read_bytes().index(b"\n") + 1
    assert (refusal.value.file, refusal.value.offset, refusal.value.first_position) == (segment, place, 2)
