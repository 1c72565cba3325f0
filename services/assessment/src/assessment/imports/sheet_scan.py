"""What a sheet's markup says and the parser doesn't: its extent by values, errors, formulas, merged cells."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from assessment.imports.cells import CellKind
from assessment.imports.limits import MAX_CELL_CHARACTERS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_SHARED_CHARACTERS
from assessment.imports.markup import Attributes, Reader, local_name
from assessment.imports.problems import Code, FileRefused

REFERENCE: Final = re.compile(r"([A-Za-z]{1,4})([1-9][0-9]{0,8})")
KINDS: Final = frozenset({"n", "s", "str", "inlineStr", "b", "e", "d"})
ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
Place = tuple[int, int]
"""Row and column, from 1."""


@dataclass(slots=True)
class SheetScan:
    """A sheet as scanned: its last row and column with a value, what can't be read where, and merged ranges."""

    last_row: int = 0
    last_column: int = 0
    unreadable: dict[Place, tuple[CellKind, str]] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)


class SheetReader(Reader):
    """Reads one worksheet; `shared` holds the lengths of the shared strings, `styles` those that change numbers.

    A sheet that the parser will be given is `limited`: FileRefused is raised at the first limit.
    `cells` counts on from the sheets before.
    """

    def __init__(self, shared: list[int], styles: set[int], *, limited: bool, cells: int = 0) -> None:
        self.scan = SheetScan()
        self.cells = cells
        self._limited = limited
        self.shared_characters = 0
        self._shared = shared
        self._styles = styles
        self._row = self._column = 0
        self._kind = ""
        self._is_restyled = False
        self._text: list[str] = []
        self._length = 0
        self._in_text = self._has_value = self._has_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = self._row_number(attributes.get("r"))
            self._column = 0
        elif name in ("v", "is"):
            self._has_value = True
            self._in_text = name == "v"
        elif name == "t":
            self._in_text = True
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif ":" in name:
            self.start(local_name(name), attributes)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_text = False
        elif name == "c":
            self._end_cell()
        elif ":" in name:
            self.end(local_name(name))

    def text(self, piece: str) -> None:
        if not self._in_text:
            return
        self._length += len(piece)
        if self._length > MAX_CELL_CHARACTERS:
            raise FileRefused(Code.CELL_TOO_LONG, row=self._row, column=self._column)
        self._text.append(piece)

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = _place(reference, self._broken)
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise FileRefused(Code.TOO_MANY_CELLS, row=self._row, column=self._column)
        self._kind = attributes.get("t", "n")
        if self._kind not in KINDS:
            raise self._broken(self._kind)
        self._is_restyled = bool(self._styles) and _number(attributes.get("s"), 0) in self._styles
        self._text.clear()
        self._length = 0
        self._has_value = self._has_formula = False

    def _end_cell(self) -> None:
        if not (self._has_value or self._has_formula):
            return
        self._extend()
        text = "".join(self._text)
        if self._kind == "s":
            self._refer(text)
        elif self._kind == "e":
            self._note_error(text)
        elif self._has_formula and not text and not (self._kind == "str" and self._has_value):
            self.scan.unreadable[self._row, self._column] = (CellKind.UNCALCULATED, "")
        elif self._kind == "n" and text and self._is_restyled:
            self.scan.unreadable[self._row, self._column] = (CellKind.FORMATTED, text)

    def _note_error(self, text: str) -> None:
        """The parser gives up at an error that it doesn't know, so that this one is named instead."""
        if self._limited and text not in ERRORS:
            raise FileRefused(Code.ERROR_CELL, text, row=self._row, column=self._column)
        self.scan.unreadable[self._row, self._column] = (CellKind.ERROR, text)

    def _row_number(self, given: str | None) -> int:
        if given is None:
            return self._row + 1
        number = _number(given, 0)
        if not number:
            raise self._broken(given)
        return number

    def _broken(self, seen: str) -> FileRefused:
        """What two readers would take for two things."""
        return FileRefused(Code.DAMAGED_WORKBOOK, seen)

    def _extend(self) -> None:
        self.scan.last_row = max(self.scan.last_row, self._row)
        self.scan.last_column = max(self.scan.last_column, self._column)
        if not self._limited:
            return
        if self._row > MAX_ROWS:
            raise FileRefused(Code.TOO_MANY_ROWS, row=self._row, column=self._column)
        if self._column > MAX_COLUMNS:
            raise FileRefused(Code.TOO_MANY_COLUMNS, row=self._row, column=self._column)

    def _refer(self, text: str) -> None:
        index = _number(text, -1)
        if not 0 <= index < len(self._shared):
            raise self._broken(text)
        length = self._shared[index]
        if length > MAX_CELL_CHARACTERS:
            raise FileRefused(Code.CELL_TOO_LONG, row=self._row, column=self._column)
        self.shared_characters += length
        if self.shared_characters > MAX_SHARED_CHARACTERS:
            raise FileRefused(Code.TOO_MUCH_TEXT, row=self._row, column=self._column)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corner = _place(first, self._broken)
        self.scan.merged.append((corner, _place(last, self._broken) if last else corner))


class SharedStringReader(Reader):
    """Measures the shared strings, in characters; a phonetic reading beside a string counts too."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._length = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if local_name(name) == "si":
            self._length = 0

    def end(self, name: str) -> None:
        if local_name(name) == "si":
            self.lengths.append(self._length)

    def text(self, piece: str) -> None:
        self._length += len(piece)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def _place(reference: str, broken: Callable[[str], FileRefused]) -> Place:
    """Read `AB12`."""
    match = REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        raise broken(reference)
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
