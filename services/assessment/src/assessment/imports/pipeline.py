"""From bytes to outcome: format, pre-check, sheets, header, rows; what runs in the child process."""

from msgspec.structs import replace

from assessment.imports.bank import Bank
from assessment.imports.cells import Sheet
from assessment.imports.delimited_sheet import read_delimited
from assessment.imports.detection import Format, detect
from assessment.imports.headers import (
    Header,
    check_header,
    find_header,
    likeliest_header,
    note_columns_not_kept,
)
from assessment.imports.precheck import WorkbookScan, check_workbook
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import NOTHING_DETECTED, Outcome, ProblemList, refused
from assessment.imports.workbook import read_sheets
from contracts.assessment.imports import Detected


def read_file(data: bytes) -> Outcome:
    """Read a whole file. Never raises for what the file holds: each fault is in the outcome."""
    detected = NOTHING_DETECTED
    try:
        if detect(data) is Format.DELIMITED:
            detected = replace(detected, format="csv")
            return _read_delimited(data, detected)
        scan = check_workbook(data)
        detected = replace(detected, format="xlsx")
        return _read_workbook(data, scan, detected)
    except FileRefused as refusal:
        return refused(refusal, detected)


def _read_delimited(data: bytes, detected: Detected) -> Outcome:
    file = read_delimited(data)
    detected = replace(detected, encoding=file.encoding, delimiter=file.delimiter)
    problems = ProblemList()
    for row, column, text in file.guessed_cells:
        problems.add(Code.ENCODING_GUESSED, text, row=row, column=column)
    return _read_sheets([file.sheet], detected, problems)


def _read_workbook(data: bytes, scan: WorkbookScan, detected: Detected) -> Outcome:
    problems = ProblemList()
    for part, sheet in scan.sheets:
        if part.hidden and sheet.last_row:
            problems.add(Code.HIDDEN_SHEET_NOT_READ, part.name)
    if scan.has_pictures:
        problems.add(Code.PICTURES_NOT_READ)
    return _read_sheets(read_sheets(data, scan), detected, problems)


def _read_sheets(sheets: list[Sheet], detected: Detected, problems: ProblemList) -> Outcome:
    """Read the one sheet that has a header; more than one is as wrong as none."""
    headed = [(sheet, header) for sheet in sheets if (header := find_header(sheet)) is not None]
    if len(headed) > 1:
        problems.add(Code.SEVERAL_SHEETS, ", ".join(sheet.name or "" for sheet, _ in headed))
        return problems.outcome(detected)
    if not headed:
        _note_unknown(sheets, problems)
        return problems.outcome(detected)
    for sheet in sheets:
        if sheet is not headed[0][0]:
            problems.add(Code.SHEET_NOT_READ, sheet.name)
    return _read_bank(*headed[0], detected, problems)


def _read_bank(sheet: Sheet, header: Header, detected: Detected, problems: ProblemList) -> Outcome:
    detected = replace(detected, layout=header.layout.name, sheet=sheet.name, header_row=header.row)
    if not check_header(header, problems):
        return problems.outcome(detected)
    note_columns_not_kept(header, sheet, problems)
    bank = Bank(header, problems)
    bank.read(sheet)
    return replace(
        problems.outcome(replace(detected, rows=bank.rows), tuple(bank.questions)),
        titles=bank.titles(),
        error_rows=tuple(bank.error_rows),
        error_row_count=bank.error_row_count,
    )


def _note_unknown(sheets: list[Sheet], problems: ProblemList) -> None:
    """Say which headers were seen instead, sheet by sheet."""
    if not sheets:
        problems.add(Code.UNKNOWN_LAYOUT)
    for sheet in sheets:
        row, titles = likeliest_header(sheet) or (None, None)
        problems.add(Code.UNKNOWN_LAYOUT, titles, row=row)
