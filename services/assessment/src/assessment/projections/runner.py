"""The projector's work: follow the log, and apply each append to the live generation, once and in order.

The checkpoint in the database is the only truth about how far it came: after any error it is read again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from asyncpg.exceptions import DataError, IntegrityConstraintViolationError, PostgresError

from assessment.projections.appends import EventUnreadable
from assessment.projections.applying import CheckpointMoved, apply_batch
from assessment.projections.folding import RowUnexpected
from assessment.projections.log_identity import cursor_of
from assessment.read_models.checkpoints import Checkpoint, adopt_log, read_checkpoint
from assessment.read_models.command_keys import prune_keys
from assessment.read_models.connections import Connection, OwnConnection
from assessment.read_models.constraint_names import constraint_of
from assessment.read_models.failures import DATABASE_FAILURES, first_line
from assessment.read_models.locks import BEGIN
from assessment.read_models.projector_status import Report, write_report
from assessment.read_models.queries_codes import prune_codes
from assessment.read_models.queries_imports import prune_imports
from eventrail_client.errors import ForeignLog, LogBehind, StoreError
from eventrail_client.feed import Feed
from eventrail_client.follow import Follower, RecordedAppend
from eventrail_client.port import EventStore

BATCH_EVENTS: Final = 500
GATHER_SECONDS: Final = 0.01
"""After a batch, so that appends which come at once share the next transaction; after a pause nothing waits."""

REPORT_SECONDS: Final = 1.0
PRUNE_SECONDS: Final = 60.0
PARKED_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0

CANNOT_APPLY: Final = (
    EventUnreadable,
    RowUnexpected,
    IntegrityConstraintViolationError,
    DataError,
)
"""What an event provokes, and not the state of the machine: trying again changes nothing by itself."""

_LOG: Final = logging.getLogger(__name__)


class Projector:
    """Applies whole appends in batches. An event that can't be applied parks it there: nothing is skipped.

    While it is parked, commands on other rows go on, since their own transactions apply them.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[OwnConnection]],
        store: EventStore,
        make_feed: Callable[[], Feed],
        *,
        parked_seconds: float = PARKED_SECONDS,
    ) -> None:
        self._connect = connect
        self._store = store
        self._make_feed = make_feed
        self._parked_seconds = parked_seconds
        self._head = 0
        self._reported_at = 0.0
        self._pruned_at = 0.0

    async def run(self) -> None:
        """Work until cancelled. Raises ForeignLog and LogBehind where the log is not this database's."""
        pause_seconds = PAUSE_SECONDS
        while True:
            began = _now()
            try:
                await self._session()
            except (ForeignLog, LogBehind):
                raise
            except CheckpointMoved:
                _LOG.info("the checkpoint moved; reading it again")
                await asyncio.sleep(PAUSE_SECONDS)
            except (StoreError, *DATABASE_FAILURES) as failure:
                _LOG.warning("waiting: %s: %s", type(failure).__name__, first_line(failure))
                pause_seconds = PAUSE_SECONDS if _now() - began > LONGEST_PAUSE_SECONDS else pause_seconds * 2
                await asyncio.sleep(min(pause_seconds, LONGEST_PAUSE_SECONDS))

    async def _session(self) -> None:
        """From the checkpoint as the database has it, until something fails."""
        connection = await self._connect()
        try:
            checkpoint = await read_checkpoint(connection)
            if checkpoint.log_id is None:
                await adopt_log(connection, (await self._store.head()).log_id)
                checkpoint = await read_checkpoint(connection)
            async with Follower(self._store, cursor_of(checkpoint), self._make_feed()) as follower:
                await self._follow(connection, follower, checkpoint)
        finally:
            connection.terminate()  # what is committed stands; anything else is done again

    async def _follow(self, connection: Connection, follower: Follower, checkpoint: Checkpoint) -> None:
        while True:
            appends = await follower.batch(max_events=BATCH_EVENTS, timeout_seconds=REPORT_SECONDS)
            self._head = max(checkpoint.position, follower.position)
            if appends:
                checkpoint = await self._apply(connection, appends, checkpoint)
                if follower.position == checkpoint.position:  # nothing more is here yet
                    await asyncio.sleep(GATHER_SECONDS)
            trouble = follower.trouble
            waits = Report("waiting", self._head, detail=str(trouble))
            await self._report(connection, Report("following", self._head) if trouble is None else waits)
            await self._prune(connection)

    async def _apply(
        self, connection: Connection, appends: Sequence[RecordedAppend], checkpoint: Checkpoint
    ) -> Checkpoint:
        """Apply a batch; where something in it can't be applied, one append after the other up to that one."""
        try:
            return await apply_committed(connection, appends, checkpoint)
        except CANNOT_APPLY as failure:
            if len(appends) == 1:
                return await self._parked(connection, appends[0], checkpoint, failure)
        for append in appends:
            checkpoint = await self._apply(connection, [append], checkpoint)
        return checkpoint

    async def _parked(
        self, connection: Connection, append: RecordedAppend, checkpoint: Checkpoint, failure: Exception
    ) -> Checkpoint:
        """Stay at an append until it can be applied: somebody must mend the database, or the program."""
        while True:
            report = parking_report(append, failure, self._head)
            _LOG.error("parked: %s", report.detail)
            await self._report(connection, report, at_once=True)
            await asyncio.sleep(self._parked_seconds)
            try:
                return await apply_committed(connection, [append], checkpoint)
            except CANNOT_APPLY as again:
                failure = again

    async def _report(self, connection: Connection, report: Report, *, at_once: bool = False) -> None:
        if at_once or _now() - self._reported_at >= REPORT_SECONDS:
            await write_report(connection, report)
            self._reported_at = _now()

    async def _prune(self, connection: Connection) -> None:
        if _now() - self._pruned_at >= PRUNE_SECONDS:
            await prune_keys(connection)
            await prune_imports(connection)
            await prune_codes(connection)
            self._pruned_at = _now()


async def apply_committed(
    connection: Connection, appends: Sequence[RecordedAppend], checkpoint: Checkpoint
) -> Checkpoint:
    """Apply a batch to the live generation in a transaction of its own."""
    await connection.execute(BEGIN)
    try:
        after = await apply_batch(connection, appends, checkpoint)
        await connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(*DATABASE_FAILURES):
            await connection.execute("ROLLBACK")
        raise
    return after


def parking_report(append: RecordedAppend, failure: Exception, head: int) -> Report:
    """Name the event that can't be applied; a database's error is told by its kind and constraint, never its values."""
    event = failure.event if isinstance(failure, EventUnreadable) else append.events[0]
    reason = str(failure)
    if isinstance(failure, PostgresError):
        reason = f"{type(failure).__name__} {constraint_of(failure) or ''}".strip()
    detail = f"event {event.id} at {event.position} ({event.type}) can't be applied: {reason}"
    return Report("parked", head, event.position, event.id, detail[:1000])


def _now() -> float:
    return asyncio.get_running_loop().time()
