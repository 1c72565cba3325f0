"""The row that names a sheet's columns: which it is, of which layout, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.imports.cells import Cell, CellKind, Row, Sheet
from assessment.imports.layouts import PASSED_OVER, Layout, folded, layout_of
from assessment.imports.limits import HEADER_SEARCH_ROWS
from assessment.imports.problems import Code
from assessment.imports.report import ProblemList


@dataclass(frozen=True, slots=True)
class Header:
    """columns: our name of each column, by its number; titles: every header as it is written."""

    row: int
    layout: Layout
    columns: Mapping[int, str]
    titles: Mapping[int, str]

    def place_of(self, name: str) -> int | None:
        """Give the column that has this name, if there is one."""
        return next((column for column, known in self.columns.items() if known == name), None)

    def is_question(self, row: Row) -> bool:
        """Tell a row below the header that an author has written."""
        return row.number > self.row and not self._is_blank(row) and not self._is_instruction(row)

    def is_numbering(self, column: int, cell: Cell) -> bool:
        """See a row's number that a template has left of its columns."""
        is_number = cell.kind is CellKind.NUMBER or cell.text.strip().isdigit()
        return not self.layout.is_strict and column < min(self.titles) and is_number

    def _is_blank(self, row: Row) -> bool:
        """Tell a row that says nothing: merged away, or only filled in beforehand by a template."""
        return all(cell.kind is CellKind.MERGED or self._says_nothing(column) for column, cell in row.cells.items())

    def _is_instruction(self, row: Row) -> bool:
        """See the row below the header in which a template says what to fill in."""
        if not self.layout.instruction or row.number != self.row + 1:
            return False
        cell = row.cells.get(self.place_of("question") or 0)
        return cell is not None and folded(cell.text).startswith(self.layout.instruction)

    def _says_nothing(self, column: int) -> bool:
        name = self.columns.get(column)
        if name in PASSED_OVER:
            return True
        return not self.layout.is_strict and (not self.layout.keeps(name) or name in self.layout.incidental)


def find_header(sheet: Sheet) -> Header | None:
    """Find the header row among the first 20 rows."""
    for row in sheet.rows:
        if row.number > HEADER_SEARCH_ROWS:
            return None
        titles = {column: cell.text for column, cell in row.cells.items() if cell.kind is CellKind.TEXT}
        layout = layout_of(titles.values())
        if layout is not None:
            names = {column: layout.column_name(title) for column, title in titles.items()}
            return Header(row.number, layout, {column: name for column, name in names.items() if name}, titles)
    return None


def check_header(header: Header, problems: ProblemList) -> bool:
    """Note what is wrong with a header row; False where its rows can't be read."""
    seen: set[str] = set()
    readable = True
    unknown = Code.UNKNOWN_COLUMN if header.layout.is_strict else Code.COLUMN_NOT_READ
    for column, title in header.titles.items():
        name = header.columns.get(column)
        if name is None:
            problems.add(unknown, title, row=header.row, column=column, header=title)
        elif name in seen:
            problems.add(Code.DUPLICATE_COLUMN, title, row=header.row, column=column, header=title)
            readable = False
        seen.add(name or "")
    for name in header.layout.required:
        if name not in seen:
            problems.add(Code.MISSING_COLUMN, name, row=header.row, header=name)
            readable = False
    return readable


def note_columns_not_kept(header: Header, sheet: Sheet, problems: ProblemList) -> None:
    """Say once for each column that it has values which no assessment keeps."""
    rows = [row for row in sheet.rows if header.is_question(row)]
    for column, name in header.columns.items():
        if name not in header.layout.not_kept:
            continue
        code = Code.TAGS_NOT_KEPT if name == "tags" else Code.COLUMN_NOT_KEPT
        if any(column in row.cells for row in rows):
            problems.add(code, row=header.row, column=column, header=header.titles[column])


def likeliest_header(sheet: Sheet) -> tuple[int, str] | None:
    """Give the row among the first 20 with the most texts, to show what was seen instead of a header."""
    rows = [row for row in sheet.rows if row.number <= HEADER_SEARCH_ROWS]
    if not rows:
        return None
    row = max(rows, key=lambda one: (len(one.cells), -one.number))
    return row.number, " | ".join(cell.text.strip() for cell in row.cells.values())
