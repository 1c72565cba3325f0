"""Filling a fresh generation from the first event on, while the live one goes on being used."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from asyncpg.exceptions import IntegrityConstraintViolationError

from assessment.projections.bulk import carry_out_late, copy_rows, kept_since
from assessment.projections.parts import joined, split
from assessment.projections.progress import Progress
from assessment.projections.rule_broken import RuleBroken
from assessment.projections.workers import OneProcess, Workers
from assessment.read_models.checkpoints import Checkpoint, write_checkpoint
from assessment.read_models.connections import Connection, swift_uuids
from assessment.read_models.constraint_names import constraint_of
from assessment.read_models.failures import DATABASE_FAILURES
from assessment.read_models.generation_ddl import add_keys, add_rules, count_rows, create_bare, drop_generation
from eventrail_client.port import EventStore, Head

ALONE = OneProcess()


@dataclass(frozen=True, slots=True)
class Filled:
    """position: as many events as the log held when it began.

    fold_seconds: until every event was folded and all rows were written, of which copy_seconds for writing them, all
    processes together; rules_seconds: for keys, indexes, rules, and what became of rows after they were written
    """

    position: int
    fold_seconds: float
    copy_seconds: float
    rules_seconds: float

    @property
    def events_per_second(self) -> float:
        return self.position / max(self.fold_seconds + self.rules_seconds, 1e-9)


async def fill(
    connection: Connection,
    store: EventStore,
    schema: str,
    progress: Progress,
    *,
    now: datetime,
    workers: Workers = ALONE,
    clock: Callable[[], float] = time.monotonic,
) -> Filled:
    """Make the generation anew with everything up to the log's head of this moment.

    Raises EventUnreadable, RowUnexpected, PartFailed, RuleBroken, ChainBroken, StoreError; there is no such generation
    then.
    """
    began = clock()
    async with _whole_or_none(connection, schema):
        await create_bare(connection, schema)
        head = await store.head()
        progress.phase("folding the log", head.position)
        parts = await split(store, head, workers.parts(head.position), kept_since(now))
        folded = await workers.fold(connection, store, schema, parts, progress.at)
        fold, copying = joined(parts, folded, head), clock()
        async with swift_uuids(connection):
            await copy_rows(connection, schema, fold.take_rest())
        copied = clock()
        progress.phase("making keys, indexes and rules")
        await add_keys(connection, schema)
        await carry_out_late(connection, schema, fold)
        await _finished(connection, schema, head)
    copy_seconds = sum(part.copy_seconds for part in folded) + copied - copying
    return Filled(head.position, copied - began, copy_seconds, clock() - copied)


async def _finished(connection: Connection, schema: str, head: Head) -> None:
    await add_rules(connection, schema)
    await write_checkpoint(connection, Checkpoint(head.log_id, head.position, head.hash), schema)
    await count_rows(connection, schema)


@asynccontextmanager
async def _whole_or_none(connection: Connection, schema: str) -> AsyncIterator[None]:
    await drop_generation(connection, schema)
    try:
        yield
    except BaseException as failure:
        with suppress(*DATABASE_FAILURES):
            await drop_generation(connection, schema)
        if isinstance(failure, IntegrityConstraintViolationError):
            raise RuleBroken(constraint_of(failure)) from failure
        raise
