from typing import Annotated

import msgspec
import pytest

from servicekit.decoding import decode, seen_at
from servicekit.problems import ProblemRaised


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=3)]


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: tuple[Inner, ...]
    extra: msgspec.Raw = msgspec.Raw(b"null")


DECODER = msgspec.json.Decoder(Outer)


def test_what_fits_is_decoded() -> None:
    assert decode(DECODER, b'{"items":[{"name":"a"}]}').items == (Inner("a"),)


@pytest.mark.parametrize(
    ("raw", "at", "seen"),
    [
        (b'{"items":[{"name":"a"},{"name":"long"}]}', "$.items[1].name", '"long"'),
        (b'{"items":[{"name":"a","b":[1]}]}', "$.items[0].b", "[1]"),
        (b'{"items":[{}]}', "$.items[0].name", ""),
        (b'{"items":7}', "$.items", "7"),
        (b"7", "$", "7"),
        (b'{"items":[]', "$", ""),
        (b'{"items":["\xff"]}', None, ""),
        (b"", "$", ""),
        (b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "$", ""),
        (b"[" * 1_000_000, "$", None),
    ],
)
def test_a_refusal_names_the_place_and_shows_what_stands_there(raw: bytes, at: str | None, seen: str | None) -> None:
    with pytest.raises(ProblemRaised) as raised:
        decode(DECODER, raw)
    body = raised.value.body
    assert (body.status, body.type) == (400, "urn:eventrail:problem:malformed")
    assert at is None or body.at == at
    assert seen is None or body.seen == seen
    assert len(body.detail) <= 200
    assert body.detail.isprintable()


def test_a_place_that_is_not_there_shows_nothing() -> None:
    assert seen_at(b'{"a":[1,2]}', "$.a[1]") == "2"
    for path in ("$.a[2]", "$.b", "$.a.b", "$.a[0][0]"):
        assert seen_at(b'{"a":[1,2]}', path) == ""


def test_what_is_seen_is_cut() -> None:
    with pytest.raises(ProblemRaised) as raised:
        decode(DECODER, b'{"items":[{"name":"' + b"x" * 500 + b'"}]}')
    assert raised.value.body.seen == '"' + "x" * 79
