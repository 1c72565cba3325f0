"""Reading on from page to page, until what stands has been read; the next page comes while one is looked at."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from contracts.envelope import Event
from eventrail_client.port import EventStore, Page

PAGE_EVENTS: Final = 8_192
"""A page costs a request, and is held as a whole, with the one after it; the store knows blocks of 256 again."""


async def page_through(
    store: EventStore,
    *,
    after: int,
    before: int | None,
    types: Sequence[str],
    tags: Sequence[str],
    backward: bool,
) -> AsyncGenerator[Event]:
    """Every event of the pages, in their order, to the head as it is when the last page is read."""

    def begun(place: tuple[int, int | None]) -> "asyncio.Task[Page]":
        later, earlier = place
        return asyncio.create_task(_read(store, later, earlier, types, tags, backward=backward))

    place: tuple[int, int | None] | None = (after, before)
    coming = begun((after, before))
    try:
        while place is not None:
            page = await coming
            place = _following(page, place, backward=backward)
            if place is not None:
                coming = begun(place)
            for event in page.events:
                yield event
    finally:
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await coming


async def _read(
    store: EventStore, after: int, before: int | None, types: Sequence[str], tags: Sequence[str], *, backward: bool
) -> Page:
    return await store.read(after=after, before=before, limit=PAGE_EVENTS, types=types, tags=tags, backward=backward)


def _following(page: Page, place: tuple[int, int | None], *, backward: bool) -> tuple[int, int | None] | None:
    """Between which positions the next page is looked for; None after the last."""
    after, before = place
    if backward:
        return None if page.scanned <= after + 1 else (after, page.scanned)
    end = page.head if before is None else min(page.head, before - 1)
    return None if page.scanned >= end else (page.scanned, before)
