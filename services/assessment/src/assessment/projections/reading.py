"""The log in order, page by page, each line checked by the chain; the next page comes while one is looked at."""

from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Final

from eventrail_client.chain import closes
from eventrail_client.errors import ChainBroken
from eventrail_client.follow import Cursor
from eventrail_client.paging import read_ahead
from eventrail_client.port import EventStore, Page

PAGE_EVENTS: Final = 5_000
"""A page is held as a whole, with the one after it."""


def pages(store: EventStore, cursor: Cursor, until: int, page_events: int = PAGE_EVENTS) -> AsyncGenerator[Page]:
    """The events after the cursor up to the position `until`, which the log holds. Raises ChainBroken, StoreError."""

    def asked() -> Coroutine[Any, Any, Page] | None:
        if cursor.position >= until:
            return None
        return store.read(after=cursor.position, limit=min(page_events, until - cursor.position))

    def checked(page: Page) -> Coroutine[Any, Any, Page] | None:
        nonlocal cursor
        before, cursor = cursor, _checked(cursor, page)
        assert cursor.position > before.position, "a page before the head holds an event"
        return asked()

    return read_ahead(asked(), checked)


def _checked(cursor: Cursor, page: Page) -> Cursor:
    """Where the page ends, if each of its lines follows from the one before."""
    position, line_hash = cursor.position, cursor.hash
    for event, line in zip(page.events, page.lines, strict=True):
        position += 1
        if event.position != position or not closes(line_hash, line):
            raise ChainBroken(position)
        line_hash = event.hash
    return Cursor(cursor.log_id, position, line_hash)
