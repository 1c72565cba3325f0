"""Spreadsheets changed at random, each again the same from its seed and number: bytes, parts, markup, text."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.kit.foreign_banks import kahoot_bank, moodle_bank, wayground_bank
from tests.kit.hostile_files import HOSTILE
from tests.kit.import_templates import csv_template, xlsx_template
from tests.kit.sample_banks import csv_bytes, xlsx_bytes
from tests.kit.workbooks import packed, parts

FILES: Final = Path(__file__).parents[1] / "integration" / "imports" / "files"
MAX_CHANGES: Final = 6
LIGHT: Final = ("far-cell", "shared-amplification", "doctype-utf-16", "overlapping", "repeating-open-document", "half")
WORDS: Final = (
    b"0",
    b"-1",
    b"1048576",
    b"XFD1048576",
    b"99999999999999999999",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b"<",
    b"&#0;",
    b"&x;",
    b"]]>",
    b"<!DOCTYPE a>",
    b'<c r="ZZ200000"><v>1</v></c>',
    b'<mergeCell ref="A1:XFD1048576"/>',
    b"PK\x05\x06",
    b"PK\x03\x04",
    "🚀\u202e\u0301".encode(),
    b"=1+1",
    b"\r\n",
    b",,,,",
)


def originals() -> list[bytes]:
    """Give what is changed: good banks of every layout, other programs' files, and some hostile ones."""
    row = ("Which?", "a", "b", "c", "d", 20, "1,3")
    good = [
        csv_bytes(),
        xlsx_bytes(),
        csv_template(),
        xlsx_template(),
        kahoot_bank([row] * 5),
        wayground_bank([("Which?", "Checkbox", "a", "b", "c", "", "", "1,2")] * 5),
        moodle_bank([("q", "Which?", "a", "b", "c", "d", "A", "B")] * 5),
        csv_bytes().decode("utf-8-sig").encode("utf-16"),
    ]
    foreign = [path.read_bytes() for path in sorted(FILES.iterdir())]
    return [*good, *good, *foreign, *(HOSTILE[name][0]() for name in LIGHT)]


def mutated(seed: int, number: int, files: Sequence[bytes]) -> bytes:
    """Change one of the files; the same seed, number and files give the same bytes."""
    chance = random.Random(f"{seed}:{number}")
    data = chance.choice(files)
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.7:
        return _with_changed_part(chance, data)
    return _changed(chance, data)


def _with_changed_part(chance: random.Random, data: bytes) -> bytes:
    """Change what is inside, so that the archive around it is sound."""
    try:
        inside = parts(data)
    except Exception:  # noqa: BLE001 (some originals are no archives; all that is asked for is other bytes)
        return _changed(chance, data)
    for _ in range(chance.randint(1, 2)):
        path = chance.choice(sorted(inside))
        match chance.randrange(8):
            case 0:
                del inside[path]
            case 1:
                inside[path] = inside[chance.choice(sorted(inside))]
            case 2:
                inside[path + ".xml"] = inside[path]
            case 3:
                inside[path.upper()] = inside.pop(path)
            case _:
                inside[path] = _changed(chance, inside[path])
        if not inside:
            break
    return packed(inside)


def _changed(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.randint(1, MAX_CHANGES)):
        data = chance.choice(_CHANGES)(chance, data)
    return data


def _flip(chance: random.Random, data: bytes) -> bytes:
    if not data:
        return b"\x00"
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _insert(chance: random.Random, data: bytes) -> bytes:
    place = chance.randint(0, len(data))
    return data[:place] + chance.choice(WORDS) + data[place:]


def _cut(chance: random.Random, data: bytes) -> bytes:
    start = chance.randint(0, len(data))
    return data[:start] + data[start + chance.randint(0, 200) :]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    start = chance.randint(0, len(data))
    piece = data[start : start + chance.randint(1, 400)]
    return data[:start] + piece * chance.choice((2, 3, 50)) + data[start:]


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _renumber(chance: random.Random, data: bytes) -> bytes:
    """Replace a number or a quoted value, which markup is full of."""
    found = list(re.finditer(rb'\d+|"[^"]{1,40}"', data[:100_000]))
    if not found:
        return _insert(chance, data)
    match = chance.choice(found)
    quote = b'"' if match[0].startswith(b'"') else b""
    return data[: match.start()] + quote + chance.choice(WORDS) + quote + data[match.end() :]


_CHANGES: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _flip,
    _insert,
    _cut,
    _repeat,
    _truncate,
    _renumber,
    _renumber,
)
