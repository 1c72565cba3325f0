from functools import partial

import pytest

from assessment.app.links import link
from assessment.app.secrets import SECRET_BYTES, Secrets, digest
from assessment.http.identities import resource_id
from assessment.http.token_digests import MAX_GENERATIONS, TokenDigests
from servicekit.problems import ProblemRaised

KEY = "01890000-0000-7000-8000-00000000abcd"


@pytest.mark.parametrize("text", ["", "x", KEY.upper(), KEY + "\n", KEY[:-1], "{" + KEY + "}", KEY.replace("-", "")])
def test_what_is_no_canonical_uuid_names_nothing(text: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        resource_id(text)
    assert raised.value.body.status == 404


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://a.example", "https://a.example/take#T"),
        ("https://a.example/", "https://a.example/take#T"),
        ("https://a.example/take", "https://a.example/take#T"),
        ("https://a.example/app/take/", "https://a.example/app/take#T"),
    ],
)
def test_the_token_stands_in_the_fragment(base: str, expected: str) -> None:
    assert link(base, "T") == expected


def test_digests_of_tokens_are_derived_by_generation() -> None:
    secrets = Secrets(b"s" * SECRET_BYTES)
    digests = TokenDigests(partial(secrets.invite_token, KEY))
    assert digests[2] == digest(secrets.invite_token(KEY, 2))
    assert len({digests[number] for number in range(1, 100)}) == 99
    assert len(digests) == MAX_GENERATIONS
    assert next(iter(digests)) == 1
    for beyond in (0, MAX_GENERATIONS + 1):
        with pytest.raises(KeyError):
            digests[beyond]
