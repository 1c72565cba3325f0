"""Hostile files through the whole check: each answered in time with its code, this process alive and small."""

import gc
import os
import struct
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

from assessment.imports.checking import check_file
from tests.kit.workbooks import (
    GOOD,
    HEADER,
    SHEET_PATH,
    packed,
    raw_parts,
    raw_sheet,
    raw_workbook,
    shared_strings,
    text_cell,
    with_parts,
    xlsx,
)

MAX_SECONDS: Final = 12.0
MAX_GROWTH_BYTES: Final = 20 * 1024 * 1024
ROUNDS: Final = 4
BANK: Final = xlsx([HEADER, GOOD])


def blank_bomb() -> bytes:
    """Unpack to 100 MB of blanks."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in raw_parts([raw_sheet("")]).items():
            if path != SHEET_PATH:
                archive.writestr(path, content)
        with archive.open(SHEET_PATH, "w") as sheet:
            sheet.write(raw_sheet("").encode().removesuffix(b"</sheetData></worksheet>"))
            for _ in range(100):
                sheet.write(b" " * 1_000_000)
            sheet.write(b"</sheetData></worksheet>")
    return file.getvalue()


def small_cells() -> bytes:
    """Fill 500,000 cells and more, all within the limits of rows and columns."""
    row = "".join(f"<c><v>{one}</v></c>" for one in range(100, 250))
    rows = "".join(f'<row r="{number}" ht="{number * 7919 % 104_729}">{row}</row>' for number in range(1, 3_500))
    return packed(raw_parts([raw_sheet(rows)]) | {"xl/media/noise.bin": os.urandom(1_000_000)})


def shared_amplification() -> bytes:
    """Refer 50,000 times to one string of 32,000 characters."""
    row = '<c t="s"><v>0</v></c>' * 10
    cells = raw_sheet("".join(f'<row r="{number}">{row}</row>' for number in range(1, 5_001)))
    texts = shared_strings(["x" * 32_000]).encode()
    return packed(raw_parts([cells]) | {"xl/sharedStrings.xml": texts, "xl/media/noise.bin": os.urandom(100_000)})


def many_merges() -> bytes:
    """Merge the same large range over and over."""
    merges = '<mergeCell ref="A1:IV10000"/>' * 100_000
    sheet = raw_sheet(f'<row r="1">{text_cell("A1", "x")}</row><row r="10000">{text_cell("IV10000", "x")}</row>')
    sheet = sheet.replace("</worksheet>", f"<mergeCells>{merges}</mergeCells></worksheet>")
    return packed(raw_parts([sheet]) | {"xl/media/noise.bin": os.urandom(100_000)})


def lying_size(declared: int) -> bytes:
    """Declare another inflated size than the sheet has, in both headers."""
    data = bytearray(BANK)
    with zipfile.ZipFile(BytesIO(BANK)) as archive:
        entry = archive.getinfo(SHEET_PATH)
    true_size = struct.pack("<I", entry.file_size)
    local = data.index(true_size, entry.header_offset)
    data[local : local + 4] = struct.pack("<I", declared)
    central = data.index(true_size, data.index(b"PK\x01\x02"))
    data[central : central + 4] = struct.pack("<I", declared)
    return bytes(data)


def with_doctype(encoding: str, declared: str) -> bytes:
    markup = raw_sheet("").removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    entity = '<!DOCTYPE worksheet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    text = f'<?xml version="1.0" encoding="{declared}"?>{entity}{markup}'
    return with_parts(BANK, {SHEET_PATH: text.encode(encoding)})


def overlapping() -> bytes:
    """Let two directory entries share one body."""
    data = bytearray(packed({**raw_parts([raw_sheet("")]), "xl/a.xml": b"<a/>", "xl/b.xml": b"<b/>"}))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        first, second = archive.getinfo("xl/a.xml"), archive.getinfo("xl/b.xml")
    place = data.rindex(struct.pack("<I", second.header_offset))
    data[place : place + 4] = struct.pack("<I", first.header_offset)
    return bytes(data)


def doubled_part() -> bytes:
    """Hold the sheet twice, the second time under a name that differs in case."""
    return packed(raw_parts([raw_sheet("")]) | {SHEET_PATH.upper(): b"<worksheet/>"})


def far(reference: str) -> Callable[[], bytes]:
    return lambda: raw_workbook(f"<row>{text_cell('A1', 'x')}{text_cell(reference, 'x')}</row>")


HOSTILE: Final[dict[str, tuple[Callable[[], bytes], set[str]]]] = {
    "far-cell": (far("ZZ200000"), {"too-many-rows"}),
    "farthest-cell": (far("XFD1048576"), {"too-many-rows"}),
    "beyond-cell": (far("ZZZZ999999999"), {"too-many-rows"}),
    "blank-bomb": (blank_bomb, {"inflates-too-far"}),
    "small-cells": (small_cells, {"too-many-cells"}),
    "shared-amplification": (shared_amplification, {"too-much-text"}),
    "many-merges": (many_merges, {"merged-cells"}),
    "size-too-small": (lambda: lying_size(10), {"damaged-workbook"}),
    "size-too-large": (lambda: lying_size(1_000_000), {"inflates-too-far", "damaged-workbook"}),
    "size-huge": (lambda: lying_size(2**32 - 2), {"inflates-too-far"}),
    "doctype-utf-8": (lambda: with_doctype("utf-8", "UTF-8"), {"forbidden-markup"}),
    "doctype-utf-16": (lambda: with_doctype("utf-16", "UTF-16"), {"forbidden-markup"}),
    "doctype-utf-7": (lambda: with_doctype("utf-7", "UTF-7"), {"damaged-workbook"}),
    "doctype-latin-1": (lambda: with_doctype("latin-1", "ISO-8859-1"), {"damaged-workbook"}),
    "doctype-ebcdic": (lambda: with_doctype("cp037", "cp037"), {"damaged-workbook"}),
    "overlapping": (overlapping, {"damaged-workbook"}),
    "doubled-part": (doubled_part, {"damaged-workbook"}),
    "prepended": (lambda: b"PK\x03\x04" + b"x" * 100 + BANK, {"damaged-workbook"}),
    "half": (lambda: BANK[: len(BANK) // 2], {"damaged-workbook"}),
    "one-field-of-5-mebibytes": (lambda: b"x" * (5 << 20), {"cell-too-long"}),
    "delimiters-only": (lambda: b"," * (5 << 20), {"too-many-columns"}),
    "line-ends-only": (lambda: b"a" + b"\n" * ((5 << 20) - 1), {"too-many-rows"}),
    "blank-lines": (lambda: b",\n" * (5 << 19), {"too-many-rows"}),
    "short-lines": (lambda: b"a\n" * (5 << 19), {"too-many-rows"}),
    "quotes-only": (lambda: b'"' * (5 << 20), {"cell-too-long"}),
    "odd-quotes": (lambda: b'"' * ((5 << 20) - 1), {"unclosed-quote"}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_file_is_answered_in_time(name: str) -> None:
    make, codes = HOSTILE[name]
    data = make()
    started = time.monotonic()
    report = await check_file(data, "bank.xlsx")
    seconds = time.monotonic() - started

    print(f"{name}: {len(data)} bytes, {seconds:.2f} s, {report.outcome.problem_counts}")
    assert set(report.outcome.problem_counts) & codes
    assert report.outcome.questions == ()
    assert report.outcome.errors >= 1
    assert seconds < MAX_SECONDS


async def test_this_process_stays_small() -> None:
    files = [HOSTILE[name][0]() for name in ("far-cell", "short-lines")]
    for data in files:
        await check_file(data, "")
    gc.collect()
    before = _resident_bytes()
    for _ in range(ROUNDS):
        for data in files:
            await check_file(data, "")
    growth = _resident_bytes() - before

    print(f"growth after {ROUNDS * len(files)} hostile files: {growth / 1024:.0f} KiB")
    assert growth < MAX_GROWTH_BYTES
    assert len((await check_file(BANK, "bank.xlsx")).outcome.questions) == 1


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
