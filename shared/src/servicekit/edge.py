"""The outermost layer of a service: refuses ambiguous requests, names each one, and sets the security headers."""

import logging
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from contracts.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemType, problem
from servicekit.bodies import Receive, discard_body
from servicekit.json_log import REQUEST_ID
from servicekit.problems import encode
from servicekit.trace_context import TRACE, trace_context

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

REQUEST_ID_HEADER: Final = b"x-request-id"
_REQUEST_ID_GRAMMAR: Final = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
_bits: Final = random.Random().getrandbits  # noqa: S311 - for names, no secrets: no call of the system for each
_LOG: Final = logging.getLogger("servicekit.requests")

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
)
NO_STORE: Final = (b"cache-control", b"no-store")


class Edge:
    """Wraps an ASGI application; `access_log` writes a line for each request, a 5xx always has one."""

    def __init__(self, application: Application, *, access_log: bool = False) -> None:
        self._application = application
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        request_id = request_id_of(headers)
        REQUEST_ID.set(request_id.decode("ascii"))  # each request runs in a task, so in a context of its own
        TRACE.set(trace_context(headers))
        started = time.perf_counter()
        status = 0

        async def send_marked(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _marked(message.get("headers", ()), request_id)
            await send(message)

        refusal = refused(headers)
        if refusal is None:
            await self._application(scope, receive, send_marked)
        else:
            await _answer(refusal, receive, send_marked)
        if self._access_log or status >= 500:
            record(scope["method"], scope["path"], status, time.perf_counter() - started)


def record(method: str, path: str, status: int, seconds: float) -> None:
    """A line in the log. The path only: a query or a header may hold what belongs into no log."""
    fields = {"method": method, "path": path, "status": status, "ms": round(seconds * 1e3, 3)}
    _LOG.log(logging.ERROR if status == 500 else logging.INFO, "request", extra={"fields": fields})


def refused(headers: list[tuple[bytes, bytes]]) -> Problem | None:
    """What two parties could read in two ways: other than one Host, or a length beside a transfer coding."""
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    if hosts != 1:
        return problem(ProblemType.MALFORMED, "a request has exactly one Host header", at="Host", seen=str(hosts))
    if b"transfer-encoding" in names and b"content-length" in names:
        return problem(ProblemType.MALFORMED, "a body has a length or a transfer coding", at="Content-Length")
    if names.count(b"authorization") > 1:
        return problem(ProblemType.MALFORMED, "a request has one Authorization header", at="Authorization")
    return None


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The client's, where one fits the grammar, else a new one."""
    for name, value in headers:
        if name == REQUEST_ID_HEADER and _REQUEST_ID_GRAMMAR.fullmatch(value):
            return value
    return new_request_id()


def new_request_id() -> bytes:
    return b"%016x" % _bits(64)


def _marked(headers: Any, request_id: bytes) -> list[tuple[bytes, bytes]]:
    marked = [*headers, *SECURITY_HEADERS, (REQUEST_ID_HEADER, request_id)]
    if not any(name.lower() == b"cache-control" for name, _ in headers):
        marked.append(NO_STORE)
    return marked


async def _answer(body: Problem, receive: Receive, send: Send) -> None:
    content = encode(body)
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": body.status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    await discard_body(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})
