"""A sheet as every format gives it: rows of typed cells, blank ones left out, numbered as a spreadsheet shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto


class CellKind(Enum):
    """What a cell holds; the last four hold nothing that could be read as it is shown."""

    TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    DATE = auto()
    ERROR = auto()
    UNCALCULATED = auto()
    MERGED = auto()
    FORMATTED = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """text: the value as text; a whole number has no decimal point."""

    kind: CellKind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """number: from 1; cells: by column, from 1, in ascending order."""

    number: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """decimal_comma: the file's own delimiter says that a comma may be its decimal sign."""

    name: str | None
    rows: Sequence[Row]
    decimal_comma: bool = False


def column_letters(column: int) -> str:
    """Give a column's letters: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def number_text(number: float) -> str:
    """Write a number as a spreadsheet shows it without a format: `2`, `0.3`, never `2.0` or `1e+21`.

    Spreadsheet programs keep 15 digits: 0.1 + 0.2 is stored as 0.30000000000000004 and was never seen so by anybody.
    """
    text = format(Decimal(f"{number:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
