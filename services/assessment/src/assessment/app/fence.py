"""The look into the log before a refusal is answered: it may hold what the rows did not show."""

import asyncio

from assessment.app.errors import LogUnavailable
from contracts.append import Condition, ConditionItem
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


async def event_after(store: EventStore, condition: Condition) -> int | None:
    """The latest position of an event that the condition matches; None if none stands. Raises LogUnavailable."""
    try:
        found = await asyncio.gather(*(_latest(store, item) for item in condition.fail_if_events_match))
    except StoreError as failure:
        raise LogUnavailable(str(failure)) from failure
    return max((position for position in found if position is not None), default=None)


async def _latest(store: EventStore, item: ConditionItem) -> int | None:
    """One event is enough, found from the end: what lies between it and `after` need not be looked at."""
    page = await store.read(after=item.after, types=item.types, tags=item.tags, limit=1, backward=True)
    return page.events[0].position if page.events else None
