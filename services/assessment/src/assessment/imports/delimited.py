"""Delimited text by RFC 4180, read strictly: a quotation mark that doesn't fit is named, never worked around."""

import re
from collections.abc import Iterator
from typing import Final

from assessment.imports.limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_FIELDS_IN_A_RECORD, MAX_RECORDS, MAX_ROWS
from assessment.imports.problems import Code, FileRefused

QUOTED: Final = r'"([^"]*+(?:""[^"]*+)*+)"'
EMPTY_LINES: Final = re.compile(r"[\r\n]++")
SEPARATOR_LINE: Final = re.compile(r'"?sep=(.?)"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
DELIMITERS: Final = (",", ";", "\t", "|")

Record = list[str]


def records(text: str, delimiter: str) -> Iterator[tuple[int, Record]]:
    """Give every record with the row that a spreadsheet shows it in; empty lines are counted and left out.

    A record ends at CR LF, LF or CR. Raises FileRefused at the first quotation mark out of place, naming its row.
    """
    pattern = re.compile(rf'(?:{QUOTED}|([^"{re.escape(delimiter)}\r\n]*+))({re.escape(delimiter)}|\r\n|\n|\r|\Z)')
    row, position, ending = 1, 0, ""
    record: Record = []
    while position < len(text):
        if not record and (blank := EMPTY_LINES.match(text, position)):
            row, position, ending = _next_row(row, blank[0]), blank.end(), ""
            continue
        match = pattern.match(text, position)
        if match is None:
            raise _misquoted(text, position, row, len(record) + 1)
        quoted, plain, ending = match.groups()
        record.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if ending != delimiter:
            yield row, record
            row, record = _next_row(row, "\n"), []
        elif len(record) > MAX_FIELDS_IN_A_RECORD:
            raise FileRefused(Code.TOO_MANY_COLUMNS, row=row, column=len(record))
    if ending == delimiter:
        yield row, [*record, ""]


def limited(record: Record, row: int) -> Record:
    """Check a record that has a value against the limits of rows, columns and characters."""
    last = next((index for index in range(len(record), 0, -1) if record[index - 1].strip()), 0)
    if last and row > MAX_ROWS:
        raise FileRefused(Code.TOO_MANY_ROWS, row=row)
    if last > MAX_COLUMNS:
        raise FileRefused(Code.TOO_MANY_COLUMNS, record[last - 1], row=row, column=last)
    for column, field in enumerate(record[:last], start=1):
        if len(field) > MAX_CELL_CHARACTERS:
            raise FileRefused(Code.CELL_TOO_LONG, field, row=row, column=column)
        if "\x00" in field:
            raise FileRefused(Code.NUL_CHARACTER, field, row=row, column=column)
    return record[:last]


def separator_line(text: str) -> tuple[str | None, str]:
    """Take off a first line `sep=;`, which spreadsheet programs obey and don't show."""
    match = SEPARATOR_LINE.match(text)
    if match is None:
        return None, text
    if match[1] not in DELIMITERS:
        raise FileRefused(Code.SEPARATOR_UNKNOWN, match[0].strip(), row=1)
    return match[1], text[match.end() :]


def _next_row(row: int, line_ends: str) -> int:
    following = row + line_ends.count("\n") + line_ends.count("\r") - line_ends.count("\r\n")
    if following > MAX_RECORDS + 1:
        raise FileRefused(Code.TOO_MANY_ROWS, row=following - 1)
    return following


def _misquoted(text: str, position: int, row: int, column: int) -> FileRefused:
    """Tell a quote that is never closed from one inside a value."""
    closed = re.compile(QUOTED).match(text, position)
    unclosed = text[position] == '"' and closed is None
    code = Code.UNCLOSED_QUOTE if unclosed else Code.MISPLACED_QUOTE
    return FileRefused(code, text[position : position + 80], row=row, column=column)
