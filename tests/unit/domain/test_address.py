# ruff: noqa: RUF001 (characters that look alike are what is tested)
import unicodedata

import pytest
from hypothesis import given, strategies as st

from assessment.domain.address import (
    MAX_ADDRESS_BYTES,
    MAX_LABEL_CHARACTERS,
    MAX_LOCAL_BYTES,
    normalized_address,
)
from assessment.domain.decision import Reason, Refused

letters = st.sampled_from("abcxyzäößéñабвλσ中文ABCÄÖ0123456789")


def is_address(value: str) -> bool:
    try:
        normalized_address(value, "$.email")
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("Bo@Example.ORG", "bo@example.org"),
        ("  bo@example.org\u00a0", "bo@example.org"),
        ("MÜLLER@example.org", "mu\u0308ller@example.org"),
        ("a@MÜLLER.example", "a@xn--mller-kva.example"),
        ("a@müller.example", "a@XN--MLLER-KVA.EXAMPLE"),
        ("Straße@example.org", "STRASSE@example.org"),
    ],
)
def test_one_address_has_one_form(one: str, another: str) -> None:
    assert normalized_address(one, "$") == normalized_address(another, "$")


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("bo@example.org", "bo+jobs@example.org"),
        ("bo@example.org", "b.o@example.org"),
        ("bo@example.org", "bo@example.com"),
        ("а@example.org", "a@example.org"),  # a Cyrillic letter
    ],
)
def test_two_addresses_stay_two(one: str, another: str) -> None:
    assert normalized_address(one, "$") != normalized_address(another, "$")


@pytest.mark.parametrize(
    "address",
    [
        "a@b.c",
        "o'brien@example.org",
        "first.last+tag@sub.example.co.uk",
        "!#$%&*/=?^_`{|}~-@example.org",
        "用户@例子.中国",
        "a@123.example",
        "a@x--y.example",
    ],
)
def test_what_a_mail_server_may_take(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "plain",
        "@example.org",
        "bo@",
        "bo@@example.org",
        "bo@x@example.org",
        "bo@localhost",
        "bo@.org",
        "bo@example.",
        "bo@exa mple.org",
        "b o@example.org",
        ".bo@example.org",
        "bo.@example.org",
        "b..o@example.org",
        '"b o"@example.org',
        "bo<x>@example.org",
        "bo(x)@example.org",
        "bo,x@example.org",
        "bo@[127.0.0.1]",
        "bo@-example.org",
        "bo@example-.org",
        "bo@exa_mple.org",
        "bo@-ä.org",
        "bo@ä-.org",
        "bo@ex\u3002org",
        "bo@ｅｘａｍｐｌｅ.org",  # full-width letters
        "bo@exam\u200bple.org",
        "b\u200bo@example.org",
        "b\u00ado@example.org",
        "bo@😀.org",
        "bo@xn--.org",
        "bo@xn--a.org",
        "bo@xn--\u00e4.org",
        "bo@xn--99999999.org",
        "bo@example.org\nBcc: x@example.org",
        "bo\u202e@example.org",
    ],
)
def test_what_is_no_address(address: str) -> None:
    assert not is_address(address)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_bounds(over: int) -> None:
    assert is_address("a" * (MAX_LOCAL_BYTES + over) + "@example.org") is (over <= 0)
    assert is_address("é" * ((MAX_LOCAL_BYTES + over) // 2) + "@example.org")
    assert is_address("a@" + "b" * (MAX_LABEL_CHARACTERS + over) + ".org") is (over <= 0)
    label = "b" * 61
    whole = f"{'a' * 64}@{label}.{label}.{label}."
    assert is_address(whole + "c" * (MAX_ADDRESS_BYTES + over - len(whole))) is (over <= 0)


def test_a_short_address_may_be_long_in_bytes() -> None:
    # each label is written as an A-label, which is longer
    assert not is_address(f"a@{'.'.join(['äöüäöüäöüäöüäöüäöüäöü'] * 11)}.org")
    with pytest.raises(Refused, match="longer than 254 bytes"):
        normalized_address(f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'äöüé' * 10}.{'d' * 20}.org", "$")


def test_a_refusal_names_place_and_value() -> None:
    with pytest.raises(Refused) as refused:
        normalized_address(" Nobody ", "$.invites[3].email")
    assert refused.value.refusal.reason is Reason.MALFORMED
    assert (refused.value.refusal.at, refused.value.refusal.seen) == ("$.invites[3].email", "nobody")


@given(st.text(letters, min_size=1, max_size=12), st.text(letters, min_size=1, max_size=12))
def test_normalizing_again_changes_nothing(local: str, label: str) -> None:
    once = normalized_address(f"{local}@{label}.example", "$")
    assert normalized_address(once, "$") == once
    assert once.partition("@")[2].isascii()
    assert normalized_address(unicodedata.normalize("NFD", f" {local}@{label}.EXAMPLE "), "$") == once
    assert normalized_address(f"{local.swapcase()}@{label.swapcase()}.example", "$") == once
