"""A stretch of the stream read back and held against the log, where others may have written inside it."""

import asyncio

from nats.aio.client import Client

from eventrail.log.events import Query
from eventrail.publisher.comparison import Beyond, GoOn, Refill, Verdict, hash_of
from eventrail.publisher.differences import difference
from eventrail.publisher.ports import Lines
from eventrail.publisher.read_back import BATCH_MESSAGES, Copy, copies


async def stretch_verdict(client: Client, lines: Lines, after: int, last: int) -> Verdict:
    """What is to be done with a stream whose messages from `after` on are in doubt; the log reaches to `last`."""
    page: dict[int, bytes] = {}
    async for copy in copies(client, after + 1, last):
        if copy.sequence not in page:
            page = await asyncio.to_thread(_page, lines, copy.sequence - 1)
        line = page[copy.sequence]
        if difference(line, copy, lines.log_id):
            return _unlike(line, copy, lines.log_id)
    return GoOn(last)


def _page(lines: Lines, after: int) -> dict[int, bytes]:
    found = lines.page(Query(after=after, limit=BATCH_MESSAGES)).lines.splitlines()
    return dict(enumerate(found, after + 1))


def _unlike(line: bytes, copy: Copy, log_id: str) -> Refill | Beyond:
    """Another event of this very log is one that the log has lost; anything else is somebody's message."""
    if copy.log_id == log_id and hash_of(copy.payload) != hash_of(line):
        return Beyond(f"the stream has seen another event at position {copy.sequence} than the log holds")
    return Refill(f"position {copy.sequence} holds a message of somebody else")
