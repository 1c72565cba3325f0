"""The text of a CSV file: by its byte order mark, its pattern of NULs, strictly as UTF-8, or as a declared guess."""

import codecs
from dataclasses import dataclass
from typing import Final

from assessment.imports.problems import Code, FileRefused

# UTF-32 before UTF-16, whose mark it begins with
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE_BYTES: Final = 4096
GUESSED_ENCODING: Final = "cp1252"


@dataclass(frozen=True, slots=True)
class DecodedText:
    text: str
    encoding: str

    @property
    def guessed(self) -> bool:
        return self.encoding == GUESSED_ENCODING


def decode(data: bytes) -> DecodedText:
    """Decode strictly; raises FileRefused where the marked or only possible encoding doesn't hold."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    unmarked = _wide_encoding(data[:SAMPLE_BYTES])
    if unmarked is not None:
        return _strictly(data, unmarked)
    try:
        return _strictly(data, "utf-8")
    except FileRefused:
        return _strictly(data, GUESSED_ENCODING)


def _strictly(data: bytes, encoding: str) -> DecodedText:
    try:
        return DecodedText(data.decode(encoding), encoding)
    except UnicodeDecodeError as fault:
        raise FileRefused(Code.ENCODING_UNKNOWN, data[fault.start : fault.start + 8].hex(" ")) from fault


def _wide_encoding(sample: bytes) -> str | None:
    """See UTF-16 without a mark: most bytes at one half of the places are NUL, hardly any at the other."""
    half = len(sample) // 2
    at_even, at_odd = sample[::2].count(0), sample[1::2].count(0)
    if half and at_odd > half // 2 and at_even <= half // 10:
        return "utf-16-le"
    if half and at_even > half // 2 and at_odd <= half // 10:
        return "utf-16-be"
    return None
