"""Which styles of a workbook show a number as something else than its digits: with a sign, a unit, as a fraction."""

import re
from typing import Final

from assessment.imports.markup import Attributes, Reader, local_name

BUILT_IN: Final = frozenset({5, 6, 7, 8, 9, 10, 11, 12, 13, 42, 44, 48})
"""Currency, percent, scientific, fractions: the numbers that every program knows without their codes."""

_PLAIN: Final = re.compile(
    r'(?:General|[#0?,.\s_()*@-]|\\[\s()-]|_.|"[\s()-]*"|\[(?:Black|Red|Blue|Green)\])*', re.IGNORECASE
)
_PADDED: Final = re.compile(r"^[^.;]*00(?![^.;]*#)")


def shows_otherwise(code: str) -> bool:
    """Tell a format that adds something to a number, or zeros before it; only how positive ones are shown counts."""
    shown = code.partition(";")[0]
    return _PLAIN.fullmatch(shown) is None or _PADDED.match(shown.replace(",", "")) is not None


class StyleReader(Reader):
    """Gathers the styles, by the number that cells refer to, whose numbers are not shown as they are."""

    def __init__(self) -> None:
        self.styles: set[int] = set()
        self._formats = {str(one) for one in BUILT_IN}
        self._in_cells = False
        self._count = 0

    def start(self, name: str, attributes: Attributes) -> None:
        match local_name(name):
            case "numFmt" if shows_otherwise(attributes.get("formatCode", "")):
                self._formats.add(attributes.get("numFmtId", ""))
            case "cellXfs":
                self._in_cells = True
            case "xf" if self._in_cells:
                if attributes.get("numFmtId") in self._formats:
                    self.styles.add(self._count)
                self._count += 1

    def end(self, name: str) -> None:
        if local_name(name) == "cellXfs":
            self._in_cells = False
