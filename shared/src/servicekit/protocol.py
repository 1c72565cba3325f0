"""uvicorn's httptools protocol with what it lacks: a limit of bytes and of seconds for a request's head."""

import asyncio
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from contracts.problems import PROBLEM_MEDIA_TYPE, ProblemType, problem
from servicekit.problems import encode

MAX_HEAD_BYTES: Final = 16 * 1024
HEAD_SECONDS: Final = 10.0
LINGER_SECONDS: Final = 1.0
"""After a refusal, for what the client still sends: closing at once could destroy the answer on its way."""


class HeadTooLarge(Exception):  # noqa: N818 - the name says what happened
    """Raised inside the parser, which turns it into the refusal of the request."""


class GuardedProtocol(HttpToolsProtocol):
    """Refuses a head over `MAX_HEAD_BYTES`, and closes a connection whose head isn't whole in `HEAD_SECONDS`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = True
        self._began_here = False
        self._waiting_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._began_here = False
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._arm()
            # What came with a head's beginning may be the end of the body before it: that is not counted.
            self._waiting_bytes += 0 if self._began_here else len(data)
            if self._waiting_bytes > MAX_HEAD_BYTES:
                self.send_400_response(_too_large())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._began_here = True
        self._waiting_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._disarm()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES:
            raise HeadTooLarge
        self.start_request()

    def start_request(self) -> None:
        """The head is whole and within its limits: hand the request to the application."""
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what can't be parsed with a problem, then close: where the next request begins is unknown."""
        content = encode(problem(ProblemType.MALFORMED, msg))
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\ncontent-length: {len(content)}\r\n"
            "x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self._refused, self._in_head = True, False
        self.transport.write(head.encode("ascii") + content)
        if _is_answering(self.cycle):
            self.transport.close()  # an answer before this one is under way and may still be written
            return
        self.transport.write_eof()
        self._arm_close(LINGER_SECONDS)

    def _arm(self) -> None:
        if self._head_timer is None:
            self._arm_close(HEAD_SECONDS)

    def _arm_close(self, seconds: float) -> None:
        self._disarm()
        self._head_timer = self.loop.call_later(seconds, self.transport.close)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _is_answering(cycle: RequestResponseCycle | None) -> bool:
    return cycle is not None and not cycle.response_complete


def _too_large() -> str:
    return f"the request line and headers may have {MAX_HEAD_BYTES} bytes"
