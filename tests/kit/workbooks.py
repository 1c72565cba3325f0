"""Workbooks for import tests: ordinary ones by openpyxl, hostile ones part by part."""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HEADER: Final = (
    "question",
    "type",
    "option_1",
    "option_2",
    "option_3",
    "correct",
    "points",
    "explanation",
    "external_id",
)
GOOD: Final = ("Which?", "single", "a", "b", "c", 2, 1, "because", "q-1")
SHEET_PATH: Final = "xl/worksheets/sheet1.xml"

Rows = Sequence[Sequence[object]]


def sheet_of(book: Workbook) -> Worksheet:
    """Give the first sheet, typed."""
    return book.worksheets[0]


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(rows: Rows) -> bytes:
    """Write rows with openpyxl, typed as they are."""
    book = Workbook()
    for row in rows:
        sheet_of(book).append(list(row))
    return saved(book)


def comma_separated(rows: Rows, delimiter: str = ",") -> bytes:
    file = StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def raw_sheet(cells: str) -> str:
    """Wrap rows of markup into a worksheet."""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def shared_strings(texts: Sequence[str]) -> str:
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'<sst xmlns="{MAIN}">{items}</sst>'


def raw_parts(sheets: Sequence[str], states: Mapping[int, str] | None = None) -> dict[str, bytes]:
    """Give the parts of a minimal workbook; `states` makes sheets (from 1) hidden or veryHidden."""
    numbers = range(1, len(sheets) + 1)
    state = {number: f" state={quoteattr((states or {}).get(number, 'visible'))}" for number in numbers}
    listed = "".join(f'<sheet name="S{one}" sheetId="{one}"{state[one]} r:id="r{one}"/>' for one in numbers)
    related = "".join(
        f'<Relationship Id="r{one}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{one}.xml"/>'
        for one in numbers
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{one}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for one in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
    }
    for one, markup in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{one}.xml"] = markup
    return {path: text.encode() for path, text in parts.items()}


def packed(content: Mapping[str, bytes], *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip parts in their order."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for path, part in content.items():
            archive.writestr(zipfile.ZipInfo(path), part, compress_type=method)
        archive.comment = comment
    return file.getvalue()


def with_parts(data: bytes, more: Mapping[str, bytes]) -> bytes:
    """Put parts into a workbook, in the place of those with the same path."""
    return packed(parts(data) | dict(more))


def parts(workbook: bytes) -> dict[str, bytes]:
    """Unpack a workbook."""
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


def raw_workbook(cells: str) -> bytes:
    return packed(raw_parts([raw_sheet(cells)]))
