"""The templates that an author downloads, as .csv and .xlsx; run as a module it (re)makes the service's own copies."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from assessment.imports.layouts import COLUMNS
from contracts.assessment.limits import MAX_QUESTIONS
from tests.kit.sample_banks import timeless

TEMPLATES: Final = Path(__file__).parents[2] / "services/assessment/src/assessment/imports/templates"
KINDS: Final = "single,multiple,true_false,text,numeric,essay"
WIDTHS: Final = {"question": 60, "type": 12, "correct": 18, "points": 8, "explanation": 40}
OTHER_WIDTH: Final = 16
TEXT_FORMAT: Final = "@"

Example = dict[str, str | int]

EXAMPLES: Final[tuple[Example, ...]] = (
    {
        "question": "Example: which of these is a mammal? (Replace the examples with your own questions.)",
        "type": "single",
        "option_1": "Shark",
        "option_2": "Dolphin",
        "option_3": "Penguin",
        "correct": "option_2",
        "points": 1,
        "explanation": "Dolphins breathe air and feed their young with milk.",
        "external_id": "example-1",
    },
    {
        "question": "Example: which of these numbers are even?",
        "type": "multiple",
        "option_1": "12",
        "option_2": "35",
        "option_3": "48",
        "correct": "A,C",
        "points": 2,
        "external_id": "example-2",
    },
    {
        "question": "Example: the Earth goes around the Sun.",
        "type": "true_false",
        "correct": "true",
        "points": 1,
        "external_id": "example-3",
    },
    {
        "question": "Example: what is the capital of Switzerland?",
        "type": "text",
        "correct": "Bern|Berne",
        "points": 1,
        "explanation": "Every accepted answer, with a | between them.",
        "external_id": "example-4",
    },
    {
        "question": "Example: what is pi, to two decimal places?",
        "type": "numeric",
        "correct": "3.14 ± 0.01",
        "points": 1,
        "explanation": "The number, and how far from it an answer may be.",
        "external_id": "example-5",
    },
    {
        "question": "Example: describe a problem that you solved at work.",
        "type": "essay",
        "points": 5,
        "explanation": "Nothing is given as correct; somebody reads the answers.",
        "external_id": "example-6",
    },
)


def csv_template() -> bytes:
    """Write UTF-8 with the mark by which spreadsheet programs know it."""
    file = StringIO(newline="")
    csv.writer(file).writerows([COLUMNS, *[[example.get(name, "") for name in COLUMNS] for example in EXAMPLES]])
    return file.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """Write a workbook whose columns hold text, so that no list becomes a date and no option a number."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Questions"
    sheet.append(COLUMNS)
    for example in EXAMPLES:
        sheet.append([example.get(name) for name in COLUMNS])
    for column, name in enumerate(COLUMNS, start=1):
        _dress(sheet, column, name)
    kinds = DataValidation(type="list", formula1=f'"{KINDS}"', allow_blank=True, showErrorMessage=True)
    kinds.error = f"Choose one of {KINDS}."
    kinds.add(f"B2:B{MAX_QUESTIONS + 1}")
    sheet.add_data_validation(kinds)
    sheet.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return timeless(file.getvalue())


def _dress(sheet: Worksheet, column: int, name: str) -> None:
    letter = get_column_letter(column)
    sheet.cell(1, column).font = Font(bold=True)
    sheet.column_dimensions[letter].width = WIDTHS.get(name, OTHER_WIDTH)
    if name != "points":
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
    for row in range(2, len(EXAMPLES) + 2):
        cell = sheet.cell(row, column)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if name != "points":
            cell.number_format = TEXT_FORMAT


def main() -> None:
    """Write both files."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    (TEMPLATES / "questions.csv").write_bytes(csv_template())
    (TEMPLATES / "questions.xlsx").write_bytes(xlsx_template())


if __name__ == "__main__":
    main()
