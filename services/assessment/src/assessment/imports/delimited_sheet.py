"""A CSV file as a sheet: decoded, its delimiter found by evidence, its records turned into cells."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assessment.imports.cells import Cell, CellKind, Row, Sheet
from assessment.imports.delimited import DELIMITERS, Record, limited, records, separator_line
from assessment.imports.encoding import DecodedText, decode
from assessment.imports.layouts import layout_of
from assessment.imports.limits import (
    DELIMITER_SAMPLE_CHARACTERS,
    DELIMITER_SAMPLE_RECORDS,
    HEADER_SEARCH_ROWS,
    MAX_GUESSED_CELLS_SHOWN,
)
from assessment.imports.problems import FileRefused

IsHeader = Callable[[Iterable[str]], bool]
"""Tells a header row by its titles: the delimiter that brings one out is the file's."""


@dataclass(frozen=True, slots=True)
class DelimitedFile:
    """guessed_cells: the first places whose text depends on a guessed encoding, with that text."""

    sheet: Sheet
    encoding: str
    delimiter: str
    guessed_cells: Sequence[tuple[int, int, str]]


def is_bank(titles: Iterable[str]) -> bool:
    """Tell the header row of a question bank."""
    return layout_of(titles) is not None


def read_delimited(data: bytes, is_header: IsHeader = is_bank) -> DelimitedFile:
    """Read a whole CSV file; raises FileRefused at the first thing that can't be read one way only."""
    decoded = decode(data)
    named, text = separator_line(decoded.text)
    delimiter = named or _delimiter(text, is_header)
    rows = list(_rows(text, delimiter))
    sheet = Sheet(None, rows, decimal_comma=delimiter == ";")
    return DelimitedFile(sheet, decoded.encoding, delimiter, _guessed_cells(decoded, rows))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    for number, record in records(text, delimiter):
        fields = limited(record, number)
        cells = {column: Cell(CellKind.TEXT, field) for column, field in enumerate(fields, start=1) if field.strip()}
        if cells:
            yield Row(number, cells)


def _delimiter(text: str, is_header: IsHeader) -> str:
    """Choose by the header row that a delimiter brings out, then by how many records have equally many fields."""
    sample = text[:DELIMITER_SAMPLE_CHARACTERS]
    return max(DELIMITERS, key=lambda delimiter: _evidence(sample, delimiter, is_header))


def _evidence(sample: str, delimiter: str, is_header: IsHeader) -> tuple[bool, int, int]:
    sampled = list(islice(_readable(sample, delimiter), DELIMITER_SAMPLE_RECORDS))
    has_header = any(is_header(record) for record in sampled[:HEADER_SEARCH_ROWS])
    widths = Counter(len(record) for record in sampled)
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return has_header, 0, 0
    width, count = max(several.items(), key=lambda item: (item[1], item[0]))
    return has_header, count, width


def _readable(sample: str, delimiter: str) -> Iterator[Record]:
    """Give the records with a value up to the first fault, which only counts once the delimiter is known."""
    try:
        for _, record in records(sample, delimiter):
            if any(field.strip() for field in record):
                yield record
    except FileRefused:
        return


def _guessed_cells(decoded: DecodedText, rows: Sequence[Row]) -> list[tuple[int, int, str]]:
    if not decoded.guessed:
        return []
    foreign = (
        (row.number, column, cell.text) for row in rows for column, cell in row.cells.items() if not cell.text.isascii()
    )
    return list(islice(foreign, MAX_GUESSED_CELLS_SHOWN))
