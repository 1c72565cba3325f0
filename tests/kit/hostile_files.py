"""Files made to hurt whoever reads them: each with the codes that may name it."""

import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

from tests.kit.workbooks import (
    GOOD,
    HEADER,
    SHEET_PATH,
    packed,
    parts,
    raw_parts,
    raw_sheet,
    raw_workbook,
    shared_strings,
    text_cell,
    with_parts,
    xlsx,
)

BANK: Final = xlsx([HEADER, GOOD])
WORKBOOK_PATH: Final = "xl/workbook.xml"
REPEATED: Final = "".join(
    f'<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
    f'table:number-columns-repeated="16384"><text:p>{number}</text:p></table:table-cell></table:table-row>'
    for number in range(10)
)


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


def repeating_open_document() -> bytes:
    """Let a few bytes of an .ods stand for 170 billion cells."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">'
        f"{REPEATED}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": content.encode()}, method=zipfile.ZIP_STORED)


def without(path: str, data: bytes) -> bytes:
    return packed({name: part for name, part in parts(data).items() if name != path})


def second_directory() -> bytes:
    """Hide a whole second archive's end in the comment of the first."""
    return packed(parts(BANK), comment=packed(raw_parts([raw_sheet("")]))[-22:])


def long_directory_end() -> bytes:
    """Put a zip64 end before the plain one, that points somewhere else."""
    end = BANK.rindex(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 46, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    return BANK[:end] + record + locator + BANK[end:]


def wrong_checksum() -> bytes:
    with zipfile.ZipFile(BytesIO(BANK)) as archive:
        entry = archive.getinfo(SHEET_PATH)
        checksum = struct.pack("<I", zlib.crc32(archive.read(SHEET_PATH)))
    data = bytearray(BANK)
    for start in (data.index(checksum, entry.header_offset), data.rindex(checksum)):
        data[start] ^= 0xFF
    return bytes(data)


def nested_archives(depth: int) -> bytes:
    data = BANK
    for number in range(depth):
        data = with_parts(BANK, {f"xl/embeddings/{number}.bin": data})
    return data


def deep_markup(depth: int) -> bytes:
    """Open as many elements as fit, one within the other."""
    sheet = raw_sheet("<row>" + "<c>" * depth + "</c>" * depth + "</row>").encode()
    return with_parts(BANK, {SHEET_PATH: sheet, "xl/media/noise.bin": os.urandom(200_000)})


def many_sheets(count: int) -> bytes:
    cell = raw_sheet(f"<row>{text_cell('A1', 'question')}{text_cell('B1', 'type')}</row>")
    return packed(raw_parts([cell] * count), method=zipfile.ZIP_DEFLATED)


def odd_cell(cell: str) -> bytes:
    """Put a cell of odd markup below the header of a good bank."""
    header = "".join(text_cell(f"{column}1", title) for column, title in (("A", "question"), ("B", "type")))
    return raw_workbook(f"<row>{header}</row><row>{cell}</row>")


def entity_in(path: str) -> bytes:
    markup = parts(BANK)[path].partition(b"?>")[2] or parts(BANK)[path]
    return with_parts(BANK, {path: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + markup})


HOSTILE: Final[dict[str, tuple[Callable[[], bytes], set[str]]]] = {
    "far-cell": (far("ZZ200000"), {"too-many-rows"}),
    "farthest-cell": (far("XFD1048576"), {"too-many-rows"}),
    "beyond-cell": (far("ZZZZ999999999"), {"too-many-rows"}),
    "blank-bomb": (blank_bomb, {"inflates-too-far"}),
    "small-cells": (small_cells, {"too-many-cells", "too-slow"}),
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
    "two-directories": (second_directory, {"damaged-workbook"}),
    "zip64-end": (long_directory_end, {"damaged-workbook"}),
    "wrong-checksum": (wrong_checksum, {"damaged-workbook"}),
    "trailing-page": (lambda: BANK + b"<html><script>alert(1)</script></html>", {"damaged-workbook"}),
    "page-first": (lambda: b"<html><script>alert(1)</script></html>" + BANK, {"not-a-spreadsheet"}),
    "pdf-first": (lambda: b"%PDF-1.7\n" + BANK, {"not-a-spreadsheet"}),
    "picture-first": (lambda: b"GIF89a" + BANK, {"not-a-spreadsheet"}),
    "program-first": (lambda: b"MZ\x90" + BANK, {"not-a-spreadsheet"}),
    "text-first": (lambda: b"question,type\nWhy?,essay\n" + BANK, {"nul-character", "encoding-unknown"}),
    "nested-archives": (lambda: nested_archives(5), {"embedded-file"}),
    "path-up": (lambda: with_parts(BANK, {"../../etc/cron.d/x": b"x"}), {"damaged-workbook"}),
    "path-up-by-backslash": (lambda: with_parts(BANK, {"xl\\..\\..\\x": b"x"}), {"damaged-workbook"}),
    "path-from-the-root": (lambda: with_parts(BANK, {"/etc/passwd": b"x"}), {"damaged-workbook"}),
    "repeating-open-document": (repeating_open_document, {"open-document"}),
    "repeating-without-its-type": (lambda: without("mimetype", repeating_open_document()), {"not-a-spreadsheet"}),
    "entity-in-the-workbook": (lambda: entity_in(WORKBOOK_PATH), {"forbidden-markup"}),
    "entity-in-the-types": (lambda: entity_in("[Content_Types].xml"), {"forbidden-markup"}),
    "entity-in-the-styles": (lambda: entity_in("xl/styles.xml"), {"forbidden-markup"}),
    "deep-markup": (lambda: deep_markup(400_000), {"damaged-workbook", "unknown-layout"}),
    "many-sheets": (lambda: many_sheets(400), {"several-sheets"}),
    "no-workbook": (lambda: without(WORKBOOK_PATH, BANK), {"not-a-spreadsheet"}),
    "no-relations": (lambda: without("xl/_rels/workbook.xml.rels", BANK), {"damaged-workbook"}),
    "row-beyond-numbers": (
        lambda: raw_workbook('<row r="99999999999999999999"><c><v>1</v></c></row>'),
        {"damaged-workbook"},
    ),
    "row-zero": (lambda: odd_cell('<c r="A0"><v>1</v></c>'), {"damaged-workbook"}),
    "no-such-reference": (lambda: odd_cell('<c r="2A"><v>1</v></c>'), {"damaged-workbook"}),
    "no-such-string": (lambda: odd_cell('<c r="A2" t="s"><v>7</v></c>'), {"damaged-workbook"}),
    "string-below-zero": (lambda: odd_cell('<c r="A2" t="s"><v>-1</v></c>'), {"damaged-workbook"}),
    "no-such-kind": (lambda: odd_cell('<c r="A2" t="zz"><v>1</v></c>'), {"damaged-workbook"}),
    "no-such-truth": (lambda: odd_cell('<c r="A2" t="b"><v>7</v></c>'), {"reader-failed"}),
    "half": (lambda: BANK[: len(BANK) // 2], {"damaged-workbook"}),
    "one-field-of-5-mebibytes": (lambda: b"x" * (5 << 20), {"cell-too-long"}),
    "delimiters-only": (lambda: b"," * (5 << 20), {"too-many-columns"}),
    "line-ends-only": (lambda: b"a" + b"\n" * ((5 << 20) - 1), {"too-many-rows"}),
    "blank-lines": (lambda: b",\n" * (5 << 19), {"too-many-rows"}),
    "short-lines": (lambda: b"a\n" * (5 << 19), {"too-many-rows"}),
    "quotes-only": (lambda: b'"' * (5 << 20), {"cell-too-long"}),
    "odd-quotes": (lambda: b'"' * ((5 << 20) - 1), {"unclosed-quote"}),
}
