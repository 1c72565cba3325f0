"""Which options the `correct` cell of a choice names: by number, letter, column or exact text, in one way only."""

import re
from collections.abc import Sequence
from typing import Final

from assessment.imports.cells import Cell, CellKind
from assessment.imports.layout import OPTION_COLUMNS, column_name
from assessment.imports.problems import CellRefused, Code
from assessment.imports.text import clean, same

SEPARATORS: Final = re.compile(r"[,;|]")
Named = tuple[int, ...]
"""Options by their number from 1, in the order named."""


def one_choice(cell: Cell, options: Sequence[str]) -> int:
    """Read the one correct option of a single choice."""
    if _is_list_made_number(cell):
        raise CellRefused(Code.NUMBER_IN_LIST, cell.text)
    text = clean(cell.text)
    named = _meanings(text, options)
    if len(named) == 1:
        return named.pop()
    if named:
        raise CellRefused(Code.CORRECT_AMBIGUOUS, text)
    if len(_as_list(text, options)) > 1:
        raise CellRefused(Code.CORRECT_NOT_ONE, text)
    raise CellRefused(Code.CORRECT_UNKNOWN, text)


def several_choices(cell: Cell, options: Sequence[str]) -> Named:
    """Read the correct options of a multiple choice, in ascending order.

    An option's text may hold a separator: the cell as a whole and the cell as a list must then not both make sense.
    """
    if _is_list_made_number(cell):
        raise CellRefused(Code.NUMBER_IN_LIST, cell.text)
    text = clean(cell.text)
    whole = _meanings(text, options)
    listed = _as_list(text, options) if SEPARATORS.search(text) else ()
    if len(whole) > 1 or (whole and listed):
        raise CellRefused(Code.CORRECT_AMBIGUOUS, text)
    if whole:
        return (whole.pop(),)
    if not listed:
        raise CellRefused(_first_fault(text, options), text)
    if len(set(listed)) < len(listed):
        raise CellRefused(Code.CORRECT_TWICE, text)
    return tuple(sorted(listed))


def _as_list(text: str, options: Sequence[str]) -> Named:
    """Read a list; empty unless each item names exactly one option."""
    named = [_meanings(item.strip(), options) for item in SEPARATORS.split(text)]
    return tuple(one.pop() for one in named) if all(len(one) == 1 for one in named) else ()


def _first_fault(text: str, options: Sequence[str]) -> Code:
    meanings = (_meanings(item.strip(), options) for item in SEPARATORS.split(text))
    return Code.CORRECT_AMBIGUOUS if any(len(one) > 1 for one in meanings) else Code.CORRECT_UNKNOWN


def _meanings(item: str, options: Sequence[str]) -> set[int]:
    """Give every option that an item could name."""
    named = {number for number, option in enumerate(options, start=1) if same(item, option)}
    if item.isascii() and item.isdigit() and len(item) <= len(str(len(options))):
        named.add(int(item))
    if len(item) == 1 and item.isascii() and item.isalpha():
        named.add(ord(item.upper()) - ord("A") + 1)
    column = column_name(item)
    if column in OPTION_COLUMNS:
        named.add(OPTION_COLUMNS.index(column) + 1)
    return {number for number in named if 1 <= number <= len(options)}


def _is_list_made_number(cell: Cell) -> bool:
    """See `1,3` or `1,200` that a spreadsheet program took for a number."""
    return cell.kind is CellKind.NUMBER and not (cell.text.isdigit() and len(cell.text) <= 2)
