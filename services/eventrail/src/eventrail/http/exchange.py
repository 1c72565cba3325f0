"""One request and its answer, close to ASGI: what a handler is given and what it gives back."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contracts.cloud_events import CLOUD_EVENT as CLOUD_EVENT_TYPE, CLOUD_EVENT_BATCH
from contracts.problems import PROBLEM_MEDIA_TYPE, Problem
from servicekit.direct_answer import block
from servicekit.problems import encode

JSON: Final = b"application/json"
NDJSON: Final = b"application/x-ndjson"
CLOUD_EVENT: Final = CLOUD_EVENT_TYPE.encode()
CLOUD_BATCH: Final = CLOUD_EVENT_BATCH.encode()
EVENT_STREAM: Final = b"text/event-stream"
PROBLEM: Final = PROBLEM_MEDIA_TYPE.encode()

Message = MutableMapping[str, Any]
Headers = tuple[tuple[bytes, bytes], ...]

_ENCODER: Final = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A whole answer; its length is added when it is sent."""

    status: int
    body: bytes = b""
    media_type: bytes = JSON
    headers: Headers = ()


@dataclass(slots=True)
class Exchange:
    """A request as ASGI gives it; `headers` have lower-case names. `started`: its answer is on the way."""

    scope: Message
    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    started: bool = False

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        headers: list[tuple[bytes, bytes]] = self.scope["headers"]
        return headers

    def header(self, name: bytes) -> bytes | None:
        """The header's value; lines of the same name are joined by commas, as HTTP has it."""
        values = [value for key, value in self.headers if key == name]
        return b", ".join(values) if values else None

    @property
    def query_string(self) -> bytes:
        query: bytes = self.scope["query_string"]
        return query

    def path_value(self, name: str) -> str:
        return str(self.scope["path_params"][name])


Handler = Callable[[Exchange], Awaitable[Answer | None]]
"""None: the handler has sent its answer itself."""


def json_answer(status: int, body: msgspec.Struct, headers: Headers = ()) -> Answer:
    return Answer(status, _ENCODER.encode(body), JSON, headers)


def problem_answer(body: Problem, headers: dict[str, str] | None = None) -> Answer:
    pairs = tuple((name.lower().encode(), value.encode()) for name, value in (headers or {}).items())
    return Answer(body.status, encode(body), PROBLEM, pairs)


async def start_answer(exchange: Exchange, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    exchange.started = True
    await exchange.send({"type": "http.response.start", "status": status, "headers": headers})


async def send_answer(exchange: Exchange, answer: Answer, *, more_body: bool = False) -> None:
    """With `more_body` the answer is complete for the client, and the connection held until it is finished."""
    await start_answer(exchange, answer.status, headers_of(answer))
    await exchange.send({"type": "http.response.body", "body": answer.body, "more_body": more_body})


def headers_of(answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = list(answer.headers)
    if answer.status != 304:
        headers.append((b"content-type", answer.media_type))
        headers.append((b"content-length", b"%d" % len(answer.body)))
    return headers


def header_block(answer: Answer) -> bytes:
    """The same headers as they stand on the wire, for any status but 304."""
    content = b"content-type: %b\r\ncontent-length: %d\r\n" % (answer.media_type, len(answer.body))
    return block(answer.headers) + content if answer.headers else content
