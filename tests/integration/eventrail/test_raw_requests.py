"""Requests that no proper client sends, byte by byte over a socket."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from servicekit import protocol
from servicekit.protocol import MAX_HEAD_BYTES
from servicekit.server import listen, server
from tests.integration.eventrail.web import Web
from tests.kit.services import ADMIN_TOKEN

HOST = b"Host: a\r\n"
AUTH = b"Authorization: Bearer " + ADMIN_TOKEN.encode() + b"\r\n"


def talk(web: Web, *parts: bytes, half_close: bool = False) -> bytes:
    """Everything that the server says until it closes the connection."""
    address = urlsplit(web.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=120) as connection:
        connection.settimeout(120)
        with contextlib.suppress(OSError):  # whoever is refused in the middle finds the answer all the same
            for part in parts:
                connection.sendall(part)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        found = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                found += part
        return found


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def request(*headers: bytes, line: bytes = b"POST /events HTTP/1.1", body: bytes = b"") -> bytes:
    return line + b"\r\n" + b"".join(headers) + b"Connection: close\r\n\r\n" + body


@pytest.mark.parametrize(
    "raw",
    [
        request(AUTH, b"Content-Length: 1\r\n", body=b"1"),
        request(HOST, HOST, AUTH, b"Content-Length: 1\r\n", body=b"1"),
        request(HOST, b"Host: b\r\n", AUTH, b"Content-Length: 1\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", body=b"1\r\n1\r\n0\r\n\r\n"),
        request(HOST, AUTH, b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", body=b"1\r\n1\r\n0\r\n\r\n"),
        request(HOST, AUTH, b"Transfer-Encoding: gzip\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length: 1\r\nContent-Length: 1\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length: 1\r\nContent-Length: 2\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length: +1\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length: -1\r\n", body=b"1"),
        request(HOST, AUTH, b"Content-Length : 1\r\n", body=b"1"),
        request(HOST, AUTH, b"Transfer-Encoding: chunked\r\n", body=b"1;a\nb\r\n1\r\n0\r\n\r\n"),
        request(HOST, AUTH, b"Transfer-Encoding: chunked\r\n", body=b"1\r\n1X\r\n0\r\n\r\n"),
        request(HOST, AUTH, b"Transfer-Encoding: chunked\r\n", body=b"zz\r\n1\r\n0\r\n\r\n"),
        request(HOST, AUTH, b"X: a\x00b\r\n"),
        request(HOST, AUTH, b"X: a\r\n folded\r\n"),
        request(HOST, AUTH, AUTH, b"Content-Length: 1\r\n", body=b"1"),
        request(HOST, AUTH, b"X: " + b"a" * MAX_HEAD_BYTES + b"\r\n"),
        request(HOST, AUTH, *[b"X: a\r\n"] * 4_000),
        request(HOST, AUTH, line=b"POST /" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1"),
        request(HOST, AUTH, line=b"POST  /events HTTP/1.1"),
        request(HOST, AUTH, line=b"POST /events HTTP/9.9"),
        request(HOST, AUTH, line=b"POST /ev\xffents HTTP/1.1"),
        b"POST /events HTTP/1.1\n" + HOST + AUTH + b"Content-Length: 1\n\n1",
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_an_ambiguous_or_broken_request_is_a_400_problem_and_appends_nothing(web: Web, raw: bytes) -> None:
    before = web.head
    answer = talk(web, raw)
    assert statuses(answer) == [400], answer[:300]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "urn:eventrail:problem:malformed"
    assert b"connection: close" in head
    assert web.head == before


def test_the_same_request_in_order_is_taken(web: Web) -> None:
    """The control of the table above."""
    before = web.head
    chunked = request(HOST, AUTH, b"Transfer-Encoding: chunked\r\n", body=b"1\r\n1\r\n0\r\n\r\n")
    assert statuses(talk(web, request(HOST, AUTH, b"Content-Length: 1\r\n", body=b"1"))) == [201]
    assert statuses(talk(web, chunked)) == [201]
    assert web.head == before + 2


def test_a_head_within_its_limit_is_taken(web: Web) -> None:
    line, rest = b"GET /health/live HTTP/1.1", HOST + b"Connection: close\r\n"
    counted = len(b"/health/live") + len(rest) + len(b"X: \r\n")
    for size, status in ((MAX_HEAD_BYTES - 1, 200), (MAX_HEAD_BYTES, 200), (MAX_HEAD_BYTES + 1, 400)):
        raw = line + b"\r\n" + rest + b"X: " + b"a" * (size - counted) + b"\r\n\r\n"
        assert statuses(talk(web, raw)) == [status], size


def test_a_head_that_never_ends_is_refused_at_the_limit(web: Web) -> None:
    answer = talk(web, b"GET / HTTP/1.1\r\n" + HOST, *[b"X: " + b"a" * 1_000 + b"\r\n"] * 40)
    assert statuses(answer) == [400]


def test_a_body_that_stops_is_refused_at_the_deadline(web: Web) -> None:
    answer = talk(web, b"POST /events HTTP/1.1\r\n" + HOST + AUTH + b"Content-Length: 10\r\n\r\n123")
    assert statuses(answer) == [400]
    assert b"did not arrive within 2 s" in answer


def test_a_body_over_the_limit_is_refused_before_it_is_read(web: Web) -> None:
    declared = b"POST /events HTTP/1.1\r\n" + HOST + AUTH + b"Content-Length: 1000000000000\r\n\r\n"
    assert statuses(talk(web, declared)) == [413]
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    endless = talk(
        web, b"POST /events HTTP/1.1\r\n" + HOST + AUTH + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 24
    )
    assert statuses(endless) == [413]


def test_a_refused_upload_that_goes_on_still_sees_its_answer(web: Web) -> None:
    body = b"x" * 3_000_000
    raw = b"POST /append HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert statuses(talk(web, raw, half_close=True)) == [401]


def test_pipelined_requests_are_answered_in_order(web: Web) -> None:
    one = b"POST /events?type=one HTTP/1.1\r\n" + HOST + AUTH + b"Content-Length: 1\r\n\r\n1"
    last = request(HOST, AUTH, line=b"GET /nowhere HTTP/1.1")
    assert statuses(talk(web, one + one + last)) == [201, 201, 404]


def test_a_head_that_begins_behind_the_end_of_a_body_is_not_counted_with_it(web: Web) -> None:
    body = b" " * (2 * MAX_HEAD_BYTES) + b"1"
    first = b"POST /events HTTP/1.1\r\n" + HOST + AUTH + b"Content-Length: %d\r\n\r\n" % len(body) + body
    last = request(HOST, AUTH, line=b"GET /nowhere HTTP/1.1")
    assert statuses(talk(web, first + last[:9], last[9:])) == [201, 404]


def test_a_client_that_leaves_in_the_middle_leaves_nothing(web: Web) -> None:
    before = web.head
    for cut in (0, 1, 9):
        raw = b"POST /events HTTP/1.1\r\n" + HOST + AUTH + b"Content-Length: 10\r\n\r\n" + b"1234567890"[:cut]
        assert talk(web, raw, half_close=True) == b""
    assert web.head == before


async def test_a_head_that_stops_closes_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)

    async def nothing(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})

    listener = listen("127.0.0.1", 0)
    running = server(nothing, on_stopping=lambda: None)
    serving = asyncio.create_task(running.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
    writer.write(b"GET / HTTP/1.1\r\nHos")
    assert await asyncio.wait_for(reader.read(), 120) == b""
    idle_reader, idle_writer = await asyncio.open_connection(*listener.getsockname()[:2])
    assert await asyncio.wait_for(idle_reader.read(), 120) == b""
    for open_writer in (writer, idle_writer):
        open_writer.close()
    running.stop()
    await asyncio.wait_for(serving, 120)


def test_nothing_of_all_that_was_an_error_of_ours(web: Web, directory: Path) -> None:
    log = (directory / "eventrail.log").read_text()
    assert "Traceback" not in log
    assert '"level": "error"' not in log
