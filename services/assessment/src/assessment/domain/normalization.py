"""How two texts are compared: by what a reader sees, not by how a keyboard or a program wrote it.

`norm_v1`, in this order until nothing changes any more: NFC; quotation marks and dashes folded to ASCII; NFKC;
invisible characters taken out; every run of Unicode spaces folded to one, and none at the ends; full case folding;
NFKC again. So `Café`, `cafe` with a combining accent and capitals, and the same in full-width letters are one text,
and so are `x²` and `x2`. It is versioned because a published key pins the comparison that it was written for.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

NORM_V1: Final = "norm_v1"
MAX_ROUNDS: Final = 8

_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\u0060\u02bc\u02b9\u2039\u203a\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d", "-"),
    }
)
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def norm_v1(text: str) -> str:
    """Give the form in which texts are compared; normalizing it again changes nothing."""
    if text.isascii():
        return _fold_ascii(text)
    for _ in range(MAX_ROUNDS):
        folded = _fold(text)
        if folded == text:
            return text
        text = folded
    raise AssertionError(f"not stable after {MAX_ROUNDS} rounds: {text!r}")


def _fold_ascii(text: str) -> str:
    """What the rounds come to where there is nothing to compose: a sitting's every autosave compares many texts."""
    return " ".join(text.replace("`", "'").split()).casefold()


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", " ".join(text.split()).casefold())


NORMS: Final[Mapping[str, Callable[[str], str]]] = {NORM_V1: norm_v1}


def normalized(norm: str, text: str) -> str:
    """Normalize by the version that a key names."""
    return NORMS[norm](text)
