"""The options of a row, in order and without a gap, as the kind of question takes them."""

from functools import partial
from typing import Final

from assessment.imports.layouts import OPTION_COLUMNS
from assessment.imports.problems import Code
from assessment.imports.row_cells import RowCells
from assessment.imports.text import bounded, same
from contracts.assessment.limits import MAX_OPTION_CHARACTERS, MIN_OPTIONS
from contracts.questions import QuestionKind

CHOICES: Final = ("single", "multiple")


def read_options(cells: RowCells, kind: QuestionKind) -> list[str] | None:
    """Read the options in order; None where one of them can't stand."""
    texts = option_texts(cells)
    if texts is None:
        return None
    count = max((number for number, text in enumerate(texts, start=1) if text), default=0)
    fault = _fault(kind, texts[:count])
    if fault is not None:
        code, index = fault
        cells.refuse(code, OPTION_COLUMNS[index], texts[index] or None)
        return None
    return texts[:count]


def option_texts(cells: RowCells) -> list[str] | None:
    """Read every option's cell, an empty text where there is none; None where one can't be read."""
    if any(cells.is_unreadable(name) for name in OPTION_COLUMNS):
        return None
    read = [cells.read(name, partial(_option, cells, name)) for name in OPTION_COLUMNS]
    return None if None in read else [text or "" for text in read]


def _option(cells: RowCells, name: str) -> str:
    return bounded(cells.text(name), MAX_OPTION_CHARACTERS)


def _fault(kind: QuestionKind, options: list[str]) -> tuple[Code, int] | None:
    """Find the first thing that no list of options of this kind can have, and at which of them."""
    if kind not in CHOICES:
        return (Code.OPTIONS_NOT_TAKEN, options.index(next(filter(None, options)))) if options else None
    if "" in options:
        return Code.OPTION_GAP, options.index("")
    if len(options) < MIN_OPTIONS:
        return Code.OPTIONS_TOO_FEW, len(options)
    for index, option in enumerate(options):
        if any(same(option, earlier) for earlier in options[:index]):
            return Code.OPTION_TWICE, index
    return None
