"""Which options the `correct` cell of a choice names: by number, letter, column or exact text, in one way only."""

import re
from collections.abc import Sequence
from typing import Final

from assessment.imports.cells import Cell, CellKind
from assessment.imports.layouts import OPTION_COLUMNS, STANDARD, Layout, Naming
from assessment.imports.problems import CellRefused, Code
from assessment.imports.text import clean, same
from contracts.assessment.limits import MAX_WEIGHT

SEPARATORS: Final = re.compile(r"[,;|]")
WEIGHED: Final = re.compile(r"\s*(.+?)\s*:\s*([+-]?[0-9]{1,4})\s*")
NUMBER_LIST: Final = re.compile(r"\s*[0-9]+\s*(?:[,;|]\s*[0-9]+\s*)+")
Named = tuple[int, ...]
"""Options by their number from 1, in the order named."""


def one_choice(cell: Cell, options: Sequence[str], layout: Layout = STANDARD) -> int:
    """Read the one correct option of a single choice."""
    if _is_list_made_number(cell):
        raise CellRefused(Code.NUMBER_IN_LIST, cell.text)
    text = clean(cell.text)
    named = _whole(text, options, layout)
    if len(named) == 1:
        return named.pop()
    if named:
        raise CellRefused(Code.CORRECT_AMBIGUOUS, text)
    if len(_as_list(text, options, layout)) > 1:
        raise CellRefused(Code.CORRECT_NOT_ONE, text)
    raise CellRefused(Code.CORRECT_UNKNOWN, text)


def several_choices(cell: Cell, options: Sequence[str], layout: Layout = STANDARD) -> Named:
    """Read the correct options of a multiple choice, in ascending order.

    An option's text may hold a separator: the cell as a whole and the cell as a list must then not both make sense.
    """
    if _is_list_made_number(cell):
        raise CellRefused(Code.NUMBER_IN_LIST, cell.text)
    text = clean(cell.text)
    whole = _whole(text, options, layout)
    listed = _as_list(text, options, layout) if SEPARATORS.search(text) else ()
    if len(whole) > 1 or (whole and listed):
        raise CellRefused(Code.CORRECT_AMBIGUOUS, text)
    if whole:
        return (whole.pop(),)
    if not listed:
        raise CellRefused(_first_fault(text, options, layout), text)
    if len(set(listed)) < len(listed):
        raise CellRefused(Code.CORRECT_TWICE, text)
    return tuple(sorted(listed))


def weights_of(cell: Cell, options: Sequence[str]) -> tuple[int, ...]:
    """Read `A:2, B:-1` as a weight for each option; one that isn't named weighs nothing."""
    text = clean(cell.text)
    weights: dict[int, int] = {}
    for item in SEPARATORS.split(text):
        match = WEIGHED.fullmatch(item)
        named = _meanings(match[1].strip(), options, STANDARD) if match is not None else set()
        if match is None or len(named) != 1 or abs(int(match[2])) > MAX_WEIGHT:
            raise CellRefused(Code.CORRECT_AMBIGUOUS if len(named) > 1 else Code.WEIGHTS_UNKNOWN, text)
        number = named.pop()
        if number in weights:
            raise CellRefused(Code.CORRECT_TWICE, text)
        weights[number] = int(match[2])
    if max(weights.values()) <= 0:
        raise CellRefused(Code.WEIGHTS_UNKNOWN, text)
    return tuple(weights.get(number, 0) for number in range(1, len(options) + 1))


def _whole(text: str, options: Sequence[str], layout: Layout) -> set[int]:
    """Read the cell as one name; where numbers go first, a list of them is nothing else."""
    if layout.naming is Naming.NUMBER and NUMBER_LIST.fullmatch(text):
        return set()
    return _meanings(text, options, layout)


def _as_list(text: str, options: Sequence[str], layout: Layout) -> Named:
    """Read a list; empty unless each item names exactly one option."""
    named = [_meanings(item.strip(), options, layout) for item in SEPARATORS.split(text)]
    return tuple(one.pop() for one in named) if all(len(one) == 1 for one in named) else ()


def _first_fault(text: str, options: Sequence[str], layout: Layout) -> Code:
    meanings = (_meanings(item.strip(), options, layout) for item in SEPARATORS.split(text))
    return Code.CORRECT_AMBIGUOUS if any(len(one) > 1 for one in meanings) else Code.CORRECT_UNKNOWN


def _meanings(item: str, options: Sequence[str], layout: Layout) -> set[int]:
    """Give every option that an item could name; what the layout's own program goes by leaves no second one."""
    number, letter = _number(item, len(options)), _letter(item)
    if layout.naming is Naming.NUMBER and number is not None:
        named = {number}
    elif layout.naming is Naming.LETTER and letter is not None:
        named = {letter}
    else:
        texts = {place for place, option in enumerate(options, start=1) if same(item, option)}
        named = texts | {one for one in (number, letter, _column(item, layout)) if one is not None}
    return {one for one in named if 1 <= one <= len(options)}


def _number(item: str, count: int) -> int | None:
    return int(item) if item.isascii() and item.isdigit() and len(item) <= len(str(count)) else None


def _letter(item: str) -> int | None:
    return ord(item.upper()) - ord("A") + 1 if len(item) == 1 and item.isascii() and item.isalpha() else None


def _column(item: str, layout: Layout) -> int | None:
    name = layout.column_name(item)
    return OPTION_COLUMNS.index(name) + 1 if name in OPTION_COLUMNS else None


def _is_list_made_number(cell: Cell) -> bool:
    """See `1,3` or `1,200` that a spreadsheet program took for a number."""
    return cell.kind is CellKind.NUMBER and not (cell.text.isdigit() and len(cell.text) <= 2)
