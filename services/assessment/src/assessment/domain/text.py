"""Text that a client sent: taken in one composed form, or refused with the place of what it hides."""

import re
import unicodedata
from typing import Any, Final

from assessment.domain.content import canonical_json
from assessment.domain.decision import Reason, Refused
from assessment.domain.normalization import norm_v1

MAX_SEEN_CHARACTERS: Final = 80

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and line feed
    "\ud800-\udfff"  # halves of surrogate pairs
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
    "\ufdd0-\ufdef\ufffe\uffff]"  # noncharacters
)
_LINE_ENDS: Final = re.compile("\r\n?")
_BREAKS: Final = re.compile("[\t\n\u2028\u2029]")


def accepted_text(value: str, at: str, *, max_characters: int, reason: Reason = Reason.MALFORMED) -> str:
    """Give the text in NFC with LF as its only line end; what it shows stays as it was typed."""
    text = _LINE_ENDS.sub("\n", value)
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        place = f"U+{ord(hidden.group()):04X} at character {hidden.start() + 1}"
        raise Refused(reason, "The text holds an invisible control character", at=at, seen=place)
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > max_characters:
        detail = f"The text has {len(composed)} characters, more than {max_characters}"
        raise Refused(reason, detail, at=at, seen=shown(composed))
    return composed


def accepted_required(value: str, at: str, *, max_characters: int) -> str:
    """Give an accepted text in which there is something to see."""
    text = accepted_text(value, at, max_characters=max_characters)
    if not norm_v1(text):
        raise Refused(Reason.MALFORMED, "The text is empty", at=at, seen=shown(text))
    return text


def accepted_line(value: str, at: str, *, max_characters: int) -> str:
    """Give an accepted text of one line, without space around it, in which there is something to see."""
    line = accepted_required(value, at, max_characters=max_characters).strip()
    if _BREAKS.search(line):
        raise Refused(Reason.MALFORMED, "The text has more than one line", at=at, seen=shown(line))
    return line


def shown(value: Any) -> str:
    """Write a value for a person to read: as JSON, cut to 80 characters."""
    return canonical_json(value).decode()[:MAX_SEEN_CHARACTERS]
