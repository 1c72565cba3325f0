"""Questions and rows as CSV files that a spreadsheet program opens without harm and an import reads again."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from assessment.imports.answers import PERCENT_PLACES
from assessment.imports.bars import joined_texts
from assessment.imports.cells import Cell, CellKind
from assessment.imports.choices import several_choices, weights_of
from assessment.imports.guarding import guarded
from assessment.imports.layouts import COLUMNS, DELIVERY_COLUMNS, OPTION_COLUMNS, PASSED_OVER, folded
from assessment.imports.problems import CellRefused
from assessment.imports.report import ErrorRow
from contracts.assessment.assessments import NumericKey, QuestionAnswer

CSV: Final = "text/csv; charset=utf-8"
SPELLINGS: Final = range(1, len(OPTION_COLUMNS) + 2)
EXPORTED: Final = tuple(name for name in COLUMNS if name != "tags")


def exported(questions: Iterable[QuestionAnswer]) -> bytes:
    """Write questions in our own layout; importing the file gives the same questions, but for space around texts."""
    rows = [_row(question) for question in questions]
    header = (*EXPORTED, *(name for name in DELIVERY_COLUMNS if any(row[name] for row in rows)))
    return _file(header, ([row.get(name, "") for name in header] for row in rows))


def error_rows_file(titles: Sequence[str], rows: Iterable[ErrorRow]) -> bytes:
    """Write rows as they stood under their own header, with the number and the problems of each behind."""
    kept = [place for place, title in enumerate(titles) if folded(title) not in PASSED_OVER]
    wide = [(row, [*row.cells, *[""] * (len(titles) - len(row.cells))]) for row in rows]
    lines = ([*[cells[place] for place in kept], str(row.row), row.problem] for row, cells in wide)
    return _file([*[titles[place] for place in kept], *PASSED_OVER], lines)


def _file(header: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which spreadsheet programs know it; no cell begins a formula."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([guarded(title) for title in header])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _row(question: QuestionAnswer) -> dict[str, str]:
    texts = [option.text for option in question.options]
    last = tuple(number for number, option in enumerate(question.options, start=1) if option.keep_last)
    return {
        "question": question.prompt,
        "type": question.kind if question.scoring == "all_or_nothing" else f"{question.kind}_{question.scoring}",
        **dict(zip(OPTION_COLUMNS, texts, strict=False)),
        "correct": _correct(question, texts),
        "points": format(question.points, "f"),
        "explanation": question.explanation,
        "external_id": question.external_id or "",
        "pool": question.pool or "",
        "keep_last": _columns(last, texts) if last else "",
        "keep_place": "yes" if question.keep_place else "",
    }


def _correct(question: QuestionAnswer, options: Sequence[str]) -> str:
    match question.correct:
        case None:
            text = ""
        case bool(value):
            text = "true" if value else "false"
        case NumericKey() as key:
            text = f"{key.value:f}{_tolerance(key)}"
        case int(number):
            text = _columns((number,), options)
        case listed:
            text = _listed(question, listed, options)
    return text


def _listed(question: QuestionAnswer, listed: tuple[int | str, ...], options: Sequence[str]) -> str:
    if question.scoring == "weights":
        return _weights(question.weights, options)
    if question.kind == "text":
        return joined_texts([str(text) for text in listed])
    return _columns(tuple(int(number) for number in listed), options)


def _tolerance(key: NumericKey) -> str:
    if key.tolerance_kind == "relative":
        return f" ± {key.tolerance.scaleb(PERCENT_PLACES):f}%"
    return f" ± {key.tolerance:f}" if key.tolerance else ""


def _weights(weights: tuple[int, ...], options: Sequence[str]) -> str:
    """Name options and weights, in a spelling that is the text of no option."""
    for spaces in SPELLINGS:
        items = [f"option{'_' * spaces}{number}:{weight}" for number, weight in enumerate(weights, start=1)]
        try:
            if weights_of(Cell(CellKind.TEXT, ",".join(items)), options) == weights:
                return ",".join(items)
        except CellRefused:
            continue
    raise AssertionError("eleven spellings against at most ten options")


def _columns(numbers: tuple[int, ...], options: Sequence[str]) -> str:
    """Name options by their columns, in a spelling that is the text of none of them: ten texts spoil ten at most."""
    for spaces in SPELLINGS:
        text = ",".join(f"option{'_' * spaces}{number}" for number in numbers)
        try:
            if several_choices(Cell(CellKind.TEXT, text), options) == numbers:
                return text
        except CellRefused:
            continue
    raise AssertionError("eleven spellings against at most ten options")
