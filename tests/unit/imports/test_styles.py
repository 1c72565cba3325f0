"""Which formats change a number's look beyond its digits."""

import datetime as dt

import pytest
from openpyxl import Workbook

from assessment.imports.cells import number_text
from assessment.imports.pipeline import read_file
from assessment.imports.styles import shows_otherwise
from tests.kit.workbooks import GOOD, HEADER, saved, sheet_of


@pytest.mark.parametrize(
    "code", ["General", "0", "0.00", "#,##0", "#,##0.00", "@", "# ##0", "0_);(0)", "#,##0_);[Red](#,##0)", "0;-0"]
)
def test_plain_formats_leave_a_number_as_it_is(code: str) -> None:
    assert not shows_otherwise(code)


@pytest.mark.parametrize(
    "code",
    ["0%", "0.00%", '0" km"', '"$"#,##0', "[$€-407] #,##0.00", "£0", "0.00E+00", "# ?/?", "000", "00000", "0\\ \\k\\g"],
)
def test_others_show_something_else(code: str) -> None:
    assert shows_otherwise(code)


def _read(value: object, code: str, column: str = "C") -> tuple[dict[str, int], list[str]]:
    book = Workbook()
    for row in (HEADER, GOOD):
        sheet_of(book).append(list(row))
    cell = sheet_of(book)[f"{column}2"]
    cell.value, cell.number_format = value, code
    outcome = read_file(saved(book))
    return outcome.problem_counts, [option.text for one in outcome.questions for option in one.options[:1]]


@pytest.mark.parametrize(
    ("value", "code", "text"), [(1200, "#,##0", "1200"), (2.5, "0.00", "2.5"), ("50%", "0%", "50%"), (9.0, "@", "9")]
)
def test_a_plain_number_and_a_text_are_read(value: object, code: str, text: str) -> None:
    assert _read(value, code) == ({}, [text])


@pytest.mark.parametrize(("value", "code"), [(0.5, "0%"), (0.5, "# ?/?"), (5, '"$"0'), (0.5, "0.00E+00")])
def test_a_number_with_a_sign_is_refused_where_it_would_become_another_text(value: object, code: str) -> None:
    assert _read(value, code) == ({"formatted-number": 1}, [])


def test_a_date_is_told_as_a_date() -> None:
    assert _read(dt.date(2026, 3, 4), "yyyy-mm-dd")[0] == {"date-in-cell": 1}
    assert _read(dt.time(1, 2), 'h:mm "o\'clock"')[0] == {"date-in-cell": 1}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (2.0, "2"),
        (1e21, "1" + "0" * 21),
        (1 / 3, "0.333333333333333"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
    ],
)
def test_a_number_has_the_fifteen_digits_that_a_spreadsheet_keeps(number: float, text: str) -> None:
    assert number_text(number) == text
