"""What a row asks for: its kind, its options and its key, said in the way of the row's layout."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assessment.imports.answers import Answering, Key, read_key
from assessment.imports.cells import Cell
from assessment.imports.choices import one_choice, several_choices, weights_of
from assessment.imports.layouts import KAHOOT, MOODLE, OPTION_COLUMNS, STANDARD, WAYGROUND, folded
from assessment.imports.options import option_texts, read_options
from assessment.imports.problems import CellRefused, Code
from assessment.imports.row_cells import RowCells
from assessment.imports.text import bounded, clean
from contracts.assessment.limits import MAX_ACCEPTED_CHARACTERS
from contracts.questions import ChoiceScoring, QuestionKind

KINDS: Final[Mapping[str, QuestionKind]] = {
    "single": "single",
    "multiple": "multiple",
    "multipleproportional": "multiple",
    "multipleweights": "multiple",
    "truefalse": "true_false",
    "true/false": "true_false",
    "text": "text",
    "numeric": "numeric",
    "essay": "essay",
}
SCORINGS: Final[Mapping[str, ChoiceScoring]] = {
    "multipleproportional": "proportional",
    "multipleweights": "weights",
}
WAYGROUND_KINDS: Final[Mapping[str, QuestionKind]] = {
    "": "single",
    "multiplechoice": "single",
    "checkbox": "multiple",
    "fillintheblank": "text",
    "openended": "essay",
}
WAYGROUND_UNSCORED: Final = frozenset({"poll", "draw"})


@dataclass(frozen=True, slots=True)
class Answered:
    kind: QuestionKind
    options: tuple[str, ...]
    correct: Key
    scoring: ChoiceScoring = "all_or_nothing"
    weights: tuple[int, ...] = ()


def read_answered(cells: RowCells, *, decimal_comma: bool) -> Answered | None:
    """Read what a row asks for; None where a part of it can't stand, which is noted."""
    return _READERS[cells.header.layout.name](cells, decimal_comma)


def _standard(cells: RowCells, decimal_comma: bool) -> Answered | None:  # noqa: FBT001 (the signature of all readers)
    kind = cells.read("type", lambda: _kind(cells, KINDS))
    if kind is None:
        return None
    scoring = SCORINGS.get(folded(clean(cells.text("type"))), "all_or_nothing")
    if scoring == "weights":
        return _weighed(cells)
    answered = _of_kind(cells, kind, decimal_comma=decimal_comma)
    return None if answered is None else replace(answered, scoring=scoring)


def _weighed(cells: RowCells) -> Answered | None:
    """The right options of a choice by weights are those that count for the answer."""
    options = read_options(cells, "multiple")
    if options is None:
        return None
    weights = cells.read("correct", lambda: weights_of(_given(cells, "correct"), options))
    if weights is None:
        return None
    right = tuple(number for number, weight in enumerate(weights, start=1) if weight > 0)
    return Answered("multiple", tuple(options), right, "weights", weights)


def _wayground(cells: RowCells, decimal_comma: bool) -> Answered | None:  # noqa: FBT001 (the signature of all readers)
    kind = cells.read("type", lambda: _kind(cells, WAYGROUND_KINDS))
    if kind is None:
        return None
    return _blank(cells) if kind == "text" else _of_kind(cells, kind, decimal_comma=decimal_comma)


def _kahoot(cells: RowCells, _decimal_comma: bool) -> Answered | None:  # noqa: FBT001 (the signature of all readers)
    """Kahoot has one kind; several right answers make it a multiple choice."""
    options = read_options(cells, "multiple")
    if options is None:
        return None
    right = cells.read("correct", lambda: _several(cells, options))
    return None if right is None else _choice(options, right)


def _moodle(cells: RowCells, _decimal_comma: bool) -> Answered | None:  # noqa: FBT001 (the signature of all readers)
    """Moodle has a column for the first right answer and one for a second."""
    options = read_options(cells, "multiple")
    if options is None:
        return None
    first = cells.read("correct", lambda: _one(cells, "correct", options))
    if not clean_or_empty(cells, "correct_2"):
        return None if first is None or cells.is_unreadable("correct_2") else _choice(options, (first,))
    second = cells.read("correct_2", lambda: _one(cells, "correct_2", options))
    if first is None or second is None:
        return None
    if first == second:
        cells.refuse(Code.CORRECT_TWICE, "correct_2", cells.text("correct_2"))
        return None
    return _choice(options, tuple(sorted((first, second))))


_READERS: Final[Mapping[str, Callable[[RowCells, bool], Answered | None]]] = {
    STANDARD.name: _standard,
    KAHOOT.name: _kahoot,
    WAYGROUND.name: _wayground,
    MOODLE.name: _moodle,
}


def clean_or_empty(cells: RowCells, name: str) -> str:
    """Give a cell's text; one that can't be cleaned is there, whatever it is."""
    try:
        return clean(cells.text(name))
    except CellRefused:
        return cells.text(name)


def _kind(cells: RowCells, kinds: Mapping[str, QuestionKind]) -> QuestionKind:
    text = clean(cells.text("type"))
    word = folded(text)
    if kinds is WAYGROUND_KINDS and word in WAYGROUND_UNSCORED:
        raise CellRefused(Code.TYPE_NOT_SCORED, text)
    kind = kinds.get(word)
    if kind is None:
        raise CellRefused(Code.TYPE_UNKNOWN if text else Code.TYPE_MISSING, text or None)
    return kind


def _of_kind(cells: RowCells, kind: QuestionKind, *, decimal_comma: bool) -> Answered | None:
    options = read_options(cells, kind)
    if options is None:
        return None
    answering = Answering(options, decimal_comma, cells.header.layout)
    correct = cells.read("correct", lambda: read_key(kind, cells.cell("correct"), answering))
    return Answered(kind, tuple(options), correct) if cells.sound else None


def _blank(cells: RowCells) -> Answered | None:
    """Wayground's Fill-in-the-Blank: what stands as options are the accepted texts, and none is named as correct."""
    texts = option_texts(cells)
    if texts is None:
        return None
    accepted = tuple(filter(None, texts))
    long = next((place for place, text in enumerate(texts) if len(text) > MAX_ACCEPTED_CHARACTERS), None)
    if long is not None:
        cells.read(OPTION_COLUMNS[long], lambda: bounded(texts[long], MAX_ACCEPTED_CHARACTERS))
    elif not accepted:
        cells.refuse(Code.CORRECT_MISSING, OPTION_COLUMNS[0])
    elif clean_or_empty(cells, "correct"):
        cells.refuse(Code.CORRECT_NOT_TAKEN, "correct", cells.text("correct"))
    return Answered("text", (), accepted) if cells.sound else None


def _several(cells: RowCells, options: list[str]) -> tuple[int, ...]:
    return several_choices(_given(cells, "correct"), options, cells.header.layout)


def _one(cells: RowCells, name: str, options: list[str]) -> int:
    return one_choice(_given(cells, name), options, cells.header.layout)


def _given(cells: RowCells, name: str) -> Cell:
    cell = cells.cell(name)
    if cell is None or not clean(cell.text):
        raise CellRefused(Code.CORRECT_MISSING)
    return cell


def _choice(options: list[str], right: tuple[int, ...]) -> Answered:
    texts = tuple(options)
    return Answered("single", texts, right[0]) if len(right) == 1 else Answered("multiple", texts, right)
