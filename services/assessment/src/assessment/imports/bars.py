"""Several texts in one cell, between bars; a bar that belongs to a text has a backslash before it."""

import re
from collections.abc import Sequence
from typing import Final

BAR: Final = "|"
_BAR: Final = re.compile(r"(\\*)\|")
_BACKSLASHES: Final = re.compile(r"(\\+)(?=\||\Z)")


def split_texts(cell: str) -> list[str]:
    """Take a cell apart at its bars.

    Only backslashes right before a bar mean anything: each two stand for one, and one that is left over makes the bar
    a part of the text.
    """
    texts, piece, end = [], "", 0
    for match in _BAR.finditer(cell):
        count = len(match[1])
        piece += cell[end : match.start()] + "\\" * (count // 2)
        end = match.end()
        if count % 2:
            piece += BAR
        else:
            texts.append(piece)
            piece = ""
    return [*texts, piece + cell[end:]]


def joined_texts(texts: Sequence[str]) -> str:
    """Put texts into one cell, so that `split_texts` gives them again."""
    *first, last = texts
    escaped = [_BACKSLASHES.sub(r"\1\1", text).replace(BAR, "\\|") for text in first]
    return BAR.join([*escaped, _escaped_last(last)])


def _escaped_last(text: str) -> str:
    """Nothing follows the last text, so what ends it stays as it is."""
    return re.sub(r"(\\+)(?=\|)", r"\1\1", text).replace(BAR, "\\|")
