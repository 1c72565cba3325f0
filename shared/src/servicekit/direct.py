"""Whole, plain requests answered in the protocol itself: a shortcut before the application, which knows them as well.

What a shortcut does not take goes to the application from its first byte on, as if nobody had looked at it.
"""

import asyncio
import logging
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.server import ServerState

from servicekit.direct_answer import DirectCycle
from servicekit.known_heads import Found, KnownHeads
from servicekit.protocol import GuardedProtocol
from servicekit.shortcuts import Headers, Request, Shortcut

PLAIN_HEADERS: Final = frozenset(
    {
        *(b"host", b"authorization", b"content-type", b"content-length", b"connection", b"user-agent", b"accept"),
        *(b"accept-encoding", b"accept-language", b"x-request-id"),
    }
)
"""A head with any other header, or with one of these twice, is the application's."""

MAX_BODY_BYTES: Final = 64 * 1024
"""What is larger costs its own, and seldom comes in one piece."""

_LOG: Final = logging.getLogger("servicekit.direct")


class DirectProtocol(GuardedProtocol):
    """`shortcut` and `heads` are set by `direct_protocol`.

    A request is taken only where nothing else of its connection is under way and its body came with its head; so a
    slow, chunked, expected or pipelined one meets the application's limits, deadlines and order. One whose head is
    known, be it that of the connection's request before, is taken without the parser, which stands between two
    requests then and hears of nothing.
    """

    shortcut: Shortcut
    heads: KnownHeads
    # What the parent keeps of the request under way is a cycle of either kind.
    cycle: Any
    tasks: Any

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._asked: Request | None = None
        self._body = b""
        self._between = True
        self._taken_headers: Headers | None = None
        self._answered_at = 0.0
        self._last: Found | None = None

    def data_received(self, data: bytes) -> None:
        between = self._between
        if between and self._take_known(data):
            return
        self._taken_headers = None
        super().data_received(data)
        if self._asked is not None:
            self._give_to_application()
        elif between and self._between:
            self._learn(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between = False

    def start_request(self) -> None:
        # Armed by an answer to the request before, written while the parser was at the same bytes.
        self._unset_keepalive_if_required()
        self._asked = self._wanted()
        self._body = b""
        if self._asked is None:
            super().start_request()

    def on_body(self, body: bytes) -> None:
        if self._asked is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        request = self._asked
        if request is None:
            super().on_message_complete()
            return
        self._between = True
        if self._take(request, self._body):
            self._asked = None
            if b"x-request-id" not in request.headers:
                self._taken_headers = request.headers
        else:
            self._give_to_application()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """As the parent's, but that one timer looks after an idle connection, however often that begins."""
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._arm_idle(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if not self._is_free():
            return  # whatever is under way arms it again when it is answered
        rest_seconds = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if rest_seconds > 0:
            self._arm_idle(rest_seconds)
        else:
            super().timeout_keep_alive_handler()

    def _arm_idle(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _take_known(self, data: bytes) -> bool:
        if self._refused or not self._may_answer() or self.transport.is_closing():
            return False
        last = self._last
        if last is None or len(data) != last.size_bytes or not data.startswith(last.head):
            last = self._last = self.heads.find(data)
            if last is None:
                return False
        if self._in_head:
            self._in_head = False
            self._disarm()
        return self._take(last.request, data[len(last.head) :])

    def _learn(self, data: bytes) -> None:
        if self._taken_headers is not None:
            self.heads.learn(data, self._taken_headers)

    def _take(self, request: Request, body: bytes) -> bool:
        cycle = DirectCycle(self, request.method, request.target, request.headers)
        try:
            return request.take(body, cycle)
        except Exception:  # noqa: BLE001 - a fault of the shortcut's is none of the request's: the application has it
            _LOG.exception("the shortcut failed")
            return cycle.response_started

    def _wanted(self) -> Request | None:
        if not self._may_answer():
            return None
        headers = dict(self.headers)
        if len(headers) != len(self.headers) or not headers.keys() <= PLAIN_HEADERS or b"host" not in headers:
            return None
        if int(headers.get(b"content-length", b"0")) > MAX_BODY_BYTES:
            return None
        parser = self.parser
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive() or parser.should_upgrade():
            return None
        method = parser.get_method()
        take = self.shortcut(method, self.url, headers)
        return None if take is None else Request(method, self.url, headers, take)

    def _is_free(self) -> bool:
        """Whether nothing of the connection is under way."""
        return self.cycle is None or self.cycle.response_complete

    def _may_answer(self) -> bool:
        return self._is_free() and not self.flow.write_paused

    def _give_to_application(self) -> None:
        """Nothing of the request is lost: its head is still that of the parser."""
        self._asked = None
        if self.transport.is_closing():
            return
        super().start_request()
        if self._body:
            super().on_body(self._body)
        self._body = b""


def direct_protocol(shortcut: Shortcut) -> type[DirectProtocol]:
    """The protocol of a server whose plain requests the shortcut is asked for."""
    known = {"shortcut": staticmethod(shortcut), "heads": KnownHeads(shortcut)}
    return type("BoundDirectProtocol", (DirectProtocol,), known)
