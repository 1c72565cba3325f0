"""An ASGI application served by uvicorn on uvloop and httptools, drained within a bound on SIGTERM and SIGINT."""

import asyncio
import contextlib
import errno
import signal
import socket
import sys
from collections.abc import Callable, Generator
from typing import Any, Final

import uvicorn

from servicekit.edge import Application
from servicekit.protocol import GuardedProtocol

DRAIN_SECONDS: Final = 8
KEEP_ALIVE_SECONDS: Final = 75
BACKLOG: Final = 1_024
SILENT_PEER_MILLISECONDS: Final = 60_000
"""How long a peer may take nothing of what was sent; then the kernel ends the connection, and frees its buffers."""


class AddressTaken(Exception):  # noqa: N818 - the name says what happened
    """The address can't be listened on; the message is for the operator."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises `AddressTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = "in use" if getattr(error, "errno", None) == errno.EADDRINUSE else str(error)
        raise AddressTaken(f"can't listen on {host}:{port}: {reason}") from None
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_MILLISECONDS)
    return listener


class Server(uvicorn.Server):
    """uvicorn's server, ended by a signal or by `stop`; it returns then instead of raising the signal again.

    `on_stopping` is called once, on the event loop, when the end begins: long answers (SSE, long-polls) end there.
    """

    def __init__(self, config: uvicorn.Config, on_stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stopping = on_stopping

    def stop(self) -> None:
        """Begin the end: no new connections, requests under way are answered, then `serve` returns."""
        if not self.should_exit:
            self.should_exit = True
            self._on_stopping()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        handled = (signal.SIGTERM, signal.SIGINT)
        for number in handled:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)


def server(
    application: Application,
    *,
    on_stopping: Callable[[], None],
    drain_seconds: int = DRAIN_SECONDS,
    protocol: type[asyncio.Protocol] = GuardedProtocol,
) -> Server:
    """A server to be awaited with `await server.serve(sockets=[listen(host, port)])`."""
    config = uvicorn.Config(
        _typed(application),
        http=protocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=drain_seconds,
    )
    return Server(config, on_stopping)


def _typed(application: Application) -> Any:
    """Litestar and uvicorn each have types of their own for the same ASGI callable."""
    return application
