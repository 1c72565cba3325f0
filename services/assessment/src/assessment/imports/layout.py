"""The columns of our own layout, and the row that names them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from assessment.imports.cells import CellKind, Sheet
from assessment.imports.limits import HEADER_SEARCH_ROWS
from assessment.imports.problems import Code
from assessment.imports.report import ProblemList
from contracts.assessment.limits import MAX_OPTIONS

LAYOUT_NAME: Final = "standard"
OPTION_COLUMNS: Final = tuple(f"option_{number}" for number in range(1, MAX_OPTIONS + 1))
COLUMNS: Final = ("question", "type", *OPTION_COLUMNS, "correct", "points", "explanation", "tags", "external_id")
REQUIRED_COLUMNS: Final = ("question", "type")
SIGNATURES: Final = ({"question", "type"}, {"question", "correct"}, {"question", "option_1"})

_IGNORED: Final = re.compile(r"[\s_\-\u200b-\u200d\u2060\ufeff]+")


def _folded(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


_BY_FOLDED: Final = {_folded(name): name for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Header:
    """columns: the layout's name of each column, by its number; titles: every header as it is written."""

    row: int
    columns: Mapping[int, str]
    titles: Mapping[int, str]

    def place_of(self, name: str) -> int | None:
        """Give the column that has this name, if there is one."""
        return next((column for column, known in self.columns.items() if known == name), None)


def column_name(title: str) -> str | None:
    """Give the layout's name for a header, whatever its case, spaces, hyphens and underscores."""
    return _BY_FOLDED.get(_folded(title))


def is_header(titles: Iterable[str]) -> bool:
    """Tell a header row of the layout, even one that lacks or doubles a column."""
    names = {column_name(title) for title in titles}
    return any(signature <= names for signature in SIGNATURES)


def find_header(sheet: Sheet) -> Header | None:
    """Find the header row among the first 20 rows."""
    for row in sheet.rows:
        if row.number > HEADER_SEARCH_ROWS:
            return None
        titles = {column: cell.text for column, cell in row.cells.items() if cell.kind is CellKind.TEXT}
        if is_header(titles.values()):
            names = {column: column_name(title) for column, title in titles.items()}
            return Header(row.number, {column: name for column, name in names.items() if name}, titles)
    return None


def check_header(header: Header, problems: ProblemList) -> bool:
    """Note what is wrong with a header row; False where its rows can't be read."""
    seen: set[str] = set()
    readable = True
    for column, title in header.titles.items():
        name = header.columns.get(column)
        if name is None:
            problems.add(Code.UNKNOWN_COLUMN, title, row=header.row, column=column, header=title)
        elif name in seen:
            problems.add(Code.DUPLICATE_COLUMN, title, row=header.row, column=column, header=title)
            readable = False
        seen.add(name or "")
    for name in REQUIRED_COLUMNS:
        if name not in seen:
            problems.add(Code.MISSING_COLUMN, row=header.row, header=name)
            readable = False
    return readable


def likeliest_header(sheet: Sheet) -> tuple[int, str] | None:
    """Give the row among the first 20 with the most texts, to show what was seen instead of a header."""
    rows = [row for row in sheet.rows if row.number <= HEADER_SEARCH_ROWS]
    if not rows:
        return None
    row = max(rows, key=lambda one: (len(one.cells), -one.number))
    return row.number, " | ".join(cell.text.strip() for cell in row.cells.values())
