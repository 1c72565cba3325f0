"""Text as an author means it."""

import pytest

from assessment.imports.problems import CellRefused
from assessment.imports.text import clean, same


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a\r\nb\rc\n", "a\nb\nc"),
        ("\u00a0x\u3000", "x"),
        ("\u200b\ufeff\u00ad", ""),
        ("e\u0301", "e\u0301"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u2067אבג\u2069", "\u2067אבג\u2069"),
        ("a\tb", "a\tb"),
        ("\U0010fffd", "\U0010fffd"),
    ],
)
def test_text_stays_as_typed_but_for_its_edges(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "hidden",
    ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x85", "\x9f", "\ud800", "\ufdd0", "\uffff", "\U0001fffe"],
)
def test_hidden_characters_are_refused(hidden: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        clean(f"a{hidden}b")
    assert refusal.value.seen == f"U+{ord(hidden):04X}"


def test_texts_are_the_same_however_composed() -> None:
    assert same("caf\u00e9", "cafe\u0301")
    assert not same("A", "a")
