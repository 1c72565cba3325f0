"""Two servers of equal logs, one with the shortcut and one without, asked the same, byte for byte."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from contracts.store import PublisherStatus
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import own_key
from eventrail.checkpoints.shelf import Shelf
from eventrail.http.app import create_app
from eventrail.http.limits import HttpLimits
from eventrail.http.shortcut import HotRequests
from eventrail.http.store import Store
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.files import Files
from eventrail.log.log import Log
from servicekit.direct import direct_protocol
from servicekit.direct_answer import DirectCycle
from servicekit.edge import Edge
from servicekit.protocol import GuardedProtocol
from servicekit.server import Server, listen, server
from servicekit.shortcuts import Headers, Shortcut, Take
from servicekit.tokens import Grant, Grants, digest
from tests.kit.logs import NOON, SMALL, HastyFiles, ids_from, numbered_id
from tests.kit.services import SCOPES

LAST = b"GET /no-such-route HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
"""Ends each connection, in the application on both sides."""
ANSWER_SECONDS = 60.0
_CHANGING = re.compile(rb"(\r\ndate: )[^\r]*|(\r\nx-request-id: )[0-9a-f]{16}(?=\r)")


class Counting:
    """A shortcut that tells how many heads it was shown, how many requests it was given, and how many it took."""

    def __init__(self, shortcut: Shortcut) -> None:
        self._shortcut = shortcut
        self.shown = 0
        self.asked = 0
        self.taken = 0

    def __call__(self, method: bytes, target: bytes, headers: Headers) -> Take | None:
        self.shown += 1
        take = self._shortcut(method, target, headers)
        return None if take is None else lambda body, cycle: self._counted(take, body, cycle)

    def _counted(self, take: Take, body: bytes, cycle: DirectCycle) -> bool:
        self.asked += 1
        taken = take(body, cycle)
        self.taken += taken
        return taken


class Heard(asyncio.Protocol):
    """All that comes until the connection ends, in whatever way."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.ended = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


class Side:
    """One of them: a log whose times and ids are told in advance, and a server in this event loop."""

    def __init__(self, directory: Path, *, shortcut: bool, files: Files | None = None, **queue: Any) -> None:
        numbers = count(0xABC000)
        self.directory = directory
        self.log = Log.open(
            directory,
            SMALL,
            clock=lambda: NOON,
            new_ids=ids_from(numbers),
            files=files or HastyFiles(),
        )
        self.failures: list[Exception] = []
        self.queue = CommitQueue(self.log, on_fatal=self.failures.append, **queue)
        self.store = Store(
            self.log,
            self.queue,
            Grants([Grant(token, digest(token), frozenset(scopes)) for token, scopes in SCOPES.items()]),
            lambda: PublisherStatus("off", 0, 0),
            Keeper(self.log, Shelf(directory), lambda: own_key(directory), KeeperOptions()),
            lambda: numbered_id(0xE000000 + self.log.head.position),
            HttpLimits(body_seconds=60),
        )
        self.counting = Counting(HotRequests(self.store)) if shortcut else None

    @contextlib.asynccontextmanager
    async def serving(self, drain_seconds: int = 1) -> AsyncIterator[Server]:
        running = server(
            Edge(create_app(self.store)),
            on_stopping=self.store.stopping.set,
            drain_seconds=drain_seconds,
            protocol=GuardedProtocol if self.counting is None else direct_protocol(self.counting),
        )
        await self.queue.start()
        listener = listen("127.0.0.1", 0)
        self.port: int = listener.getsockname()[1]
        serving = asyncio.create_task(running.serve(sockets=[listener]))
        try:
            yield running
        finally:
            running.stop()
            await serving
            await self.queue.stop()
            self.log.close()

    async def says(self, parts: Sequence[bytes]) -> bytes:
        """All that is answered on one connection, but for what differs from second to second."""
        transport, heard = await asyncio.get_running_loop().create_connection(Heard, "127.0.0.1", self.port)
        for part in (*parts, LAST):
            if transport.is_closing():
                break
            transport.write(part)
            await asyncio.sleep(0.001)  # so that most cuts arrive as cuts; the answer may not depend on it
        async with asyncio.timeout(ANSWER_SECONDS):
            await heard.ended.wait()
        found = b"".join(heard.parts)
        return _CHANGING.sub(rb"\1\2-", found)


@contextlib.asynccontextmanager
async def both_ways(directory: Path) -> AsyncIterator[tuple[Side, Side]]:
    """With the shortcut, and without."""
    short, long = Side(directory / "short", shortcut=True), Side(directory / "long", shortcut=False)
    async with short.serving(), long.serving():
        yield short, long
