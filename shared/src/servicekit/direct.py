"""Whole, plain requests answered in the protocol itself: a shortcut before the application, which knows them as well.

What a shortcut does not take goes to the application from its first byte on, as if nobody had looked at it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from uvicorn.config import Config
from uvicorn.server import ServerState

from servicekit.direct_answer import DirectCycle
from servicekit.protocol import GuardedProtocol

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

Headers = Mapping[bytes, bytes]
Take = Callable[[bytes, DirectCycle], bool]
"""Given the whole body: whether the request is taken, and is answered by the cycle then, now or later."""


class Shortcut(Protocol):
    """Told of each plain head: method, target as it was sent, headers. None: this request is the application's."""

    def __call__(self, method: bytes, target: bytes, headers: Headers) -> Take | None: ...


class DirectProtocol(GuardedProtocol):
    """`shortcut` is set by `direct_protocol`.

    A request is taken only where nothing else of its connection is under way and its body came with its head; so a
    slow, chunked, expected or pipelined one meets the application's limits, deadlines and order.
    """

    shortcut: Shortcut
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
        self._take: Take | None = None
        self._body = b""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._take is not None:
            self._give_to_application()

    def start_request(self) -> None:
        # Armed by an answer to the request before, written while the parser was at the same bytes.
        self._unset_keepalive_if_required()
        self._take = self._asked()
        self._body = b""
        if self._take is None:
            super().start_request()

    def on_body(self, body: bytes) -> None:
        if self._take is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        if self._take is None:
            super().on_message_complete()
            return
        cycle = DirectCycle(self)
        try:
            taken = self._take(self._body, cycle)
        except Exception:  # noqa: BLE001 - a fault of the shortcut's is none of the request's: the application has it
            _LOG.exception("the shortcut failed")
            taken = cycle.response_started
        if taken:
            self._take = None
        else:
            self._give_to_application()
            super().on_message_complete()

    def _asked(self) -> Take | None:
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return None
        headers = dict(self.headers)
        if len(headers) != len(self.headers) or not headers.keys() <= PLAIN_HEADERS or b"host" not in headers:
            return None
        if int(headers.get(b"content-length", b"0")) > MAX_BODY_BYTES:
            return None
        parser = self.parser
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive() or parser.should_upgrade():
            return None
        return self.shortcut(parser.get_method(), self.url, headers)

    def _give_to_application(self) -> None:
        """Nothing of the request is lost: its head is still that of the parser."""
        self._take = None
        if self.transport.is_closing():
            return
        super().start_request()
        if self._body:
            super().on_body(self._body)
        self._body = b""


def direct_protocol(shortcut: Shortcut) -> type[DirectProtocol]:
    """The protocol of a server whose plain requests the shortcut is asked for."""
    return type("BoundDirectProtocol", (DirectProtocol,), {"shortcut": staticmethod(shortcut)})
