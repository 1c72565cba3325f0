"""A process that appends from many tasks through the commit queue and tells its parent all it does, until it is killed.

What it tells goes through a pipe, a record at a time, so the parent holds every answer that was given before the kill.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from eventrail.log.commit_queue import CommitQueue
from eventrail.log.errors import SyncFailed
from eventrail.log.events import Append, Appended, NewEvent, Replayed
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.history import Acknowledged, Record, Refused, Sent, encode_record
from tests.kit.random_appends import random_call

Tell = Callable[[Record], None]
Client = Callable[[CommitQueue, Log, Sent, Tell], Awaitable[None]]

WRITE_BEHIND_SECONDS = 0.005
"""How long the child that must be caught lets a write lie: longer than a sync takes, as a write-back cache does."""


@dataclass(frozen=True)
class Work:
    """What a child is to do; `unanswered` are calls of the child before it, whose fate nobody knows."""

    directory: str
    seed: int
    clients: int
    unanswered: tuple[Sent, ...] = ()
    acknowledges_first: bool = False


def run(work: Work, parent: Connection) -> None:
    asyncio.run(_append_forever(work, lambda record: parent.send_bytes(encode_record(record))))


async def _append_forever(work: Work, tell: Tell) -> None:
    log = Log.open(Path(work.directory), Options(segment_bytes=48_000, extend_bytes=8_000))
    queue = CommitQueue(log, on_fatal=_end, idle_seconds=0.002)
    await queue.start()
    client = _acknowledge_first if work.acknowledges_first else _append
    for number, call in enumerate(work.unanswered):
        await _append(queue, log, Sent(f"{work.seed}-retry-{number}", call.events), tell)
    async with asyncio.TaskGroup() as clients:
        for number in range(work.clients):
            clients.create_task(_client(client, queue, log, random.Random(f"{work.seed}-{number}"), number, tell))


async def _client(
    send: Client,
    queue: CommitQueue,
    log: Log,
    chance: random.Random,
    number: int,
    tell: Tell,
) -> None:
    while True:
        await send(queue, log, random_call(chance, number), tell)


async def _append(queue: CommitQueue, log: Log, call: Sent, tell: Tell) -> None:
    tell(call)
    outcome = await queue.append(_append_of(call))
    if isinstance(outcome, Appended | Replayed):
        tell(Acknowledged(call.call, outcome.first, outcome.last))
    else:
        tell(Refused(call.call))


async def _acknowledge_first(queue: CommitQueue, log: Log, call: Sent, tell: Tell) -> None:
    """What must be caught: an answer before the write. It is right as long as nothing happens in between."""
    tell(call)
    first = log.head.position + 1
    tell(Acknowledged(call.call, first, first + len(call.events) - 1))
    await asyncio.sleep(WRITE_BEHIND_SECONDS)
    await queue.append(_append_of(call))


def _append_of(call: Sent) -> Append:
    return Append(tuple(NewEvent(event.type, event.tags, event.data.encode(), event.id) for event in call.events))


def _end(failure: SyncFailed) -> None:
    raise failure
