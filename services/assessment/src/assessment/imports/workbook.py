"""The sheets of a checked workbook through python-calamine, which only a child process with limits may run."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from assessment.imports.cells import Cell, CellKind, Row, Sheet, number_text
from assessment.imports.limits import MAX_MERGED_CELLS
from assessment.imports.precheck import WorkbookScan
from assessment.imports.problems import Code, FileRefused
from assessment.imports.sheet_scan import Place, SheetScan

Moment = date | datetime | time | timedelta
Value = int | float | str | bool | time | date | datetime | timedelta


def read_sheets(data: bytes, scan: WorkbookScan) -> list[Sheet]:
    """Read the visible sheets that hold a value; raises FileRefused where the parser gives up.

    The parser lays a sheet out whole, so a sheet beyond the limits ends the process: `scan` has refused it before.
    """
    wanted = [(part.name, sheet) for part, sheet in scan.sheets if not part.hidden and sheet.last_row]
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            return [_read_sheet(workbook, name, sheet) for name, sheet in wanted]
    except PasswordError as fault:
        raise FileRefused(Code.PASSWORD_PROTECTED) from fault
    except CalamineError as fault:
        raise FileRefused(Code.READER_FAILED) from fault


def _read_sheet(workbook: CalamineWorkbook, name: str, scan: SheetScan) -> Sheet:
    values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    unreadable = scan.unreadable | _merged_away(scan)
    by_row: dict[int, dict[int, Cell]] = {}
    for (row, column), (kind, text) in unreadable.items():
        by_row.setdefault(row, {})[column] = Cell(kind, text)
    for number, row_values in enumerate(values, start=1):
        cells = _cells(row_values, by_row.get(number, {}))
        if cells:
            by_row[number] = cells
    return Sheet(name, [Row(number, dict(sorted(by_row[number].items()))) for number in sorted(by_row)])


def _cells(values: list[Value], unreadable: Mapping[int, Cell]) -> dict[int, Cell]:
    cells = dict(unreadable)
    for column, value in enumerate(values, start=1):
        if value != "" and (column not in unreadable or isinstance(value, Moment)):
            cells[column] = _cell(value)
    return cells


def _cell(value: Value) -> Cell:
    if isinstance(value, str):
        return Cell(CellKind.TEXT, value)
    if isinstance(value, bool):
        return Cell(CellKind.BOOLEAN, "TRUE" if value else "FALSE")
    if isinstance(value, float) and not math.isfinite(value):
        return Cell(CellKind.ERROR, str(value))
    if isinstance(value, int | float):
        return Cell(CellKind.NUMBER, number_text(value))
    return Cell(CellKind.DATE, str(value))


def _merged_away(scan: SheetScan) -> dict[Place, tuple[CellKind, str]]:
    """Mark every cell of a merged range but its first, as far as the sheet has values."""
    marked: dict[Place, tuple[CellKind, str]] = {}
    left_over = MAX_MERGED_CELLS
    for (top, left), (bottom, right) in scan.merged:
        rows = range(top, min(bottom, scan.last_row) + 1)
        columns = range(left, min(right, scan.last_column) + 1)
        left_over -= len(rows) * len(columns)
        if left_over < 0:
            raise FileRefused(Code.MERGED_CELLS, row=top, column=left)
        places = ((row, column) for row in rows for column in columns if (row, column) != (top, left))
        marked |= dict.fromkeys(places, (CellKind.MERGED, ""))
    return marked
