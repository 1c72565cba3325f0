"""Flaws of the open segment under hashes that close, and what a start reads line by line: each is seen by its line."""

import json
from pathlib import Path

import pytest

from eventrail.log.errors import LogCorrupt
from eventrail.log.line import genesis
from tests.kit.forged_lines import hashed_anew
from tests.kit.logs import HastyFiles, append, crash, event, open_log

HEAD = 7
NAME = f"{1:020}.ndjson"


def written(directory: Path) -> list[bytes]:
    """Three batches: an append of one; appends of one and two; an append of three. Returns the lines."""
    log = open_log(directory, files=HastyFiles())
    for batch in (
        [append(event('"🌍"'.encode()))],
        [append(event(b"2")), append(event(b"3"), event(b"4"))],
        [append(event(b"5"), event(b"6"), event(b"7"))],
    ):
        log.commit(batch)
    crash(log)
    lines = (directory / "segments" / NAME).read_bytes().splitlines(keepends=True)
    assert len(lines) == HEAD
    return lines


def forge(directory: Path, lines: list[bytes], position: int, before: bytes, after: bytes) -> bytes:
    """Change a line and let all hashes close over it."""
    assert before in lines[position - 1]
    changed = [*lines[: position - 1], lines[position - 1].replace(before, after, 1), *lines[position:]]
    log_id = json.loads((directory / "log.json").read_bytes())["log_id"]
    forged = hashed_anew(b"".join(changed), genesis(log_id).hash)
    (directory / "segments" / NAME).write_bytes(forged)
    return forged


FLAWS = {
    "a position left out": (5, b'{"position":5,', b'{"position":6,', "position 6 stands where 5 belongs"),
    "a position twice": (5, b'{"position":5,', b'{"position":4,', "position 4 stands where 5 belongs"),
    "a time that goes back": (5, b'"time":"2026', b'"time":"2025', "its time is before the time of the line before"),
    "an append that ends before it begins": (5, b'"commit":7', b'"commit":4', "commit or synced do not fit"),
    "a sync that never was a head": (5, b'"synced":4', b'"synced":3', "commit or synced do not fit"),
    "an append that goes on otherwise": (6, b'"commit":7', b'"commit":8', "an append that this line does not continue"),
    "a sync in the middle of an append": (
        6,
        b'"synced":4',
        b'"synced":5',
        "an append that this line does not continue",
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_in_what_was_durable_is_refused_at_its_line(tmp_path: Path, flaw: str) -> None:
    position, before, after, reason = FLAWS[flaw]
    lines = written(tmp_path)
    forged = forge(tmp_path, lines, position, before, after)
    with pytest.raises(LogCorrupt, match=reason) as refusal:
        open_log(tmp_path, witness_position=HEAD, files=HastyFiles())
    refused = refusal.value
    assert refused.file == tmp_path / "segments" / NAME
    assert refused.offset == len(b"".join(forged.splitlines(keepends=True)[: position - 1]))
    assert refused.first_position == position
    assert refused.file.read_bytes() == forged
    assert not (tmp_path / "quarantine").exists()


@pytest.mark.parametrize("flaw", [flaw for flaw in FLAWS if b"synced" not in FLAWS[flaw][1]])
def test_a_flaw_in_the_last_batch_is_put_aside_with_the_append_that_it_is_in(tmp_path: Path, flaw: str) -> None:
    position, before, after, _ = FLAWS[flaw]
    lines = written(tmp_path)
    forged = forge(tmp_path, lines, position, before, after)
    log = open_log(tmp_path, files=HastyFiles())
    kept = b"".join(lines[:4])
    assert forged.startswith(kept)
    assert (log.head.position, log.recovery.cut_bytes) == (4, len(forged) - len(kept))
    assert Path(str(log.recovery.quarantine_file)).read_bytes() == forged[len(kept) :]
    assert log.recovery.cut_positions == position - 5, "whole lines of an append that was cut"
    crash(log)


def test_control_without_a_change_the_same_lines_are_taken(tmp_path: Path) -> None:
    lines = written(tmp_path)
    assert forge(tmp_path, lines, 5, b"5", b"5") == b"".join(lines)
    log = open_log(tmp_path, witness_position=HEAD, files=HastyFiles())
    assert (log.head.position, log.recovery.cut_bytes) == (HEAD, 0)
    crash(log)


@pytest.mark.parametrize("position", [1, 2, 6, HEAD])
def test_the_witnessed_head_is_held_against_its_line_when_lines_are_read_one_by_one(
    tmp_path: Path, position: int
) -> None:
    """Garbage behind the last line makes a start look closer."""
    lines = written(tmp_path)
    garbage = b"garbage\n"
    path, head = tmp_path / "segments" / NAME, tmp_path / "head.json"
    path.write_bytes(b"".join(lines) + garbage)
    stated = lines[position - 1][-67:-3].decode()
    head.write_text(json.dumps({"position": position, "hash": stated[::-1]}))
    with pytest.raises(LogCorrupt) as refusal:
        open_log(tmp_path, files=HastyFiles())
    refused = refusal.value
    assert (refused.file, refused.offset, refused.reason) == (head, 0, "the log holds another hash there")
    assert (refused.first_position, refused.last_position) == (position, position)
    assert path.read_bytes() == b"".join(lines) + garbage
    head.write_text(json.dumps({"position": position, "hash": stated}))
    log = open_log(tmp_path, files=HastyFiles())
    assert (log.head.position, log.recovery.cut_bytes) == (HEAD, len(garbage))
    crash(log)
