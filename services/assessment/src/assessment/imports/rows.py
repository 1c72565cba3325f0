"""One row below the header as a question, or as problems by place."""

from decimal import Decimal
from functools import partial
from typing import Final

from assessment.imports.answers import Answering, read_key
from assessment.imports.cells import CellKind, Row
from assessment.imports.layout import OPTION_COLUMNS
from assessment.imports.numbers import AmbiguousNumber, decimal_of
from assessment.imports.problems import CellRefused, Code
from assessment.imports.row_cells import RowCells
from assessment.imports.text import bounded, clean, same
from contracts.assessment.assessments import OptionDraft, QuestionDraft
from contracts.assessment.limits import (
    MAX_EXPLANATION_CHARACTERS,
    MAX_EXTERNAL_ID_CHARACTERS,
    MAX_OPTION_CHARACTERS,
    MAX_POINTS,
    MAX_PROMPT_CHARACTERS,
    MIN_OPTIONS,
    POINT_PLACES,
)
from contracts.questions import QuestionKind

KINDS: Final[dict[str, QuestionKind]] = {
    "single": "single",
    "multiple": "multiple",
    "true_false": "true_false",
    "true/false": "true_false",
    "text": "text",
    "numeric": "numeric",
    "essay": "essay",
}
CHOICES: Final = ("single", "multiple")
DEFAULT_POINTS: Final = Decimal(1)


def is_blank(row: Row) -> bool:
    """Tell a row that says nothing: merged away at most."""
    return all(cell.kind is CellKind.MERGED for cell in row.cells.values())


def read_question(cells: RowCells, *, decimal_comma: bool) -> QuestionDraft | None:
    """Read a question; None where the row has an error, each of which is noted."""
    cells.check_cells()
    prompt = cells.read("question", lambda: _prompt(cells))
    kind = cells.read("type", lambda: _kind(cells))
    points = cells.read("points", lambda: _points(cells, decimal_comma=decimal_comma))
    explanation = cells.read("explanation", lambda: bounded(cells.text("explanation"), MAX_EXPLANATION_CHARACTERS))
    external_id = cells.read("external_id", lambda: bounded(cells.text("external_id"), MAX_EXTERNAL_ID_CHARACTERS))
    options = _options(cells, kind) if kind is not None else None
    if kind is None or options is None:
        return None
    answering = Answering(options, decimal_comma)
    correct = cells.read("correct", lambda: read_key(kind, cells.cell("correct"), answering))
    if not cells.sound:
        return None
    return QuestionDraft(
        kind=kind,
        prompt=prompt or "",
        options=tuple(OptionDraft(text=option) for option in options),
        correct=correct,
        points=DEFAULT_POINTS if points is None else points,
        explanation=explanation or "",
        external_id=external_id or None,
    )


def _prompt(cells: RowCells) -> str:
    prompt = bounded(cells.text("question"), MAX_PROMPT_CHARACTERS)
    if not prompt:
        raise CellRefused(Code.QUESTION_MISSING)
    return prompt


def _kind(cells: RowCells) -> QuestionKind:
    text = clean(cells.text("type"))
    if not text:
        raise CellRefused(Code.TYPE_MISSING)
    kind = KINDS.get("_".join(text.casefold().replace("-", " ").replace("_", " ").split()))
    if kind is None:
        raise CellRefused(Code.TYPE_UNKNOWN, text)
    return kind


def _points(cells: RowCells, *, decimal_comma: bool) -> Decimal:
    cell = cells.cell("points")
    text = "" if cell is None else clean(cell.text)
    if cell is None or not text:
        return DEFAULT_POINTS
    try:
        points = decimal_of(text, decimal_comma=decimal_comma and cell.kind is not CellKind.NUMBER)
    except AmbiguousNumber as fault:
        raise CellRefused(Code.NUMBER_AMBIGUOUS, text) from fault
    except ValueError as fault:
        raise CellRefused(Code.POINTS_NOT_A_NUMBER, text) from fault
    if not 0 <= points <= MAX_POINTS or points != round(points, POINT_PLACES):
        raise CellRefused(Code.POINTS_OUT_OF_RANGE, text)
    return points


def _options(cells: RowCells, kind: QuestionKind) -> list[str] | None:
    """Read the options in order; None where one of them can't stand."""
    if any(cells.is_unreadable(name) for name in OPTION_COLUMNS):
        return None
    read = [cells.read(name, partial(_option, cells, name)) for name in OPTION_COLUMNS]
    if None in read:
        return None
    texts = [text or "" for text in read]
    count = max((number for number, text in enumerate(texts, start=1) if text), default=0)
    fault = _option_fault(kind, texts[:count])
    if fault is not None:
        code, index = fault
        cells.refuse(code, OPTION_COLUMNS[index], texts[index] or None)
        return None
    return texts[:count]


def _option(cells: RowCells, name: str) -> str:
    return bounded(cells.text(name), MAX_OPTION_CHARACTERS)


def _option_fault(kind: QuestionKind, options: list[str]) -> tuple[Code, int] | None:
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
