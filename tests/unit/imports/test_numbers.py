"""Numbers as typed, and as a spreadsheet keeps them."""

from decimal import Decimal

import pytest

from assessment.imports.cells import column_letters, number_text
from assessment.imports.numbers import MAX_NUMBER_CHARACTERS, AmbiguousNumber, decimal_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("-3.50", "-3.5"),
        ("+2", "2"),
        ("3,5", "3.5"),
        ("\u22121", "-1"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
    ],
)
def test_number_is_read(text: str, value: str) -> None:
    assert decimal_of(text, decimal_comma=False) == Decimal(value)


def test_point_is_the_decimal_sign_unless_the_file_writes_commas() -> None:
    assert decimal_of("1.234", decimal_comma=False) == Decimal("1.234")
    with pytest.raises(AmbiguousNumber):
        decimal_of("1.234", decimal_comma=True)
    with pytest.raises(AmbiguousNumber):
        decimal_of("1,234", decimal_comma=False)


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3", "1,234,567", "1e5", "0x1", "NaN", "inf", "\u0661", "1_000", "- 1", ".5"]
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decimal_of(text, decimal_comma=False)


def test_length_limit() -> None:
    assert decimal_of("1" * (MAX_NUMBER_CHARACTERS - 1), decimal_comma=False) > 0
    assert decimal_of("1" * MAX_NUMBER_CHARACTERS, decimal_comma=False) > 0
    with pytest.raises(ValueError, match="111"):
        decimal_of("1" * (MAX_NUMBER_CHARACTERS + 1), decimal_comma=False)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (0.1, "0.1"), (-2.5, "-2.5"), (1e21, "1" + "0" * 21), (100, "100"), (1e-7, "0.0000001")],
)
def test_spreadsheet_number_is_written_plainly(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (256, "IV"), (16_384, "XFD")])
def test_column_letters(column: int, letters: str) -> None:
    assert column_letters(column) == letters
