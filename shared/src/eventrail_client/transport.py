"""One request, one answer, over a pool of connections."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Final, Self

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from eventrail_client.answers import Answer, refused
from eventrail_client.options import Options
from eventrail_client.retries import TryAgain

LARGE_BODY_BYTES: Final = 1024 * 1024
"""From here on a body is handed to the socket piece by piece, so that other tasks have their turn."""

Parameters = Sequence[tuple[str, str]]

# Nothing was sent yet, so nothing can have been carried out.
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class Transport:
    """Connections to one store; opened and closed as an async context manager."""

    def __init__(self, url: str, token: str | None, options: Options) -> None:
        base = URL(url)
        if base.scheme not in {"http", "https"} or not base.host:
            raise ValueError(f"not the URL of a store: {url!r}")
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        assert self._session is None, "a client is entered once"
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=_Connector(limit=self._options.connections),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.close()

    @property
    def _opened(self) -> aiohttp.ClientSession:
        assert self._session is not None, "a client is used inside `async with`"
        return self._session

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        parameters: Parameters = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The whole answer, whatever its status. Raises TryAgain where there is none."""
        try:
            async with self._opened.request(
                method,
                self._url(path, parameters),
                headers=headers,
                data=body if body is None or len(body) <= LARGE_BODY_BYTES else io.BytesIO(body),
                allow_redirects=False,  # the credentials are for this store only
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=self._options.connect_seconds),
            ) as response:
                return Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _lost(error) from error

    @asynccontextmanager
    async def stream(self, path: str, *, parameters: Parameters, accept: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The parts of an answer without end, as they come. Raises TryAgain or a StoreError, also while they come."""
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._options.connect_seconds, sock_read=self._options.silence_seconds
        )
        try:
            async with self._opened.get(
                self._url(path, parameters), headers={"Accept": accept}, allow_redirects=False, timeout=timeout
            ) as response:
                if response.status != 200:
                    raise refused(Answer(response.status, response.headers, await response.read()))
                yield response.content.iter_any()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _lost(error) from error

    def _url(self, path: str, parameters: Parameters) -> URL:
        url = self._base / path
        return url.with_query(list(parameters)) if parameters else url


class _Connector(aiohttp.TCPConnector):
    """Cuts a connection that is given back before its request is wholly sent.

    A server that hangs, or has refused it, never takes the rest, which would hold the connection beyond the client.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the parent's
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        assert connection.transport is not None
        connection.add_callback(partial(_cut_where_unsent, connection.transport))
        return connection


def _cut_where_unsent(transport: asyncio.Transport) -> None:
    if transport.get_write_buffer_size():
        transport.abort()


def _lost(error: Exception) -> TryAgain:
    reason = f"{type(error).__name__}: {error}".rstrip(": ")
    return TryAgain(reason, maybe_recorded=not isinstance(error, _NOT_SENT))
