"""Numbers as people type them, refused where a comma or a point could be a thousands separator."""

import re
from decimal import Decimal
from typing import Final

MAX_NUMBER_CHARACTERS: Final = 64
"""As many as a number of 30 digits takes that begins 30 places behind the point."""

PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}")


class AmbiguousNumber(Exception):  # noqa: N818 (a finding about the text)
    """Two readings of the text are numbers, and differ."""


def decimal_of(text: str, *, decimal_comma: bool) -> Decimal:
    """Read a decimal; raises ValueError for what is none, AmbiguousNumber for `1,234`.

    decimal_comma: the file may write 3,5 for three and a half, so that `1.234` has two readings as well.
    """
    typed = text.replace("\N{MINUS SIGN}", "-")
    if len(typed) > MAX_NUMBER_CHARACTERS or PLAIN.fullmatch(typed) is None:
        raise ValueError(text)
    grouped = GROUPED.fullmatch(typed)
    if grouped is not None and (grouped[1] == "," or decimal_comma):
        raise AmbiguousNumber(text)
    return Decimal(typed.replace(",", "."))
