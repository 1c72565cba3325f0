"""One row below the header as a question, or as problems by place."""

from decimal import Decimal
from typing import Final

from assessment.imports.answering import read_answered
from assessment.imports.cells import CellKind
from assessment.imports.numbers import AmbiguousNumber, decimal_of
from assessment.imports.problems import CellRefused, Code
from assessment.imports.row_cells import RowCells
from assessment.imports.text import bounded, clean
from contracts.assessment.assessments import OptionDraft, QuestionDraft
from contracts.assessment.limits import (
    MAX_EXPLANATION_CHARACTERS,
    MAX_EXTERNAL_ID_CHARACTERS,
    MAX_POINTS,
    MAX_PROMPT_CHARACTERS,
    POINT_PLACES,
)

DEFAULT_POINTS: Final = Decimal(1)


def read_question(cells: RowCells, *, decimal_comma: bool) -> QuestionDraft | None:
    """Read a question; None where the row has an error, each of which is noted."""
    cells.check_cells()
    prompt = cells.read("question", lambda: _prompt(cells))
    points = cells.read("points", lambda: _points(cells, decimal_comma=decimal_comma))
    explanation = cells.read("explanation", lambda: bounded(cells.text("explanation"), MAX_EXPLANATION_CHARACTERS))
    external_id = cells.read("external_id", lambda: bounded(cells.text("external_id"), MAX_EXTERNAL_ID_CHARACTERS))
    answered = read_answered(cells, decimal_comma=decimal_comma)
    if answered is None or not cells.sound:
        return None
    return QuestionDraft(
        kind=answered.kind,
        prompt=prompt or "",
        options=tuple(OptionDraft(text=option) for option in answered.options),
        correct=answered.correct,
        points=DEFAULT_POINTS if points is None else points,
        explanation=explanation or "",
        external_id=external_id or None,
        scoring=answered.scoring,
        weights=answered.weights,
    )


def _prompt(cells: RowCells) -> str:
    prompt = bounded(cells.text("question"), MAX_PROMPT_CHARACTERS)
    if not prompt:
        raise CellRefused(Code.QUESTION_MISSING)
    return prompt


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
