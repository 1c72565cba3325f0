"""Reading on from page to page, until what stands has been read."""

from collections.abc import AsyncGenerator, Sequence

from contracts.envelope import Event
from eventrail_client.port import EventStore


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
    while True:
        page = await store.read(after=after, before=before, types=types, tags=tags, backward=backward)
        for event in page.events:
            yield event
        if backward:
            before = page.scanned
            if before <= after + 1:
                return
        else:
            after = page.scanned
            if after >= (page.head if before is None else min(page.head, before - 1)):
                return
