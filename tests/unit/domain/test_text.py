import unicodedata

import pytest
from hypothesis import given, strategies as st

from assessment.domain.decision import Reason, Refused
from assessment.domain.text import MAX_SEEN_CHARACTERS, accepted_line, accepted_required, accepted_text, shown

HIDDEN = [
    *range(0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xD800,
    0xDFFF,
    0xFDD0,
    0xFFFE,
    0xFFFF,
]
KEPT = ["\n", "\t", "é", "😀", "👩‍🚀", "\u200e", "\u200f", "\u00a0", "ى", "\ufeff"]


@pytest.mark.parametrize("code", HIDDEN)
def test_a_hidden_character_is_refused_with_its_place(code: int) -> None:
    with pytest.raises(Refused) as refused:
        accepted_text(f"ab{chr(code)}c", "$.title", max_characters=10)
    assert refused.value.refusal.reason is Reason.MALFORMED
    assert refused.value.refusal.at == "$.title"
    assert refused.value.refusal.seen == f"U+{code:04X} at character 3"


@pytest.mark.parametrize("text", KEPT)
def test_what_people_write_is_kept(text: str) -> None:
    assert accepted_text(f"a{text}b", "$", max_characters=10) == f"a{text}b"


def test_line_ends_become_line_feeds() -> None:
    assert accepted_text("a\r\nb\rc\n", "$", max_characters=10) == "a\nb\nc\n"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Cf"]), max_size=30))
def test_text_is_taken_in_nfc_however_it_was_composed(text: str) -> None:
    taken = accepted_text(unicodedata.normalize("NFD", text), "$", max_characters=1000)
    assert taken == unicodedata.normalize("NFC", text)
    assert accepted_text(taken, "$", max_characters=1000) == taken


@pytest.mark.parametrize(("length", "fits"), [(9, True), (10, True), (11, False)])
def test_length_is_counted_after_composition(length: int, fits: bool) -> None:  # noqa: FBT001 (a table)
    decomposed = "e\u0301" * length
    if fits:
        assert accepted_text(decomposed, "$", max_characters=10) == "é" * length
        return
    with pytest.raises(Refused, match="11 characters, more than 10"):
        accepted_text(decomposed, "$", max_characters=10)


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0\u2003", "\u200b\ufeff", "\n\t", "\u00ad"])
def test_what_shows_nothing_is_empty(blank: str) -> None:
    with pytest.raises(Refused, match="The text is empty"):
        accepted_required(blank, "$", max_characters=10)


def test_a_line_loses_the_space_around_it_and_is_one() -> None:
    assert accepted_line("  Ada \u00a0", "$", max_characters=10) == "Ada"
    for broken in ("a\nb", "a\tb", "a\u2028b", "a\u2029b"):
        with pytest.raises(Refused, match="more than one line"):
            accepted_line(broken, "$", max_characters=10)


def test_what_is_shown_is_cut_to_80_characters() -> None:
    assert shown("x" * 77) == f'"{"x" * 77}"'
    assert len(shown("x" * 78)) == MAX_SEEN_CHARACTERS
    assert len(shown("x" * 79)) == MAX_SEEN_CHARACTERS
