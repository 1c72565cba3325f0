"""Reading on from page to page, until what stands has been read; the next page comes while one is looked at."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, Final, Protocol, TypeVar

from contracts.envelope import Event

PAGE_EVENTS: Final = 2_048
"""A page costs a request, and is decoded fastest while it is in the processor's cache; it and the one after it are held
as a whole. The store knows blocks of 256 again."""


class Found(Protocol):
    """A page, of which only its place need be known to ask for the next one."""

    @property
    def scanned(self) -> int: ...

    @property
    def head(self) -> int: ...


F = TypeVar("F", bound=Found)
P = TypeVar("P")
Find = Callable[[int, int | None], Coroutine[Any, Any, F]]
"""The first page later than the one position and earlier than the other."""


async def page_through(
    find: Find[F], events_of: Callable[[F], Iterable[Event]], *, after: int, before: int | None, backward: bool
) -> AsyncGenerator[Event]:
    """Every event of the pages, in their order, to the head as it is when the last page is read."""
    place: tuple[int, int | None] = (after, before)

    def following(page: F) -> Coroutine[Any, Any, F] | None:
        nonlocal place
        found = _following(page, place, backward=backward)
        if found is None:
            return None
        place = found
        return find(*place)

    async with contextlib.aclosing(read_ahead(find(after, before), following)) as pages:
        async for page in pages:
            for event in events_of(page):
                yield event


async def read_ahead(
    first: Coroutine[Any, Any, P] | None, following: Callable[[P], Coroutine[Any, Any, P] | None]
) -> AsyncGenerator[P]:
    """Pages, the first and those that follow; each is given when the next one has been asked for.

    `following` says from a page how the next is come by, None after the last, and may refuse the page by raising. To be
    closed by whoever does not read on to the end: what was asked for last is cancelled then.
    """
    coming = None if first is None else asyncio.create_task(first)
    try:
        while coming is not None:
            page = await coming
            asked = following(page)
            coming = None if asked is None else asyncio.create_task(asked)
            await asyncio.sleep(0)  # so that it is asked for before this page is looked at
            yield page
    finally:
        if coming is not None:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await coming


def _following(page: Found, place: tuple[int, int | None], *, backward: bool) -> tuple[int, int | None] | None:
    """Between which positions the next page is looked for; None after the last."""
    after, before = place
    if backward:
        return None if page.scanned <= after + 1 else (after, page.scanned)
    end = page.head if before is None else min(page.head, before - 1)
    return None if page.scanned >= end else (page.scanned, before)
