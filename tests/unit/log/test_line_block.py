"""The fast check of a block against the slow one of each line: they must never disagree on what is wrong."""

import os
import random
from pathlib import Path

import pytest

from eventrail.log.checking import segment_check
from eventrail.log.checking.line_block import Block, follow_block
from eventrail.log.checking.segment_check import SegmentCheck, SegmentFindings, check_segment
from eventrail.log.events import NewEvent
from eventrail.log.files import SystemFiles
from eventrail.log.limits import LINE_BYTES, NESTING_LEVELS
from eventrail.log.line import StoredLine, form_line, genesis
from tests.kit.forged_lines import hashed_anew
from tests.kit.logs import numbered_id, overwrite

GENESIS = genesis(numbered_id(0))
FILES = SystemFiles()
TIME = "2026-11-22T12:00:00.000000Z"
FLIPS = int(os.environ.get("VERIFY_FLIPS", "400"))
VALUES = (
    b"1",
    b'"\xf0\x9f\x8c\x8d \\u0000"',
    b'{"a":[1,{"b":" x , y "}]}',
    b"null",
    b'"{[ \\" ]}"',
    b"[" * 64 + b"]" * 64,
)


def block_of(appends: int, *, data: bytes | None = None) -> bytes:
    """Appends of one to three events, three of them a batch."""
    lines: list[bytes] = []
    line_hash, synced = GENESIS.hash, 0
    for number in range(appends):
        if number % 3 == 0:
            synced = len(lines)
        commit = len(lines) + 1 + number % 3
        for position in range(len(lines) + 1, commit + 1):
            value = VALUES[position % len(VALUES)] if data is None else data
            event = NewEvent("a.b", ("t:1", "u:2")[: position % 3], value, None, b'{"m":" "}')
            line, line_hash = form_line(event, numbered_id(position), position, TIME, commit, synced, line_hash)
            lines.append(line)
    return b"".join(lines)


def findings(path: Path, content: bytes, *, is_open: bool = False) -> SegmentFindings:
    overwrite(path, content)
    return check_segment(FILES, SegmentCheck(path, 1, GENESIS, open=is_open))


def slow_findings(
    monkeypatch: pytest.MonkeyPatch, path: Path, content: bytes, *, is_open: bool = False
) -> SegmentFindings:
    with monkeypatch.context() as patched:
        patched.setattr(segment_check, "follow_block", refusing)
        return findings(path, content, is_open=is_open)


def refusing(_previous: StoredLine, _block: bytes) -> Block | None:
    return None


def test_a_sound_block_passes_fast() -> None:
    block = block_of(50)
    found = follow_block(GENESIS, block)
    assert found is not None
    lines = block.splitlines(keepends=True)
    assert (found.last.position, found.appends, found.whole_bytes) == (len(lines), 50, len(block))
    part = b"".join(lines[:-1])
    cut = follow_block(GENESIS, part)
    assert cut is not None
    assert cut.whole is not None
    assert (cut.last.position, cut.whole.position) == (len(lines) - 1, cut.whole.commit)


def test_a_block_inside_an_append_has_no_whole_line() -> None:
    first, second, *_ = b"".join(block_of(3).splitlines(keepends=True)[3:]).splitlines(keepends=True)
    before = follow_block(GENESIS, b"".join(block_of(3).splitlines(keepends=True)[:3]))
    assert before is not None
    inside = follow_block(before.last, first + second)
    assert inside is not None
    assert (inside.whole, inside.whole_bytes, inside.appends) == (None, 0, 0)


@pytest.mark.parametrize("seed", [7])
def test_flipped_bits_are_found_alike_fast_and_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance, block = random.Random(seed), block_of(12)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    for _ in range(FLIPS):
        bit = chance.randrange(len(block) * 8)
        flipped = bytearray(block)
        flipped[bit // 8] ^= 1 << bit % 8
        is_open = chance.random() < 0.5
        fast = findings(path, bytes(flipped), is_open=is_open)
        assert fast == slow_findings(monkeypatch, path, bytes(flipped), is_open=is_open), (seed, bit, is_open)
        assert fast.damage is not None or fast.torn is not None, (seed, bit)


FORGED = {
    "an unknown key": (b'"meta":', b'"more":1,"meta":'),
    "a key twice": (b'"meta":', b'"position":1,"meta":'),
    "another order": (b'"position":2,"id":', b'"id":"x","position":2,"id":'),
    "a capital in a type": (b'"type":"a.b"', b'"type":"a.B"'),
    "no type": (b'"type":"a.b"', b'"type":""'),
    "an escape in a type": (b'"type":"a.b"', b'"type":"a\\u002eb"'),
    "a space in tags": (b'"tags":["t:1"', b'"tags":["t 1"'),
    "space between tags": (b'"tags":["t:1","u:2"', b'"tags":["t:1", "u:2"'),
    "an id too short": (b'"id":"0000', b'"id":"000'),
    "a capital in an id": (b'"id":"0000', b'"id":"000A'),
    "a time without its end": (b'000000Z"', b'000000"'),
    "a time that goes back": (b'"u:2"],"time":"2026', b'"u:2"],"time":"2025'),
    "space in data": (b'{"a":[', b'{"a": ['),
    "a tab in data": (b'{"a":[', b'{"a":\t['),
    "no JSON": (b'{"a":[', b'{"a":['.replace(b":", b"")),
    "a leading zero": (b'"data":1,', b'"data":01,'),
    "a lone surrogate": (b"\\u0000", b"\\ud800"),
    "invalid UTF-8": (b"\xf0\x9f", b"\xf0\x28"),
    "nesting over the limit": (b"[" * 64 + b"]" * 64, b"[" * 65 + b"]" * 65),
    "meta that is no object": (b'"meta":{"m":" "}', b'"meta":["m"]'),
    "a position twice": (b'{"position":3,', b'{"position":2,'),
    "a position left out": (b'{"position":3,', b'{"position":4,'),
    "a zero before a position": (b'{"position":3,', b'{"position":03,'),
    "another commit": (b'"commit":3,', b'"commit":4,'),
    "a sync of the future": (b'"synced":0,', b'"synced":9,'),
    "a line that is missing": (block_of(2).splitlines(keepends=True)[1], b""),
}


@pytest.mark.parametrize("flaw", FORGED)
def test_flaws_under_hashes_that_close_are_found_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: str
) -> None:
    before, after = FORGED[flaw]
    block = block_of(6)
    assert before in block
    forged = hashed_anew(block.replace(before, after, 1), GENESIS.hash)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    fast = findings(path, forged)
    assert fast.damage is not None
    assert fast == slow_findings(monkeypatch, path, forged)
    assert follow_block(GENESIS, forged) is None


def test_control_lines_that_are_hashed_anew_without_a_flaw_pass(tmp_path: Path) -> None:
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    assert hashed_anew(block_of(6), GENESIS.hash) == block_of(6)
    assert findings(path, hashed_anew(block_of(6), GENESIS.hash)).damage is None


@pytest.mark.parametrize(("over", "sound"), [(-1, True), (0, True), (1, False)])
def test_a_line_at_its_limit(tmp_path: Path, over: int, *, sound: bool) -> None:
    spare = LINE_BYTES - (len(block_of(1, data=b'""')) - 1)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    found = findings(path, block_of(1, data=b'"' + b"x" * (spare + over) + b'"'))
    assert (found.damage is None) is sound
    assert found.damage is None or "over the limit" in found.damage.reason


@pytest.mark.parametrize(("levels", "sound"), [(NESTING_LEVELS - 1, True), (NESTING_LEVELS, True), (65, False)])
def test_nesting_at_its_limit(tmp_path: Path, levels: int, *, sound: bool) -> None:
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    found = findings(path, block_of(4, data=b"[" * levels + b"]" * levels))
    assert (found.damage is None) is sound


def test_nesting_that_would_end_a_recursion_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    found = findings(path, block_of(1, data=b"[" * 400_000 + b"]" * 400_000))
    assert found.damage is not None
    assert "nested" in found.damage.reason


def test_an_empty_sealed_segment_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.parent.mkdir()
    found = findings(path, b"")
    assert found.damage is not None
    assert findings(path, b"", is_open=True).damage is None
