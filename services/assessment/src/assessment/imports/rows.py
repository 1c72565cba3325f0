"""One row below the header as a question, or as problems by place."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from assessment.imports.answering import read_answered
from assessment.imports.answers import FALSE_WORDS, TRUE_WORDS
from assessment.imports.cells import CellKind
from assessment.imports.choices import several_choices
from assessment.imports.numbers import AmbiguousNumber, decimal_of
from assessment.imports.problems import CellRefused, Code
from assessment.imports.row_cells import RowCells
from assessment.imports.text import bounded, clean
from contracts.assessment.assessments import OptionDraft, QuestionDraft
from contracts.assessment.limits import (
    MAX_EXPLANATION_CHARACTERS,
    MAX_EXTERNAL_ID_CHARACTERS,
    MAX_POINTS,
    MAX_POOL_CHARACTERS,
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
    pool = cells.read("pool", lambda: bounded(cells.text("pool"), MAX_POOL_CHARACTERS))
    keep_place = cells.read("keep_place", lambda: _keeps_place(cells))
    answered = read_answered(cells, decimal_comma=decimal_comma)
    if answered is None:
        return None
    last = cells.read("keep_last", lambda: _kept_last(cells, answered.options))
    if not cells.sound:
        return None
    return QuestionDraft(
        kind=answered.kind,
        prompt=prompt or "",
        options=tuple(
            OptionDraft(text=option, keep_last=number in (last or ()))
            for number, option in enumerate(answered.options, start=1)
        ),
        correct=answered.correct,
        points=DEFAULT_POINTS if points is None else points,
        explanation=explanation or "",
        external_id=external_id or None,
        scoring=answered.scoring,
        weights=answered.weights,
        pool=pool or None,
        keep_place=keep_place or False,
    )


def _prompt(cells: RowCells) -> str:
    prompt = bounded(cells.text("question"), MAX_PROMPT_CHARACTERS)
    if not prompt:
        raise CellRefused(Code.QUESTION_MISSING)
    return prompt


def _keeps_place(cells: RowCells) -> bool:
    word = clean(cells.text("keep_place")).casefold()
    if word and word not in TRUE_WORDS | FALSE_WORDS:
        raise CellRefused(Code.NOT_YES_OR_NO, word)
    return word in TRUE_WORDS


def _kept_last(cells: RowCells, options: Sequence[str]) -> tuple[int, ...]:
    cell = cells.cell("keep_last")
    text = "" if cell is None else clean(cell.text)
    if cell is None or not text:
        return ()
    if not options:
        raise CellRefused(Code.OPTIONS_NOT_TAKEN, text)
    return several_choices(cell, options, cells.header.layout)


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
