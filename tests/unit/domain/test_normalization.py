# ruff: noqa: RUF001 (characters that look alike are what is tested)
import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from assessment.domain.normalization import NORM_V1, NORMS, _fold, norm_v1, normalized

# 30 traps: each pair is one answer to a reader, or two
SAME = [
    ("Café", "cafe\u0301"),
    ("Straße", "STRASSE"),
    ("ﬁne", "FINE"),
    ("ＡＢＣ１２３", "abc123"),
    ("a\u00a0b", "a b"),
    ("a\u2003\u2009 b", "a b"),
    ("  a  ", "a"),
    ("a\tb\nc", "a b c"),
    ("co\u00adoperate", "cooperate"),
    ("zero\u200bwidth", "zerowidth"),
    ("\ufeffbom", "bom"),
    ("it’s", "it's"),
    ("it´s", "it's"),
    ("it`s", "it's"),
    ("“quoted”", '"quoted"'),
    ("«quoted»", '"quoted"'),
    ("„quoted“", '"quoted"'),
    ("2020–2021", "2020-2021"),
    ("2020—2021", "2020-2021"),
    ("−5", "-5"),
    ("non\u2011breaking", "non-breaking"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ("x²", "x2"),
    ("½", "1⁄2"),
    ("…", "..."),
    ("カ\u3099", "ガ"),
    ("ｶﾞ", "ガ"),
    ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
    ("❤\ufe0f", "❤"),
    ("\u202bעברית\u202c", "עברית"),
]
DIFFERENT = [
    ("resume", "résumé"),
    ("I", "ı"),
    ("a b", "ab"),
    ("1,5", "1.5"),
    ("co-op", "coop"),
    ("日", "曰"),
    ("", "0"),
]

ordinary = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
tricky = st.text(
    st.sampled_from("aA'\"´`-–−\u00ad\u0300\u0301\u0308\u0345\u200b\u00a0 ßﬁİıΐſΣςϓ\u1fef\u1ffd\u3099ｶﾞ🇩👩\u200d")
)


@pytest.mark.parametrize(("one", "another"), SAME)
def test_what_a_reader_takes_for_one_text_is_one(one: str, another: str) -> None:
    assert norm_v1(one) == norm_v1(another)


@pytest.mark.parametrize(("one", "another"), DIFFERENT)
def test_what_a_reader_tells_apart_stays_apart(one: str, another: str) -> None:
    assert norm_v1(one) != norm_v1(another)


@given(ordinary | tricky)
def test_normalizing_again_changes_nothing(text: str) -> None:
    once = norm_v1(text)
    assert norm_v1(once) == once


@given(ordinary | tricky)
def test_composition_does_not_count(text: str) -> None:
    assert norm_v1(unicodedata.normalize("NFD", text)) == norm_v1(text)
    assert norm_v1(unicodedata.normalize("NFC", text)) == norm_v1(text)


@given(ordinary, st.text("\u00a0 \t\n\u2003\u200b\ufeff", max_size=5), st.text(" \u00a0\u00ad", max_size=5))
def test_padding_does_not_count(text: str, before: str, after: str) -> None:
    stripped = text.strip("\u0300\u0301")
    assert norm_v1(f"{before} {stripped} {after}") == norm_v1(f" {stripped} ")


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30))
def test_full_width_is_plain(text: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in text)
    assert norm_v1(wide) == norm_v1(text)


def may_change(character: str) -> bool:
    """Leave out what is unassigned, private, or a letter that has neither case nor decomposition."""
    if unicodedata.category(character) in ("Cn", "Co", "Cs"):
        return False
    plain = character.isalpha() and character == character.casefold() and not unicodedata.decomposition(character)
    return not plain or character < "\u3400"


def test_every_code_point_alone_is_stable() -> None:
    candidates = [character for character in map(chr, range(sys.maxunicode + 1)) if may_change(character)]
    assert len(candidates) > 20_000
    assert [character for character in candidates if norm_v1(once := norm_v1(character)) != once] == []


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_the_short_way_for_ascii_is_the_long_way(text: str) -> None:
    long_way = _fold(text)
    assert norm_v1(text) == long_way == _fold(long_way)


def test_a_key_names_its_version() -> None:
    assert set(NORMS) == {NORM_V1}
    assert normalized(NORM_V1, " Ａ ") == "a"


def test_without_folding_the_traps_would_differ() -> None:
    # the control: comparing in NFC and lower case is what the table above is there to refuse
    plain = [
        unicodedata.normalize("NFC", one).lower() == unicodedata.normalize("NFC", two).lower() for one, two in SAME
    ]
    assert plain.count(False) > len(SAME) / 2


def test_a_text_that_never_settles_is_an_impossibility(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.domain.normalization.MAX_ROUNDS", 1)
    assert norm_v1("nöt settled") == "nöt settled"
    with pytest.raises(AssertionError, match="not stable after 1 rounds"):
        norm_v1("Nöt Settled")
