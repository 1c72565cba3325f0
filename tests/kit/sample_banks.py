"""The sample question bank, the same as .csv and as .xlsx; run as a module it (re)makes docs/samples."""

import csv
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

SAMPLES: Final = Path(__file__).parents[2] / "docs" / "samples"
MADE_AT: Final = "2026-01-01T00:00:00Z"
ZIP_TIME: Final = (2026, 1, 1, 0, 0, 0)
PROMPT_WIDTH: Final = 60
OTHER_WIDTH: Final = 22

HEADER: Final = (
    "question",
    "type",
    "option_1",
    "option_2",
    "option_3",
    "option_4",
    "correct",
    "points",
    "explanation",
    "external_id",
)

Value = str | int | float | None

ROWS: Final[tuple[tuple[Value, ...], ...]] = (
    (
        'Which HTTP status means "created"?',
        "single",
        "200",
        "201",
        "204",
        "302",
        "B",
        1,
        "201 Created; 200 says only that it went well.",
        "http-1",
    ),
    (
        "Which of these never change the server's state, by contract?\nName all that apply.",
        "multiple",
        "GET",
        "POST",
        "HEAD",
        "PATCH",
        "1,3",
        2,
        "GET and HEAD are safe methods.",
        "http-2",
    ),
    (
        "The 🚀 emoji takes four bytes in UTF-8.",
        "true_false",
        None,
        None,
        None,
        None,
        "true",
        1,
        "U+1F680: F0 9F 9A 80.",
        "text-1",
    ),
    (
        "日本の首都はどこですか。",
        "single",
        "大阪",
        "東京",
        "京都",
        None,
        "東京",
        1,
        "東京は1868年から首都です。",
        "geo-1",
    ),
    ("ما هي عاصمة مصر؟", "text", None, None, None, None, "القاهرة|Cairo", 1, "القاهرة هي عاصمة مصر.", "geo-2"),
    (
        "How do you write the word for a small restaurant, with its accent?",
        "text",
        None,
        None,
        None,
        None,
        "café|cafe\N{COMBINING ACUTE ACCENT}",
        1.5,
        "Composed and decomposed forms look alike: é and e\N{COMBINING ACUTE ACCENT}.",
        "text-2",
    ),
    ("What is π, to two places?", "numeric", None, None, None, None, "3.14 ± 0.005", 2, None, "maths-1"),
    ("How many bits are in a byte?", "numeric", None, None, None, None, 8, 1, None, "maths-2"),
    (
        'A customer writes: "Nothing works, again". What do you answer?\n\nThink of tone, and of the next step.',
        "essay",
        None,
        None,
        None,
        None,
        None,
        5,
        'Look for: an apology, a question, a date; not "please wait".',
        "support-1",
    ),
    (
        "Which list is sorted?",
        "single",
        "1, 2, 3",
        "3, 1, 2",
        'the "third", unsorted; one',
        "none 👩‍💻",
        "option_1",
        1,
        None,
        "sort-1",
    ),
    ("Which greetings are right-to-left?", "multiple", "שלום", "Hello", "مرحبا", "你好", "A;C", 2, None, "text-3"),
)


def csv_bytes() -> bytes:
    """Write the bank as UTF-8 with a byte order mark, as spreadsheet programs expect it."""
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([HEADER, *ROWS])
    return file.getvalue().encode("utf-8-sig")


def xlsx_bytes() -> bytes:
    """Write the bank as a workbook whose bytes don't depend on when it was made."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Questions"
    for row in (HEADER, *ROWS):
        sheet.append(row)
    for column in range(1, len(HEADER) + 1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = PROMPT_WIDTH if column == 1 else OTHER_WIDTH
    for row_number in range(2, len(ROWS) + 2):
        sheet.cell(row_number, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return timeless(file.getvalue())


def timeless(workbook: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as given, zipfile.ZipFile(file, "w") as timeless:
        for path in given.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", MADE_AT.encode(), given.read(path))
            timeless.writestr(zipfile.ZipInfo(path, ZIP_TIME), content, compress_type=zipfile.ZIP_DEFLATED)
    return file.getvalue()


def main() -> None:
    """Write both files."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    (SAMPLES / "questions.csv").write_bytes(csv_bytes())
    (SAMPLES / "questions.xlsx").write_bytes(xlsx_bytes())


if __name__ == "__main__":
    main()
