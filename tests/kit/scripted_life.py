"""One life of an engine, call for call the same each time: what faults at the N-th system call are put into."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from eventrail.exit_codes import ExitCode
from eventrail.log.errors import DiskFull, LogCorrupt, LogError, RangeDamaged, SyncFailed
from eventrail.log.events import Query
from eventrail.log.files import NO_ROOM, Files, SystemFiles
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.engine_calls import answer_of, append_of
from tests.kit.history import Acknowledged, Record, Refused, Sent, Unless
from tests.kit.logs import NOON, ids_from
from tests.kit.random_appends import random_call

Tell = Callable[[Record], None]

TINY = Options(segment_bytes=4_000, extend_bytes=1_000)
"""Segments of some ten lines, so that a short life rolls often."""


@dataclass(frozen=True)
class Script:
    """A life: `retried` are calls of a life before it; the rest follows from the seed."""

    directory: str
    seed: int
    batches: int = 8
    retried: tuple[Sent, ...] = ()
    ends_cleanly: bool = True
    acknowledges_first: bool = False
    ignores_failed_syncs: bool = False


class DeafFiles(SystemFiles):
    """What must be caught: a failed sync is taken for one that was done."""

    def sync_data(self, descriptor: int) -> None:
        try:
            super().sync_data(descriptor)
        except OSError:
            return


def live(script: Script, tell: Tell) -> ExitCode:
    """Open, append, read back, roll, keep up, stop; how the process must end is told by its exit code."""
    try:
        log = open_scripted(Path(script.directory), DeafFiles() if script.ignores_failed_syncs else SystemFiles())
        for number, batch in enumerate(_batches(script)):
            _commit(log, batch, tell, acknowledges_first=script.acknowledges_first)
            keep_up(log)
            if number % 4 == 3:
                _read(log, batch)
            if number == script.batches // 2:
                log.write_head()
        if script.ends_cleanly:
            log.close()
    except SyncFailed:
        return ExitCode.SYNC_FAILED
    except DiskFull:
        return ExitCode.DISK_FULL
    except LogCorrupt:
        return ExitCode.CORRUPT
    except LogError:
        return ExitCode.REFUSED
    except OSError as error:
        return ExitCode.DISK_FULL if error.errno in NO_ROOM else ExitCode.FAILED
    return ExitCode.OK


def open_scripted(directory: Path, files: Files | None = None) -> Log:
    """Open with a clock and with ids that are the same in each life."""
    clock, numbers = count(NOON, 1_000), count(1)
    return Log.open(
        directory,
        TINY,
        clock=lambda: next(clock),
        new_ids=ids_from(numbers),
        files=files or SystemFiles(),
    )


def keep_up(log: Log) -> None:
    """All of the work that waits in the background."""
    while log.maintain():
        pass


def _batches(script: Script) -> Iterator[list[Sent]]:
    """First the retries; then new calls, some on a condition, some of them sent twice."""
    if script.retried:
        yield [Sent(f"retry-{script.seed}-{number}", call.events) for number, call in enumerate(script.retried)]
    chance = random.Random(script.seed)
    for number in range(script.batches):
        batch = [random_call(chance, client) for client in range(1, chance.choice((2, 3, 4)))]
        if number % 3 == 1:
            batch.append(Sent(f"again-{script.seed}-{number}", batch[0].events))
        if number % 3 == 2:
            call = random_call(chance, 9)
            batch.append(Sent(call.call, call.events, (Unless(tags=(f"client:{number % 2 * 9}",)),)))
        yield batch


def _commit(log: Log, batch: Sequence[Sent], tell: Tell, *, acknowledges_first: bool) -> None:
    """A batch that the disk had no room for is refused, and the life goes on."""
    for call in batch:
        tell(call)
    if acknowledges_first:
        position = log.head.position
        for call in batch[:1]:
            tell(Acknowledged(call.call, position + 1, position + len(call.events)))
    try:
        outcomes = log.commit([append_of(call) for call in batch])
    except DiskFull:
        for call in batch:
            tell(Refused(call.call))
        return
    except RangeDamaged:
        # What an append had to be held against could not be read: nobody is answered.
        return
    for call, outcome in zip(batch, outcomes, strict=True):
        tell(answer_of(call, outcome))


def _read(log: Log, batch: Sequence[Sent]) -> None:
    """By position, id and tag; what can't be read is refused, and the life goes on."""
    try:
        log.page(Query(limit=50))
        log.page(Query(tags=("client:1",), backward=True, limit=3))
        for call in batch[:1]:
            log.line_by_id(call.events[0].id)
    except RangeDamaged:
        return
