"""A head that was parsed once is known again by its bytes, and nothing else is."""

from collections.abc import Mapping

import pytest

from servicekit.direct_answer import DirectCycle
from servicekit.known_heads import MAX_KNOWN_HEADS, KnownHeads
from servicekit.shortcuts import Take

HEADERS = {b"host": b"a", b"content-length": b"3"}
HEAD = b"POST /append HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"


class Asked:
    """A shortcut that wants all but one target, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[bytes, bytes]] = []

    def __call__(self, method: bytes, target: bytes, headers: Mapping[bytes, bytes]) -> Take | None:
        self.requests.append((method, target))
        return None if target == b"/unwanted" else _take


def _take(body: bytes, cycle: DirectCycle) -> bool:
    raise AssertionError("nobody takes here")


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def heads(asked: Asked) -> KnownHeads:
    made = KnownHeads(asked)
    made.learn(HEAD + b"abc", HEADERS)
    return made


def test_an_equal_head_is_known(heads: KnownHeads, asked: Asked) -> None:
    for body in (b"xyz", b"\r\n\r"):
        found = heads.find(HEAD + body)
        assert found is not None
        request = found.request
        assert (request.method, request.target, request.headers) == (b"POST", b"/append", HEADERS)
        assert (found.head, found.size_bytes) == (HEAD, len(HEAD) + 3)
    assert asked.requests == [(b"POST", b"/append")], "the shortcut's answer is remembered"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"ab",
        HEAD + b"abcd",
        HEAD + b"abc" + HEAD + b"abc",
        HEAD,
        HEAD[:-2],
        b"",
        b"\r\n" + HEAD + b"abc",
        HEAD.replace(b"Host: a", b"Host: b") + b"abc",
        HEAD.replace(b"Host: a", b"host: a") + b"abc",
        HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"abc",
        HEAD.replace(b"HTTP/1.1", b"HTTP/1.1 ") + b"abc",
        HEAD.replace(b"POST", b"PUT") + b"abc",
        HEAD.replace(b"/append", b"/app end") + b"abc",
        HEAD.replace(b"/append", b"/app\nend") + b"abc",
        HEAD.replace(b"/append", b"http://a/append") + b"abc",
        HEAD.replace(b"/append", b"/unwanted") + b"abc",
    ],
)
def test_anything_else_is_not(heads: KnownHeads, data: bytes) -> None:
    assert heads.find(data) is None


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (HEAD + b"abc" + HEAD, HEADERS),
        (HEAD + b"abc", {**HEADERS, b"content-length": b"4"}),
        (b"POST /append HTTP/1.1\nHost: a\nContent-Length: 7\n\nx\r\n\r\nyz", {**HEADERS, b"content-length": b"7"}),
        (b"\r\n" + HEAD + b"abc", HEADERS),
    ],
)
def test_what_is_not_one_request_in_one_piece_is_not_learnt(
    asked: Asked, data: bytes, headers: dict[bytes, bytes]
) -> None:
    heads = KnownHeads(asked)
    heads.learn(data, headers)
    assert heads.find(data) is None


def test_a_read_is_asked_about_each_time(asked: Asked) -> None:
    heads = KnownHeads(asked)
    heads.learn(b"GET /events/1 HTTP/1.1\r\nHost: a\r\n\r\n", {b"host": b"a"})
    for number in (2, 3, 2):
        assert heads.find(b"GET /events/%d HTTP/1.1\r\nHost: a\r\n\r\n" % number) is not None
    assert [target for _, target in asked.requests] == [b"/events/2", b"/events/3", b"/events/2"]


def test_the_oldest_goes_where_there_are_too_many(asked: Asked) -> None:
    def data(number: int) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: %d\r\n\r\n" % number

    heads = KnownHeads(asked)
    for number in range(MAX_KNOWN_HEADS):
        heads.learn(data(number), {})
    assert heads.find(data(0)) is not None
    heads.learn(data(MAX_KNOWN_HEADS), {})
    assert heads.find(data(0)) is None
    assert all(heads.find(data(number)) for number in (1, MAX_KNOWN_HEADS))
