"""One file for each problem that reading can report, with the place and the value that must be named."""

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openpyxl import Workbook

from assessment.imports.problems import Code
from tests.kit.foreign_banks import kahoot_bank, wayground_bank
from tests.kit.hostile_files import odd_cell
from tests.kit.workbooks import (
    GOOD,
    HEADER,
    SHEET_PATH,
    comma_separated,
    packed,
    raw_parts,
    raw_sheet,
    raw_workbook,
    saved,
    shared_strings,
    sheet_of,
    text_cell,
    with_parts,
    xlsx,
)

ROW_HEADER: Final = (
    "question",
    "type",
    *(f"option_{number}" for number in range(1, 5)),
    "correct",
    "points",
    "external_id",
)
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@dataclass(frozen=True, slots=True)
class Case:
    """place: as `C2`, `2` for a row, or empty for the file."""

    code: Code
    data: Callable[[], bytes]
    place: str = ""
    seen: str | None = None
    name: str = ""


def _row(*values: object) -> Callable[[], bytes]:
    """Make a CSV with one row: question, type, four options, correct, points, external_id."""
    return lambda: comma_separated([ROW_HEADER, values])


def _shown(kind: str, *, pool: str = "", keep_last: str = "", keep_place: str = "") -> Callable[[], bytes]:
    """Make a CSV with one row that says how it is drawn and shown."""
    header = ("question", "type", "option_1", "option_2", "correct", "pool", "keep_last", "keep_place")
    asked = ("x", "y", "1") if kind == "single" else ("", "", "")
    return lambda: comma_separated([header, ("a", kind, *asked, pool, keep_last, keep_place)])


def _cell(name: str, value: object) -> Callable[[], bytes]:
    """Make a workbook whose one question has this value in this column."""
    row = dict(zip(HEADER, GOOD, strict=True)) | {name: value}
    return lambda: xlsx([HEADER, [row[column] for column in HEADER]])


def _book(change: Callable[[Workbook], None]) -> Callable[[], bytes]:
    def made() -> bytes:
        book = Workbook()
        for row in (HEADER, GOOD):
            sheet_of(book).append(list(row))
        change(book)
        return saved(book)

    return made


def _with(path: str, content: bytes) -> Callable[[], bytes]:
    return lambda: with_parts(xlsx([HEADER, GOOD]), {path: content})


def _formatted(code: str, value: float) -> Callable[[], bytes]:
    """Make a workbook whose first option is a number that is shown by this format."""

    def dress(book: Workbook) -> None:
        sheet_of(book)["C2"].value = value
        sheet_of(book)["C2"].number_format = code

    return _book(dress)


def _two_sheets(book: Workbook) -> None:
    other = book.create_sheet("Second")
    for row in (HEADER, GOOD):
        other.append(list(row))


def _first_hidden(book: Workbook) -> None:
    _two_sheets(book)
    sheet_of(book).sheet_state = "hidden"


def _notes_sheet(book: Workbook) -> None:
    book.create_sheet("Notes").append(["How to fill this in"])


def _merged(book: Workbook) -> None:
    sheet_of(book).append(list(GOOD))
    sheet_of(book).merge_cells("A2:A3")


def _encrypted_zip() -> bytes:
    data = bytearray(xlsx([HEADER, GOOD]))
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    return bytes(data)


def _macro_type() -> bytes:
    parts = raw_parts([raw_sheet("")])
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    return packed(parts | {"[Content_Types].xml": types})


def _open_document() -> bytes:
    return packed(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
        method=zipfile.ZIP_STORED,
    )


def _many_cells() -> bytes:
    noise = random.Random(1).randbytes(40_000)  # keeps the archive's ratio out of it
    cells = raw_sheet("<c/>" * 500_001).encode()
    return with_parts(xlsx([HEADER, GOOD]), {SHEET_PATH: cells, "docProps/noise.bin": noise})


def _rows(count: int, *, start: int = 1) -> list[tuple[object, ...]]:
    return [(f"Question {number}?", "essay") for number in range(start, start + count)]


FILE_CASES: Final = (
    Case(Code.EMPTY_FILE, lambda: b"", name="nothing"),
    Case(Code.EMPTY_FILE, lambda: b" \r\n\t", name="blanks"),
    Case(Code.NOT_A_SPREADSHEET, lambda: b"%PDF-1.7\n", name="pdf"),
    Case(Code.NOT_A_SPREADSHEET, lambda: b"\xef\xbb\xbf <HTML><table>", name="html"),
    Case(Code.NOT_A_SPREADSHEET, lambda: b"<html>" + xlsx([HEADER, GOOD]), name="html-and-zip"),
    Case(Code.NOT_A_SPREADSHEET, lambda: packed({"word/document.xml": b"<x/>"}), name="docx"),
    Case(Code.NOT_A_SPREADSHEET, lambda: COMPOUND, name="compound-file"),
    Case(Code.LOCK_FILE, lambda: b"\x05Maria" + b" " * 49 + b"\x05\x00" + b"M\x00a\x00r\x00i\x00a\x00" + b" \x00" * 49),
    Case(Code.OLD_EXCEL, lambda: COMPOUND + "Workbook".encode("utf-16-le"), name="xls"),
    Case(Code.OLD_EXCEL, lambda: b"\x09\x08\x10\x00\x00\x05", name="raw-biff"),
    Case(Code.BINARY_EXCEL, lambda: packed({"xl/workbook.bin": b"x"})),
    Case(Code.OPEN_DOCUMENT, _open_document),
    Case(Code.PASSWORD_PROTECTED, lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le"), name="office"),
    Case(Code.PASSWORD_PROTECTED, _encrypted_zip, name="zip"),
    Case(Code.MACROS, _with("xl/vbaProject.bin", b"x"), seen="xl/vbaproject.bin", name="project"),
    Case(Code.MACROS, _with("xl/macrosheets/sheet1.xml", b"<x/>"), seen="xl/macrosheets/sheet1.xml", name="sheet"),
    Case(Code.MACROS, _macro_type, name="content-type"),
    Case(Code.DAMAGED_WORKBOOK, lambda: xlsx([HEADER, GOOD])[:-40], name="truncated"),
    Case(Code.DAMAGED_WORKBOOK, _with("xl/styles.xml", b"<a><b></a>"), seen="xl/styles.xml", name="markup"),
    Case(Code.DAMAGED_WORKBOOK, _with("../evil.xml", b"<x/>"), seen="../evil.xml", name="path"),
    Case(Code.FORBIDDEN_MARKUP, _with("xl/styles.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), seen="xl/styles.xml"),
    Case(Code.EMBEDDED_FILE, _with("xl/embeddings/a.bin", xlsx([GOOD])), seen="xl/embeddings/a.bin", name="content"),
    Case(Code.EMBEDDED_FILE, _with("xl/embeddings/a.zip", b"x"), seen="xl/embeddings/a.zip", name="name"),
    Case(Code.TOO_MANY_PARTS, lambda: packed({f"{number}.txt": b"" for number in range(1001)}), seen="1001"),
    Case(Code.INFLATES_TOO_FAR, _with("xl/media/a.bmp", bytes(2**20)), name="ratio"),
    Case(Code.TOO_MANY_ROWS, lambda: raw_workbook(f"<row>{text_cell('A10001', 'x')}</row>"), "A10001", name="xlsx"),
    Case(Code.TOO_MANY_ROWS, lambda: b"a\n" * 10_001, "10001", name="csv"),
    Case(Code.TOO_MANY_COLUMNS, lambda: raw_workbook(f"<row>{text_cell('IW1', 'x')}</row>"), "IW1", name="xlsx"),
    Case(Code.TOO_MANY_COLUMNS, lambda: b"," * 256 + b"x", "IW1", "x", name="csv"),
    Case(Code.TOO_MANY_CELLS, _many_cells, "ABKPU"),
    Case(Code.CELL_TOO_LONG, lambda: raw_workbook(f"<row>{text_cell('B2', 'x' * 32_768)}</row>"), "B2", name="xlsx"),
    Case(Code.CELL_TOO_LONG, lambda: b"a,b\n1," + b"x" * 32_768, "B2", "x" * 80, name="csv"),
    Case(Code.ENCODING_UNKNOWN, lambda: b"question,type\nna\xefve \x81,essay", seen="81 2c 65 73 73 61 79"),
    Case(Code.ENCODING_UNKNOWN, lambda: b"\xff\xfea\x00\x00\xd8", seen="00 d8", name="utf-16"),
    Case(Code.ENCODING_GUESSED, lambda: b"question,type\nna\xefve?,essay", "A2", "naïve?"),
    Case(Code.NUL_CHARACTER, lambda: b"question,type\na\x00b,essay", "A2", "a\x00b"),
    Case(Code.SEPARATOR_UNKNOWN, lambda: b"sep=:\nquestion:type", "1", "sep=:"),
    Case(
        Code.UNCLOSED_QUOTE,
        lambda: b'question,type\nfine,essay\n"open,essay\nmore,essay\n',
        "A3",
        '"open,essay\nmore,essay\n',
    ),
    Case(Code.MISPLACED_QUOTE, lambda: b'question,type\na "word",essay', "A2", 'a "word",essay', name="inside"),
    Case(Code.MISPLACED_QUOTE, lambda: b'question,type\n"a" b,essay', "A2", '"a" b,essay', name="after"),
)

SHEET_CASES: Final = (
    Case(Code.NO_QUESTIONS, lambda: xlsx([HEADER]), "1"),
    Case(Code.UNKNOWN_LAYOUT, lambda: xlsx([["Question Text", "Question Type"]]), "1", "Question Text | Question Type"),
    Case(Code.UNKNOWN_LAYOUT, lambda: xlsx([]), name="no-values"),
    Case(Code.MISSING_COLUMN, lambda: comma_separated([["question", "correct"]]), "1"),
    Case(Code.DUPLICATE_COLUMN, lambda: comma_separated([["question", "type", "Type"]]), "C1", "Type"),
    Case(
        Code.UNKNOWN_COLUMN,
        lambda: comma_separated([["question", "type", "option_11"], ["a", "essay", "x"]]),
        "C1",
        "option_11",
    ),
    Case(
        Code.CONTENT_TOO_LARGE,
        lambda: comma_separated([["question", "type"], *[("x" * 9_900, "essay")] * 100]),
        "87",
    ),
    Case(Code.SEVERAL_SHEETS, _book(_two_sheets), seen="Sheet, Second"),
    Case(Code.SHEET_NOT_READ, _book(_notes_sheet), seen="Notes"),
    Case(Code.HIDDEN_SHEET_NOT_READ, _book(_first_hidden), seen="Sheet"),
    Case(Code.PICTURES_NOT_READ, _with("xl/media/image1.png", b"\x89PNG")),
    Case(Code.COLUMN_NOT_KEPT, lambda: kahoot_bank([("Why?", "a", "b", None, None, 20, 1)]), "G8"),
    Case(
        Code.COLUMN_NOT_READ,
        lambda: wayground_bank([("Why?", "", "a", "b", "", "", "", 1)], more=("Notes",)),
        "L1",
        "Notes",
    ),
    Case(Code.TAGS_NOT_KEPT, lambda: comma_separated([["question", "type", "tags"], ["a", "essay", "x"]]), "C1"),
    Case(
        Code.TOO_MANY_QUESTIONS, lambda: comma_separated([["question", "type"], *_rows(501)]), "A502", "Question 501?"
    ),
)

CELL_CASES: Final = (
    Case(Code.ERROR_CELL, _cell("correct", "#N/A"), "F2", "#N/A"),
    Case(Code.ERROR_CELL, lambda: odd_cell('<c r="B2" t="e"><v>#SPILL!</v></c>'), "B2", "#SPILL!", name="newer"),
    Case(Code.FORMULA_WITHOUT_VALUE, _cell("correct", "=1+1"), "F2"),
    Case(Code.MERGED_CELLS, _book(_merged), "A3"),
    Case(Code.DATE_IN_CELL, _cell("correct", dt.date(2026, 1, 2)), "F2", "2026-01-02"),
    Case(Code.DATE_IN_CELL, _cell("option_1", dt.time(3, 4)), "C2", "03:04:00", name="time"),
    Case(Code.FORMATTED_NUMBER, _formatted("0%", 0.5), "C2", "0.5", name="percent"),
    Case(Code.FORMATTED_NUMBER, _formatted("[$$-409]#,##0.00", 5), "C2", "5", name="currency"),
    Case(Code.FORMATTED_NUMBER, _formatted("0000", 7), "C2", "7", name="padded"),
    Case(Code.NUMBER_IN_LIST, _cell("correct", 1.3), "F2", "1.3"),
    Case(Code.VALUE_WITHOUT_HEADER, lambda: comma_separated([["question", "type"], ["a", "essay", "x"]]), "C2", "x"),
    Case(Code.CONTROL_CHARACTER, lambda: b"question,type\na\x1bb,essay", "A2", "U+001B"),
    Case(Code.TEXT_TOO_LONG, _cell("question", "x" * 10_001), "A2", "x" * 80),
)

QUESTION_CASES: Final = (
    Case(
        Code.QUESTION_REFUSED,
        "question,type\na\u202eb,essay".encode,
        "A2",
        "U+202E at character 2",
        name="direction",
    ),
    Case(
        Code.QUESTION_REFUSED,
        lambda: b"question,type,option_1,option_2,correct\na,single,x  y,x y,1",
        "D2",
        '"x y"',
        name="options-alike",
    ),
    Case(Code.QUESTION_MISSING, _row("", "essay"), "A2"),
    Case(Code.TYPE_MISSING, _row("a", "", "x", "y"), "B2"),
    Case(Code.TYPE_UNKNOWN, _row("a", "multiple choice", "x", "y"), "B2", "multiple choice"),
    Case(Code.TYPE_NOT_SCORED, lambda: wayground_bank([("Best?", "Poll", "a", "b")]), "B3", "Poll"),
    Case(Code.OPTIONS_TOO_FEW, _row("a", "single", "x", "", "", "", "1"), "D2"),
    Case(Code.OPTION_GAP, _row("a", "single", "x", "", "y", "", "1"), "D2"),
    Case(Code.OPTION_TWICE, _row("a", "single", "caf\u00e9", "cafe\u0301", "", "", "1"), "D2", "cafe\u0301"),
    Case(Code.OPTIONS_NOT_TAKEN, _row("a", "essay", "", "x"), "D2", "x"),
    Case(Code.CORRECT_MISSING, _row("a", "single", "x", "y"), "G2"),
    Case(Code.CORRECT_UNKNOWN, _row("a", "single", "x", "y", "", "", "z"), "G2", "z"),
    Case(Code.CORRECT_AMBIGUOUS, _row("a", "single", "2", "1", "", "", "1"), "G2", "1"),
    Case(Code.CORRECT_TWICE, _row("a", "multiple", "x", "y", "", "", "1,A"), "G2", "1,A"),
    Case(Code.WEIGHTS_UNKNOWN, _row("a", "multiple_weights", "x", "y", "", "", "A,B"), "G2", "A,B"),
    Case(Code.WEIGHTS_UNKNOWN, _row("a", "multiple weights", "x", "y", "", "", "A:0"), "G2", "A:0", name="none"),
    Case(Code.WEIGHTS_UNKNOWN, _row("a", "multiple_weights", "x", "y", "", "", "A:1001"), "G2", name="large"),
    Case(Code.CORRECT_NOT_ONE, _row("a", "single", "x", "y", "", "", "1,2"), "G2", "1,2"),
    Case(Code.CORRECT_NOT_TAKEN, _row("a", "essay", "", "", "", "", "x"), "G2", "x"),
    Case(Code.CORRECT_NOT_TRUE_OR_FALSE, _row("a", "true_false", "", "", "", "", "1"), "G2", "1"),
    Case(Code.CORRECT_NOT_A_NUMBER, _row("a", "numeric", "", "", "", "", "3 ± 1 ± 2"), "G2", "3 ± 1 ± 2"),
    Case(Code.NUMBER_AMBIGUOUS, _row("a", "numeric", "", "", "", "", "1,234"), "G2", "1,234"),
    Case(Code.ACCEPTED_TEXT_EMPTY, _row("a", "text", "", "", "", "", "x||y"), "G2", "x||y"),
    Case(Code.TOO_MANY_ACCEPTED_TEXTS, _row("a", "text", "", "", "", "", "|".join(map(str, range(51)))), "G2", "51"),
    Case(Code.POINTS_NOT_A_NUMBER, _row("a", "essay", "", "", "", "", "", "many"), "H2", "many"),
    Case(Code.POINTS_OUT_OF_RANGE, _row("a", "essay", "", "", "", "", "", "1001"), "H2", "1001"),
    Case(Code.CORRECT_UNKNOWN, _shown("single", keep_last="z"), "G2", "z", name="last"),
    Case(Code.CORRECT_TWICE, _shown("single", keep_last="B,2"), "G2", "B,2", name="last"),
    Case(Code.OPTIONS_NOT_TAKEN, _shown("essay", keep_last="A"), "G2", "A", name="last"),
    Case(Code.NOT_YES_OR_NO, _shown("single", keep_place="maybe"), "H2", "maybe"),
    Case(Code.TEXT_TOO_LONG, _shown("single", pool="x" * 61), "F2", "x" * 61, name="pool"),
    Case(Code.QUESTION_REFUSED, _shown("single", pool="x\ny"), "F2", name="pool"),
    Case(
        Code.EXTERNAL_ID_TWICE,
        lambda: comma_separated([["question", "type", "external_id"], ["a", "essay", "k"], ["b", "essay", "k"]]),
        "C3",
        "k",
    ),
)


def _much_text() -> bytes:
    """Refer 2,049 times to a shared string of 16 Ki characters."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2050))
    return packed(raw_parts([raw_sheet(cells)]) | {"xl/sharedStrings.xml": shared_strings(["x" * 16_384]).encode()})


CASES: Final = (*FILE_CASES, Case(Code.TOO_MUCH_TEXT, _much_text, "A2049"), *SHEET_CASES, *CELL_CASES, *QUESTION_CASES)
