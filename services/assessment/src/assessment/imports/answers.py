"""The key of a question from its `correct` cell, by the question's kind."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assessment.imports.bars import split_texts
from assessment.imports.cells import Cell, CellKind
from assessment.imports.choices import one_choice, several_choices
from assessment.imports.layouts import STANDARD, Layout
from assessment.imports.numbers import AmbiguousNumber, decimal_of
from assessment.imports.problems import CellRefused, Code
from assessment.imports.text import bounded, clean
from contracts.assessment.assessments import NumericKey
from contracts.assessment.limits import MAX_ACCEPTED_CHARACTERS, MAX_ACCEPTED_TEXTS
from contracts.questions import QuestionKind, ToleranceKind

Key = bool | int | tuple[int | str, ...] | NumericKey | None
TRUE_WORDS: Final = frozenset({"true", "t", "yes", "y"})
FALSE_WORDS: Final = frozenset({"false", "f", "no", "n"})
PERCENT_PLACES: Final = 2
TOLERANCE: Final = re.compile(r"±|\+/-|\+-")


@dataclass(frozen=True, slots=True)
class Answering:
    """What reading a key may lean on: the row's options, the layout, and whether the file writes decimal commas."""

    options: Sequence[str]
    decimal_comma: bool
    layout: Layout = STANDARD


def read_key(kind: QuestionKind, cell: Cell | None, answering: Answering) -> Key:
    """Read the key; raises CellRefused for one that is missing, doesn't fit the kind or can be read in two ways."""
    text = clean(cell.text) if cell is not None else ""
    if kind == "essay":
        if text:
            raise CellRefused(Code.CORRECT_NOT_TAKEN, text)
        return None
    if cell is None or not text:
        raise CellRefused(Code.CORRECT_MISSING)
    return _READERS[kind](cell, answering)


def _single(cell: Cell, answering: Answering) -> Key:
    return one_choice(cell, answering.options, answering.layout)


def _multiple(cell: Cell, answering: Answering) -> Key:
    return several_choices(cell, answering.options, answering.layout)


def _true_false(cell: Cell, _answering: Answering) -> Key:
    word = clean(cell.text).casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise CellRefused(Code.CORRECT_NOT_TRUE_OR_FALSE, cell.text)


def _accepted_texts(cell: Cell, _answering: Answering) -> Key:
    texts = [bounded(piece, MAX_ACCEPTED_CHARACTERS) for piece in split_texts(cell.text)]
    if not all(texts):
        raise CellRefused(Code.ACCEPTED_TEXT_EMPTY, cell.text)
    if len(texts) > MAX_ACCEPTED_TEXTS:
        raise CellRefused(Code.TOO_MANY_ACCEPTED_TEXTS, str(len(texts)))
    return tuple(texts)


def _number(cell: Cell, answering: Answering) -> Key:
    parts = TOLERANCE.split(clean(cell.text))
    comma = answering.decimal_comma and cell.kind is not CellKind.NUMBER
    try:
        kind, parts = _tolerance_kind([part.strip() for part in parts])
        numbers = [decimal_of(part, decimal_comma=comma) for part in parts]
    except AmbiguousNumber as fault:
        raise CellRefused(Code.NUMBER_AMBIGUOUS, cell.text) from fault
    except ValueError as fault:
        raise CellRefused(Code.CORRECT_NOT_A_NUMBER, cell.text) from fault
    if len(numbers) > 2 or (numbers[1:] and numbers[1] < 0):
        raise CellRefused(Code.CORRECT_NOT_A_NUMBER, cell.text)
    tolerance = numbers[1] if numbers[1:] else Decimal(0)
    if kind == "relative":
        tolerance = tolerance.scaleb(-PERCENT_PLACES)
    return NumericKey(value=numbers[0], tolerance=tolerance, tolerance_kind=kind)


def _tolerance_kind(parts: list[str]) -> tuple[ToleranceKind, list[str]]:
    """Take the percent sign off a tolerance that has one: it is a part of the value then."""
    if len(parts) == 2 and parts[1].endswith("%"):
        return "relative", [parts[0], parts[1][:-1].rstrip()]
    return "absolute", parts


_READERS: Final[Mapping[QuestionKind, Callable[[Cell, Answering], Key]]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "text": _accepted_texts,
    "numeric": _number,
}
