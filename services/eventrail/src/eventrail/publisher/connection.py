"""One connection to NATS that does not mend itself: its end is ours to see, and a new one ours to make."""

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Final, Self

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from eventrail.publisher.acknowledgements import Acknowledgements
from eventrail.publisher.failures import Refused, Unreachable

CONNECT_SECONDS: Final = 3
PENDING_BYTES: Final = 8 * 1024 * 1024
_LOG: Final = logging.getLogger("eventrail.publisher")


class Connection:
    """An async context. `refusal` is the last word of the server that a request alone would not show.

    A refused publish gets no answer, so it looks like a time-out: only the error callback tells.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Client | None = None
        self._acknowledgements: Acknowledgements | None = None
        self.refusal = ""
        self.closed = asyncio.Event()

    @property
    def client(self) -> Client:
        assert self._client is not None, "the connection is open inside its context only"
        return self._client

    @property
    def acknowledgements(self) -> Acknowledgements:
        assert self._acknowledgements is not None, "the connection is open inside its context only"
        return self._acknowledgements

    async def __aenter__(self) -> Self:
        client = Client()
        try:
            async with asyncio.timeout(CONNECT_SECONDS * 2):
                await client.connect(
                    self._url,
                    name="eventrail",
                    allow_reconnect=False,
                    connect_timeout=CONNECT_SECONDS,
                    max_reconnect_attempts=1,  # 0 is without end: who is away would be asked until the timeout
                    reconnect_time_wait=0,
                    ping_interval=10,
                    max_outstanding_pings=2,
                    no_echo=True,  # what comes on our subjects is then of others: see strangers.py
                    pending_size=PENDING_BYTES,
                    error_cb=self._on_error,
                    closed_cb=self._on_closed,
                    disconnected_cb=self._on_closed,
                )
                self._acknowledgements = await Acknowledgements.open(client)
        except nats.errors.AuthorizationError as error:
            await _close(client)
            raise Refused(str(error)) from error
        except (NatsError, OSError, TimeoutError, ValueError) as error:
            await _close(client)
            if "authorization" in (self.refusal or str(error)).lower():
                raise Refused(self.refusal or str(error)) from error
            raise Unreachable(str(error) or type(error).__name__) from error
        self._client = client
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await _close(self.client)

    async def _on_error(self, error: Exception) -> None:
        text = str(error)
        if "permissions violation" in text.lower() or "authorization" in text.lower():
            self.refusal = text
        _LOG.debug("NATS says", extra={"fields": {"error": text}})

    async def _on_closed(self) -> None:
        self.closed.set()
        if self._acknowledgements is not None:
            self._acknowledgements.end()


async def _close(client: Client) -> None:
    with contextlib.suppress(NatsError, OSError, TimeoutError):
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.close()
