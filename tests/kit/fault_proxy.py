"""A TCP proxy that loses what a test wants lost: a request, a reply, part of either, or only time."""

import asyncio
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


class _CutError(Exception):
    """The bytes that were allowed have passed."""


class FaultProxy:
    """Stands between a client and 127.0.0.1:`target_port`. Passes everything until it is told otherwise.

    A cut counts from the moment it is asked for, over all connections, happens once, and then the proxy passes again.
    `faults` counts the cuts that happened.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.faults = 0
        self._server: asyncio.Server | None = None
        self._passing = asyncio.Event()
        self._passing.set()
        self._request_bytes_left: int | None = None
        self._reply_bytes_left: int | None = None
        self._refusing = False
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None, "the proxy was not started"
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_request_after(self, bytes_count: int) -> None:
        """Cuts the connection when that many more bytes went to the server: it gets a part, or nothing."""
        self._request_bytes_left = bytes_count

    def cut_reply_after(self, bytes_count: int) -> None:
        """Cuts it when that many more bytes went to the client, and there are more."""
        self._reply_bytes_left = bytes_count

    def drop_reply(self) -> None:
        """Lets the server do its work and answer, and the client never hear of it."""
        self.cut_reply_after(0)

    def hold(self) -> None:
        """Passes nothing, in no direction; what arrives waits for `resume`."""
        self._passing.clear()

    def resume(self) -> None:
        self._passing.set()

    def refuse(self, *, refusing: bool = True) -> None:
        """Cuts what is open and every new connection at once, until it is told to stop."""
        self._refusing = refusing
        if refusing:
            self._cut_all()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._cut_all()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def _cut_all(self) -> None:
        for connection in self._connections:
            connection.cancel()

    async def _connected(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if not self._refusing:
                await self._join(from_client, to_client)
        except asyncio.CancelledError:
            to_client.transport.abort()  # cut by the test; nobody waits for this task's outcome
        finally:
            to_client.close()
            self._connections.discard(task)

    async def _join(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(from_client, to_server, is_reply=False))
                both.create_task(self._pump(from_server, to_client, is_reply=True))
        except* (
            _CutError,
            OSError,
        ):  # of a line that was reset: not connected, no ConnectionError
            to_client.transport.abort()  # both sides end together, as on a broken line
            to_server.transport.abort()
        finally:
            to_server.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_reply: bool) -> None:
        while chunk := await source.read(CHUNK_BYTES):
            await self._passing.wait()
            allowed = self._allowed(len(chunk), is_reply=is_reply)
            sink.write(chunk[:allowed])
            await sink.drain()
            if allowed < len(chunk):
                raise _CutError
        sink.write_eof()

    def _allowed(self, offered: int, *, is_reply: bool) -> int:
        """How many of the offered bytes may pass; fewer than offered means a cut."""
        left = self._reply_bytes_left if is_reply else self._request_bytes_left
        if left is None:
            return offered
        cut = offered > left
        if cut:
            self.faults += 1
        remaining = None if cut else left - offered
        if is_reply:
            self._reply_bytes_left = remaining
        else:
            self._request_bytes_left = remaining
        return min(offered, left)
