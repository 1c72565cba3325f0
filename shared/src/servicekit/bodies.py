"""A request's body, read within a limit of bytes and of seconds."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

LINGER_SECONDS: Final = 1.0
LINGER_BYTES: Final = 32 * 1024 * 1024


class ClientGone(Exception):  # noqa: N818 - the name says what happened
    """The client closed the connection before its request was whole; there is nobody to answer."""


def declared_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The Content-Length; None for a chunked body or none. The server has checked its grammar."""
    for name, value in headers:
        if name == b"content-length":
            return int(value)
    return None


async def read_body(
    receive: Receive, headers: Iterable[tuple[bytes, bytes]], *, limit_bytes: int, deadline_seconds: float
) -> bytes:
    """The whole body. Never holds more than the limit and one chunk; raises 413, 400 (too slow) or `ClientGone`."""
    declared = declared_length(headers)
    if declared is not None and declared > limit_bytes:
        raise too_large(limit_bytes, str(declared))
    parts: list[bytes] = []
    size_bytes = 0
    try:
        async with asyncio.timeout(deadline_seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                part: bytes = message.get("body", b"")
                size_bytes += len(part)
                if size_bytes > limit_bytes:
                    raise too_large(limit_bytes, f"more than {limit_bytes}")
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        detail = f"the body did not arrive within {deadline_seconds:g} s"
        raise ProblemRaised(problem(ProblemType.MALFORMED, detail, at="body"), {"Connection": "close"}) from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def discard_body(receive: Receive) -> None:
    """Read on for a bounded while after a refusal: closing at once could destroy the answer on its way."""
    discarded_bytes = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while discarded_bytes < LINGER_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                discarded_bytes += len(message.get("body", b""))


def too_large(limit_bytes: int, seen: str) -> ProblemRaised:
    detail = f"the body may have {limit_bytes} bytes"
    return ProblemRaised(problem(ProblemType.PAYLOAD_TOO_LARGE, detail, at="body", seen=seen), {"Connection": "close"})
