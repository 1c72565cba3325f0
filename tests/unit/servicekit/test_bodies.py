import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from servicekit import bodies
from servicekit.bodies import ClientGone, Receive, discard_body, read_body
from servicekit.problems import ProblemRaised


def sender(*parts: bytes | None) -> tuple[Receive, list[int]]:
    """Gives the parts one by one; None is a client that leaves. The list holds how many were taken."""
    taken = [0]

    async def receive() -> MutableMapping[str, Any]:
        if taken[0] == len(parts):
            await asyncio.Event().wait()
        part = parts[taken[0]]
        taken[0] += 1
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": part != b"" and taken[0] < len(parts)}

    return receive, taken


async def read(receive: Receive, *headers: tuple[bytes, bytes], limit: int = 4, seconds: float = 5) -> bytes:
    return await read_body(receive, headers, limit_bytes=limit, deadline_seconds=seconds)


async def test_a_body_is_taken_up_to_the_limit() -> None:
    for parts in ((b"abc",), (b"abcd",), (b"ab", b"cd"), (b"",)):
        assert await read(sender(*parts)[0]) == b"".join(parts)


async def test_a_byte_more_is_413_and_no_more_is_read() -> None:
    receive, taken = sender(b"abcd", b"e", b"f")
    with pytest.raises(ProblemRaised) as raised:
        await read(receive)
    assert (raised.value.body.status, taken) == (413, [2])


async def test_a_declared_length_over_the_limit_is_413_before_anything_is_read() -> None:
    receive, taken = sender(b"abcde")
    with pytest.raises(ProblemRaised) as raised:
        await read(receive, (b"content-length", b"5"))
    assert (raised.value.body.status, raised.value.headers, taken) == (413, {"Connection": "close"}, [0])


async def test_a_slow_body_is_refused() -> None:
    with pytest.raises(ProblemRaised) as raised:
        await read_body(_slow, (), limit_bytes=4, deadline_seconds=0.05)
    assert raised.value.body.at == "body"


async def _slow() -> MutableMapping[str, Any]:
    await asyncio.Event().wait()
    return {}


async def test_a_client_that_leaves_is_no_answer() -> None:
    with pytest.raises(ClientGone):
        await read(sender(b"a", None)[0])


async def test_what_is_left_of_a_body_is_discarded_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    receive, taken = sender(b"a", b"b", b"")
    await asyncio.wait_for(discard_body(receive), 30)
    assert taken == [3]
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.05)
    await asyncio.wait_for(discard_body(_slow), 30)
