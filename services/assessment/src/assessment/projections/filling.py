"""Filling a fresh generation from the first event on, while the live one goes on being used."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from assessment.projections.bulk import Fold, kept_since, load
from assessment.projections.progress import Progress
from assessment.read_models.connections import Connection
from assessment.read_models.generation_ddl import count_rows, drop_generation
from eventrail_client.follow import Cursor, Follower
from eventrail_client.port import EventStore

PAGE_EVENTS = 5_000


@dataclass(frozen=True, slots=True)
class Filled:
    """events: as many as the log held when it began; position: the last of them."""

    position: int
    fold_seconds: float
    load_seconds: float

    @property
    def events_per_second(self) -> float:
        return self.position / max(self.fold_seconds + self.load_seconds, 1e-9)


async def fill(
    connection: Connection,
    store: EventStore,
    schema: str,
    progress: Progress,
    *,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
) -> Filled:
    """Make the generation anew with everything up to the log's head of this moment. Raises EventUnreadable."""
    await connection.execute("BEGIN")
    await drop_generation(connection, schema)
    await connection.execute("COMMIT")
    began = clock()
    fold = Fold(kept_since(now))
    with _no_search_for_cycles():
        cursor = await _folded(store, fold, progress)
    folded = clock()
    progress.phase("loading the tables")
    await connection.execute("BEGIN")
    await load(connection, fold, cursor, schema)
    await connection.execute("COMMIT")
    await count_rows(connection, schema)
    return Filled(cursor.position, folded - began, clock() - folded)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Rows by the million hold no cycles, and looking for them again and again costs a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def _folded(store: EventStore, fold: Fold, progress: Progress) -> Cursor:
    head = await store.head()
    cursor = Cursor.beginning(head.log_id)
    progress.phase("folding the log", head.position)
    async with Follower(store, cursor) as follower:
        while cursor.position < head.position:
            for append in await follower.batch(max_events=min(PAGE_EVENTS, head.position - cursor.position)):
                fold.take(append)
                cursor = Cursor(head.log_id, append.last, append.hash)
            progress.at(cursor.position)
    return cursor
