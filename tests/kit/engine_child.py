"""A process that appends from many tasks through the commit queue and tells its parent all it does, until it is killed.

What it tells goes through a pipe, a record at a time, so the parent holds every answer that was given before the kill.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from eventrail.exit_codes import ExitCode
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.errors import LogCorrupt, LogError, RangeDamaged, SyncFailed
from eventrail.log.events import Query
from eventrail.log.files import Files, SystemFiles
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.engine_calls import answer_of, append_of
from tests.kit.history import Acknowledged, Asked, Record, Sent, Served, Unless, View, encode_record
from tests.kit.random_appends import random_call

Tell = Callable[[Record], None]

OPTIONS = Options(segment_bytes=8_000, extend_bytes=2_000)
"""Some twenty events a segment, so that a life rolls, seals and makes index files many times."""

WRITE_BEHIND_SECONDS = 0.1
"""How long the child that must be caught lets a write lie: far longer than a parent takes from hearing to killing."""

PAGE_EVENTS = 20
IDLE_SECONDS = 0.001
PLAIN = 7


@dataclass(frozen=True)
class Work:
    """What a child is to do; `unanswered` are calls of the child before it, whose fate nobody knows.

    `acknowledges_first` and `syncs_nothing` are what must be caught.
    """

    directory: str
    seed: int
    clients: int
    unanswered: tuple[Sent, ...] = ()
    acknowledges_first: bool = False
    syncs_nothing: bool = False


class UnsyncedFiles(SystemFiles):
    """What must be caught: the disk is never told to keep anything."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_data(self, descriptor: int) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass


def run(work: Work, parent: Connection) -> None:
    """Until it is killed, or the disk fails: then it ends at once, as the server does."""
    try:
        asyncio.run(_append_forever(work, lambda record: parent.send_bytes(encode_record(record))))
    except LogCorrupt:
        os._exit(ExitCode.CORRUPT)
    except (OSError, LogError):
        os._exit(ExitCode.SYNC_FAILED)


async def _append_forever(work: Work, tell: Tell) -> None:
    files: Files = UnsyncedFiles() if work.syncs_nothing else SystemFiles()
    log = Log.open(Path(work.directory), OPTIONS, files=files)
    queue = CommitQueue(log, on_fatal=_end, idle_seconds=0.002)
    await queue.start()
    if not work.acknowledges_first:
        Thread(target=_keep_up, args=(log,), daemon=True).start()
    retries = (
        _append(queue, log, Sent(f"{work.seed}-retry-{number}", call.events), tell)
        for number, call in enumerate(work.unanswered)
    )
    await asyncio.gather(*retries, *(_client(work, queue, log, number, tell) for number in range(work.clients)))


def _keep_up(log: Log) -> None:
    """What waits in the background is done beside the writer, as in the server; what fails there is tried again."""
    while True:
        with suppress(OSError, LogError):
            if not log.maintain():
                time.sleep(IDLE_SECONDS)


async def _client(work: Work, queue: CommitQueue, log: Log, number: int, tell: Tell) -> None:
    """Appends, some of them twice, some on a condition, and reads of what has been answered."""
    chance = random.Random(f"{work.seed}-{number}")
    send = _acknowledge_first if work.acknowledges_first else _append
    while True:
        call = random_call(chance, number)
        what = chance.randrange(8) if not work.acknowledges_first else PLAIN
        if what == 0:
            after = chance.choice((0, log.head.position))
            call = Sent(call.call, call.events, (Unless(tags=(f"client:{number}",), after=after),))
        await send(queue, log, call, tell)
        if what == 1:
            await send(queue, log, Sent(f"{call.call}-again", call.events), tell)
        if what == 2:
            _read(log, f"{call.call}-read", f"{work.seed}-{number}", chance, tell)


async def _append(queue: CommitQueue, _log: Log, call: Sent, tell: Tell) -> None:
    tell(call)
    tell(answer_of(call, await queue.append(append_of(call))))


async def _acknowledge_first(queue: CommitQueue, log: Log, call: Sent, tell: Tell) -> None:
    """An answer before the write. It is right as long as nothing happens in between."""
    tell(call)
    first = log.head.position + 1
    tell(Acknowledged(call.call, first, first + len(call.events) - 1))
    await asyncio.sleep(WRITE_BEHIND_SECONDS)
    await queue.append(append_of(call))


def _read(log: Log, read: str, client: str, chance: random.Random, tell: Tell) -> None:
    view = View(
        after=chance.randint(0, log.head.position),
        tags=chance.choice(((), (f"client:{chance.randrange(8)}",))),
        limit=PAGE_EVENTS,
        backward=chance.random() < 0.5,
    )
    tell(Asked(read, client, view))
    try:
        page = log.page(Query(view.after, None, view.limit, view.types, view.tags, view.backward))
    except RangeDamaged:
        return
    tell(Served(read, tuple(page.lines.splitlines()), page.head))


def _end(failure: SyncFailed) -> None:
    os._exit(ExitCode.SYNC_FAILED)
