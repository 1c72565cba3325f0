"""A stretch of the log, folded on its own: its rows that are done with are written, and the rest is told.

A fold of changes needs nothing of what was before it, so stretches may be folded side by side, and what is left of each
is then folded together in their order.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assessment.projections.bulk import Fold, copy_rows
from assessment.projections.reading import PAGE_EVENTS, pages
from assessment.read_models.connections import Connection, swift_uuids
from eventrail_client.errors import ChainBroken
from eventrail_client.follow import Cursor
from eventrail_client.port import EventStore, Head


@dataclass(frozen=True, slots=True)
class Limits:
    """held_bytes: so many of the log are folded before the rows that are done with are written.

    In memory they are about twice as many; a page comes to that, the one after it, and what has to be held.
    """

    held_bytes: int = 64 * 1024 * 1024
    page_events: int = PAGE_EVENTS


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Part:
    """The events after `begin` up to `until`; both are ends of appends. since: older events leave no command key."""

    begin: Cursor
    until: int
    since: datetime
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True)
class FoldedPart:
    """What a part has left: `fold` holds the rows that are not written, and changes of rows that are."""

    fold: Fold
    end: Cursor
    copy_seconds: float


async def split(store: EventStore, head: Head, count: int, since: datetime) -> list[Part]:
    """The whole log in so many parts of about the same number of events, or in fewer."""
    begins = [Cursor.beginning(head.log_id)]
    for number in range(1, count):
        cursor = await _end_of_append(store, head, head.position * number // count)
        if begins[-1].position < cursor.position < head.position:
            begins.append(cursor)
    ends = [*(begin.position for begin in begins[1:]), head.position]
    return [Part(begin, until, since) for begin, until in zip(begins, ends, strict=True)]


async def _end_of_append(store: EventStore, head: Head, position: int) -> Cursor:
    """The end of the append that stands at a position."""
    if position == 0:
        return Cursor.beginning(head.log_id)
    event = (await store.read(after=position - 1, limit=1)).events[0]
    if event.commit != position:
        event = (await store.read(after=event.commit - 1, limit=1)).events[0]
    return Cursor(head.log_id, event.position, event.hash)


async def fold_part(
    connection: Connection, store: EventStore, schema: str, part: Part, at: Callable[[int], None]
) -> FoldedPart:
    """Fold a part, and write what is done with into the generation's bare tables. at: is told how many events are in.

    Raises EventUnreadable, RowUnexpected, StoreError, and asyncpg's errors.
    """
    fold, end = Fold(part.since, part.begin.position), part.begin
    held_bytes, copy_seconds = 0, 0.0
    with _no_search_for_cycles():
        async with swift_uuids(connection):
            async for page in pages(store, part.begin, part.until, part.limits.page_events):
                fold.take(page.events)
                end = Cursor(end.log_id, page.events[-1].position, page.events[-1].hash)
                held_bytes += len(page.stored)
                if held_bytes >= part.limits.held_bytes and fold.is_whole:
                    began, held_bytes = time.monotonic(), 0
                    await copy_rows(connection, schema, fold.take_settled())
                    copy_seconds += time.monotonic() - began
                at(end.position - part.begin.position)
    return FoldedPart(fold, end, copy_seconds)


def joined(parts: Sequence[Part], folded: Sequence[FoldedPart], head: Head) -> Fold:
    """What is left of all parts as one fold. Raises ChainBroken where one does not begin where the one before ended."""
    begins = [*(part.begin for part in parts[1:]), Cursor(head.log_id, head.position, head.hash)]
    whole = folded[0].fold
    for one, begin in zip(folded, begins, strict=True):
        if one.end != begin:
            raise ChainBroken(begin.position)
        if one.fold is not whole:
            whole.go_on_with(one.fold)
    return whole


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
