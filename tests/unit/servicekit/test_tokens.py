import hmac

import pytest

from servicekit import tokens
from servicekit.tokens import MAX_TOKEN_CHARACTERS, Grant, Grants, bearer_token, digest, new_token


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (b"Bearer abc", "abc"),
        (b"bearer  abc ", "abc"),
        (b"BEARER a.b-c_d", "a.b-c_d"),
        (b"Bearer " + b"a" * MAX_TOKEN_CHARACTERS, "a" * MAX_TOKEN_CHARACTERS),
        (None, None),
        (b"", None),
        (b"Bearer", None),
        (b"Bearer ", None),
        (b"Basic abc", None),
        (b"Bearerabc", None),
        (b"Bearer a b", None),
        (b"Bearer \xff", None),
        (b"Bearer " + b"a" * (MAX_TOKEN_CHARACTERS + 1), None),
    ],
)
def test_the_header_is_a_token_or_nothing(header: bytes | None, token: str | None) -> None:
    assert bearer_token(header) == token


def test_a_token_is_found_by_its_digest() -> None:
    known = [Grant(str(number), digest(f"token-{number}"), frozenset({"read"})) for number in range(3)]
    grants = Grants(known)
    assert [grants.find(f"token-{number}") for number in range(4)] == [*known, None]


def test_every_digest_is_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def counting(known: bytes, wanted: bytes) -> bool:
        compared.append(known)
        return hmac.compare_digest(known, wanted)

    class Counting:
        compare_digest = staticmethod(counting)

    monkeypatch.setattr(tokens, "hmac", Counting)
    grants = Grants(Grant(str(number), digest(str(number)), frozenset()) for number in range(5))
    for token in ("0", "4", "unknown"):
        compared.clear()
        grants.find(token)
        assert len(compared) == 5


def test_new_tokens_have_256_bits_and_do_not_repeat() -> None:
    made = {new_token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(token) for token in made} == {43}
