"""The log in order, page by page, each line checked by the chain; the next page comes while one is looked at."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Final

from eventrail_client.chain import closes
from eventrail_client.errors import ChainBroken
from eventrail_client.follow import Cursor
from eventrail_client.port import EventStore, Page

PAGE_EVENTS: Final = 5_000
"""A page is held as a whole, with the one after it."""


async def pages(store: EventStore, cursor: Cursor, until: int, page_events: int = PAGE_EVENTS) -> AsyncGenerator[Page]:
    """The events after the cursor up to the position `until`, which the log holds. Raises ChainBroken, StoreError."""

    def begun(after: int) -> "asyncio.Task[Page]":
        return asyncio.create_task(store.read(after=after, limit=min(page_events, until - after)))

    coming = begun(cursor.position) if cursor.position < until else None
    try:
        while coming is not None:
            page = await coming
            before, cursor = cursor, _checked(cursor, page)
            assert cursor.position > before.position, "a page before the head holds an event"
            coming = begun(cursor.position) if cursor.position < until else None
            await asyncio.sleep(0)  # so that it is asked for before this page is looked at
            yield page
    finally:
        if coming is not None:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await coming


def _checked(cursor: Cursor, page: Page) -> Cursor:
    """Where the page ends, if each of its lines follows from the one before."""
    position, line_hash = cursor.position, cursor.hash
    for event, line in zip(page.events, page.lines, strict=True):
        position += 1
        if event.position != position or not closes(line_hash, line):
            raise ChainBroken(position)
        line_hash = event.hash
    return Cursor(cursor.log_id, position, line_hash)
