import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from servicekit.edge import Edge

HOST = (b"host", b"a")


async def answered(*headers: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": [(b"x-own", b"1")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": list(headers)}
    await Edge(application)(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


async def test_a_plain_request_passes_with_the_security_headers() -> None:
    status, headers, _ = await answered(HOST)
    assert (status, headers[b"x-own"], headers[b"x-content-type-options"]) == (204, b"1", b"nosniff")
    assert headers[b"cache-control"] == b"no-store"
    assert len(headers[b"x-request-id"]) == 16


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        ((), "Host"),
        ((HOST, HOST), "Host"),
        ((HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")), "Content-Length"),
        ((HOST, (b"authorization", b"a"), (b"authorization", b"b")), "Authorization"),
    ],
)
async def test_an_ambiguous_request_is_refused(headers: tuple[tuple[bytes, bytes], ...], at: str) -> None:
    status, found, body = await answered(*headers)
    assert (status, found[b"content-type"], found[b"connection"]) == (400, b"application/problem+json", b"close")
    assert json.loads(body)["at"] == at


async def test_a_request_id_is_kept_where_it_fits_its_grammar() -> None:
    for given, kept in ((b"a.b-c_9", True), (b"a" * 64, True), (b"a" * 65, False), (b"a\nb", False), (b"", False)):
        _, headers, _ = await answered(HOST, (b"x-request-id", given))
        assert (headers[b"x-request-id"] == given) is kept
