"""The answer to a request that came without an application: the same bytes as one that went through it."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from servicekit.edge import NO_STORE, REQUEST_ID_HEADER, SECURITY_HEADERS, new_request_id, record, request_id_of
from servicekit.json_log import REQUEST_ID

if TYPE_CHECKING:
    from servicekit.direct import DirectProtocol

Header = tuple[bytes, bytes]


def block(headers: Iterable[Header]) -> bytes:
    """Headers as they stand on the wire."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


class _Defaults:
    """uvicorn's headers of every answer, of which it makes a new list each second."""

    def __init__(self) -> None:
        self._headers: list[Header] = []
        self._block = b""

    def block(self, headers: list[Header]) -> bytes:
        if headers is not self._headers:
            self._headers, self._block = headers, block(headers)
        return self._block


_of_this_second: Final = _Defaults()
_SECURITY: Final = block(SECURITY_HEADERS) + REQUEST_ID_HEADER + b": "
_NO_STORE: Final = b"\r\n" + block((NO_STORE,))
_CACHED: Final = b"\r\n"
_CLOSE: Final = b"connection: close\r\n\r\n"
_KEEP: Final = b"\r\n"


class _Nobody:
    """Where uvicorn wakes whoever reads a request: this one has been read."""

    def set(self) -> None:
        pass


class DirectCycle:
    """A request under way, to uvicorn's protocol like one of its own; `answer` ends it.

    `cancelled` is called, if it is set, when the server's time for requests under way is over.
    """

    __slots__ = (
        *("_begun", "_headers", "_method", "_protocol", "_target", "cancelled", "disconnected", "keep_alive"),
        *("response_complete", "response_started"),
    )
    message_event: Final = _Nobody()

    def __init__(
        self, protocol: "DirectProtocol", method: bytes, target: bytes, headers: Mapping[bytes, bytes]
    ) -> None:
        self.disconnected = False
        self.keep_alive = True
        self.response_started = False
        self.response_complete = False
        self.cancelled: Callable[[], None] | None = None
        self._protocol = protocol
        self._method = method
        self._target = target
        self._headers = headers
        self._begun = time.perf_counter()

    def begin(self, cancelled: Callable[[], None]) -> None:
        """The answer comes later: from now on the connection's next request waits, and so does the server's end."""
        self.cancelled = cancelled
        self._protocol.cycle = self
        self._protocol.tasks.add(self)

    def cancel(self, msg: Any = None) -> None:
        """As a task's: asked for by the server among all others under way, so not answered within this call."""
        if self.cancelled is not None and not self.response_complete:
            self._protocol.loop.call_soon(self.cancelled)

    def answer(self, status: int, headers: bytes, body: bytes, *, cached: bool = False) -> None:
        """Write a whole answer whose `block` of headers names its type and length.

        cached: they say how long it may be kept
        """
        if self.response_complete:
            return
        self.response_started = self.response_complete = True
        protocol = self._protocol
        if self.cancelled is None:
            protocol.cycle = self  # at once; after `begin` it may be that of the next request, which waits for this one
        else:
            self.cancelled = None  # it leads back here, and would leave both to the collector of cycles
        protocol.tasks.discard(self)
        named = REQUEST_ID_HEADER in self._headers
        request_id = request_id_of(self._headers.items()) if named else new_request_id()
        if not (self.disconnected or protocol.transport.is_closing()):
            ending = _KEEP if self.keep_alive else _CLOSE
            stored = _CACHED if cached else _NO_STORE
            fixed = _of_this_second.block(protocol.server_state.default_headers)
            protocol.transport.write(
                b"".join((STATUS_LINE[status], fixed, headers, _SECURITY, request_id, stored, ending, body))
            )
        if status >= 500:
            self._record(status, request_id)
        if not self.keep_alive:
            protocol.transport.close()
        protocol.on_response_complete()

    def _record(self, status: int, request_id: bytes) -> None:
        token = REQUEST_ID.set(request_id.decode("ascii"))
        path = self._target.partition(b"?")[0]
        record(self._method.decode("ascii"), path.decode("ascii"), status, time.perf_counter() - self._begun)
        REQUEST_ID.reset(token)
