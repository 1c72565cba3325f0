"""The apostrophe that keeps a spreadsheet program from taking a text for a formula: put before it, and taken off."""

import re
from typing import Final

_RISKY: Final = re.compile(r"[\s\"']*[=+\-@\t\r\x00\uff0b\uff0d\uff1d\uff20]")
"""What a formula begins with, in full width too, behind blanks and quotation marks that a program may strip."""


def guarded(text: str) -> str:
    """Give the text as it may stand in a CSV file that a spreadsheet program opens."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """Take off what `guarded` put before a text: `unguarded(guarded(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and _RISKY.match(text, 1) else text
