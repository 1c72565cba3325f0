"""Lines as JetStream pushes them, over a consumer that is made anew after every doubt."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM

HEARTBEAT_SECONDS: Final = 1.0
MISSED_HEARTBEATS: Final = 3
CONNECT_SECONDS: Final = 3
CLOSE_SECONDS: Final = 3
CANCEL_SECONDS: Final = 0.2
PAUSE_SECONDS: Final = 0.5
FOREIGN_PAUSE_SECONDS: Final = 5.0
MAX_WAITING_LINES: Final = 4_096
MAX_WAITING_BYTES: Final = 16 * 1024 * 1024
"""What is over waits at the server, which stops at a flow-control message until it is answered."""

_CONTROL_STATUS: Final = "100"


class NatsFeed:
    """A `Feed` from the stream that the store publishes to; positions are the stream's sequences."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lines: list[bytes] = []
        self._size_bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self._is_live = False
        self._is_foreign = False
        self._reached = 0
        self._heard_at = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_live(self) -> bool:
        return self._is_live

    @property
    def reached(self) -> int:
        return self._reached

    def start(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        assert self._task is None, "a feed is started once"
        self._task = asyncio.create_task(self._run(log_id, next_position, news))

    async def stop(self) -> None:
        while self._task is not None and not self._task.done():
            # more than once: before Python 3.12 `wait_for` may swallow it, and the NATS client waits by that
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CANCEL_SECONDS)

    def take(self) -> list[bytes]:
        lines, self._lines, self._size_bytes = self._lines, [], 0
        self._room.set()
        return lines

    async def _run(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        while True:
            self._is_foreign = False
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await self._listen(log_id, next_position, news)
            news.set()
            await asyncio.sleep(FOREIGN_PAUSE_SECONDS if self._is_foreign else PAUSE_SECONDS)

    async def _listen(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        """One connection with one consumer, until either is silent."""
        over = asyncio.Event()

        async def closed() -> None:
            over.set()

        connection = Client()

        async def receive(message: Msg) -> None:
            await self._receive(connection, message, log_id, news)

        try:
            await connection.connect(
                self._url,
                name="eventrail follower",
                allow_reconnect=False,
                connect_timeout=CONNECT_SECONDS,
                error_cb=_ignore,
                closed_cb=closed,
            )
            inbox = connection.new_inbox()
            await connection.subscribe(inbox, cb=receive)
            position = next_position()
            streams = connection.jetstream()
            await streams.add_consumer(STREAM, _consumer(inbox, position))
            self._reached = await _reached(streams, position)
            self._heard_at = _now()
            self._is_live = True
            news.set()
            while not (over.is_set() or self._is_foreign or self._is_silent()):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS / 2):
                        await over.wait()
                if self._reached < position - 1 and not over.is_set():
                    # a stream that is being filled again brings nothing from before the consumer's start
                    self._reached = await _reached(streams, position)
                    news.set()
        finally:
            self._is_live = False
            await _close(connection)

    def _is_silent(self) -> bool:
        """While there is no room nothing is taken from the connection, so that nothing is heard either."""
        return self._room.is_set() and _now() - self._heard_at > MISSED_HEARTBEATS * HEARTBEAT_SECONDS

    async def _receive(self, connection: Client, message: Msg, log_id: str, news: asyncio.Event) -> None:
        self._heard_at = _now()
        headers = message.headers or {}
        if headers.get("Status") == _CONTROL_STATUS:
            # a flow-control message asks for an answer, a heartbeat of a stalled consumer names where to send it
            if asked := message.reply or headers.get("Nats-Consumer-Stalled"):
                await connection.publish(asked)
            return
        if headers.get(LOG_ID_HEADER) != log_id:
            self._is_foreign = True
            return
        await self._room.wait()
        self._heard_at = _now()
        self._lines.append(message.data.removesuffix(b"\n"))
        self._size_bytes += len(message.data)
        if len(self._lines) >= MAX_WAITING_LINES or self._size_bytes >= MAX_WAITING_BYTES:
            self._room.clear()
        news.set()


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _close(connection: Client) -> None:
    """Close it whole, however often that is cancelled: half closed it keeps its socket, and never begins again."""
    closing = asyncio.create_task(asyncio.wait_for(connection.close(), CLOSE_SECONDS))
    is_cancelled = False
    while not closing.done():
        try:
            await asyncio.wait({closing})
        except asyncio.CancelledError:
            is_cancelled = True
    closing.result()
    if is_cancelled:
        raise asyncio.CancelledError


async def _reached(streams: JetStreamContext, position: int) -> int:
    """How far the stream goes, no further than asked: what one of another log holds beyond says nothing."""
    return min((await streams.stream_info(STREAM)).state.last_seq, position - 1)


def _consumer(inbox: str, next_position: int) -> ConsumerConfig:
    """Of this connection only: without acknowledgements, in memory, gone soon after it."""
    return ConsumerConfig(
        deliver_subject=inbox,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=next_position,
        filter_subject=ALL_EVENTS,
        ack_policy=AckPolicy.NONE,
        max_deliver=1,
        flow_control=True,
        idle_heartbeat=HEARTBEAT_SECONDS,
        mem_storage=True,
        num_replicas=1,
    )


async def _ignore(_: Exception) -> None:
    """Whatever went wrong shows as a gap or as silence, and both are mended."""
