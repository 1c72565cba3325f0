"""One row by its header's names: each cell read on its own, each fault noted at its own place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from assessment.imports.cells import Cell, CellKind, Row
from assessment.imports.guarding import unguarded
from assessment.imports.headers import Header
from assessment.imports.problems import CellRefused, Code
from assessment.imports.report import ProblemList

T = TypeVar("T")
UNREADABLE: Final[Mapping[CellKind, Code]] = {
    CellKind.ERROR: Code.ERROR_CELL,
    CellKind.UNCALCULATED: Code.FORMULA_WITHOUT_VALUE,
    CellKind.MERGED: Code.MERGED_CELLS,
    CellKind.DATE: Code.DATE_IN_CELL,
    CellKind.FORMATTED: Code.FORMATTED_NUMBER,
}


@dataclass(slots=True)
class RowCells:
    """faults: every error noted in this row so far, as its author reads it."""

    row: Row
    header: Header
    problems: ProblemList
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults

    def cell(self, name: str) -> Cell | None:
        """Give the cell in a column of the layout, if it is there and can be read."""
        column = self.header.place_of(name)
        cell = self.row.cells.get(column) if column is not None else None
        if cell is None or cell.kind in UNREADABLE:
            return None
        return Cell(cell.kind, unguarded(cell.text)) if cell.kind is CellKind.TEXT else cell

    def is_unreadable(self, name: str) -> bool:
        column = self.header.place_of(name)
        cell = self.row.cells.get(column) if column is not None else None
        return cell is not None and cell.kind in UNREADABLE

    def text(self, name: str) -> str:
        cell = self.cell(name)
        return "" if cell is None else cell.text

    def read(self, name: str, reading: Callable[[], T]) -> T | None:
        """Do one reading; a refusal is noted at the column's place, once for each cell."""
        if self.is_unreadable(name):
            return None
        try:
            return reading()
        except CellRefused as refusal:
            self.refuse(refusal.code, name, refusal.seen)
            return None

    def refuse(self, code: Code, name: str, seen: str | None = None) -> None:
        """Note an error in a column of the layout."""
        self._note(code, self.header.place_of(name), name, seen)

    def check_cells(self) -> None:
        """Note every cell that holds nothing readable, and every value that has no header above it."""
        for column, cell in self.row.cells.items():
            if self.header.layout.keeps(self.header.columns.get(column)) and cell.kind in UNREADABLE:
                self._note(UNREADABLE[cell.kind], column, self.header.columns[column], cell.text or None)
            elif self._has_no_header(column, cell):
                self._note(Code.VALUE_WITHOUT_HEADER, column, None, cell.text or None)

    def _has_no_header(self, column: int, cell: Cell) -> bool:
        if column in self.header.titles or cell.kind is CellKind.MERGED:
            return False
        return not self.header.is_numbering(column, cell)

    def _note(self, code: Code, column: int | None, name: str | None, seen: str | None) -> None:
        title = self.header.titles.get(column, name) if column is not None else name
        self.problems.add(code, seen, row=self.row.number, column=column, header=title)
        self.faults.append(f"{title}: {code.sentence}" if title else code.sentence)
