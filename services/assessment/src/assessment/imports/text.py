"""The text of a cell as an author means it: without surrounding space, and refused where it hides something."""

import re
import unicodedata
from typing import Final

from assessment.domain.normalization import norm_v1
from assessment.imports.problems import CellRefused, Code

# controls but tab and line feed, halves of surrogate pairs, noncharacters; what a later Unicode assigns is left alone
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def clean(text: str) -> str:
    """Give LF as the only line end and no space around; empty where nothing would be seen.

    Combining marks, emoji and directions stay as typed. Raises CellRefused for a control character.
    """
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    hidden = HIDDEN.search(cleaned)
    if hidden is not None:
        raise CellRefused(Code.CONTROL_CHARACTER, f"U+{ord(hidden[0]):04X}")
    return cleaned if norm_v1(cleaned) else ""


def bounded(text: str, max_characters: int) -> str:
    """Clean a text and refuse it beyond its column's length."""
    cleaned = clean(text)
    if len(cleaned) > max_characters:
        raise CellRefused(Code.TEXT_TOO_LONG, cleaned)
    return cleaned


def same(left: str, right: str) -> bool:
    """Compare two texts as a reader would see them: however their marks are composed."""
    return unicodedata.normalize("NFC", left) == unicodedata.normalize("NFC", right)
