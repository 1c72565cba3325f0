"""JetStream's copy as a source of lines for a repair: read in batches, as the repair asks for them."""

import asyncio
from types import TracebackType
from typing import Self

from eventrail.publisher.connection import Connection
from eventrail.publisher.read_back import BATCH_MESSAGES, copies
from eventrail.publisher.stream import Stream


class StreamLines:
    """A `LineSource`, and a context. Raises `publisher.failures.Unreachable` or `Refused`."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url)
        self._runner = asyncio.Runner()
        self._last = 0
        self._held: dict[int, bytes] = {}
        self._asked = range(0)

    def __enter__(self) -> Self:
        self._runner.__enter__()
        try:
            self._last = self._runner.run(self._open())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._connection.__aexit__(kind, value, trace))
        finally:
            self._runner.close()

    def line_at(self, position: int) -> bytes | None:
        if position > self._last:
            return None
        if position not in self._asked:
            self._asked = range(position, min(position + BATCH_MESSAGES, self._last + 1))
            self._held = self._runner.run(self._fetch())
        return self._held.get(position)

    async def _open(self) -> int:
        await self._connection.__aenter__()
        facts = await Stream(self._connection.client).facts()
        return 0 if facts is None else facts.last

    async def _fetch(self) -> dict[int, bytes]:
        found = copies(self._connection.client, self._asked.start, self._asked.stop - 1)
        return {copy.sequence: copy.payload + b"\n" async for copy in found}
