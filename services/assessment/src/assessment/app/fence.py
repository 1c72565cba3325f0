"""The look into the log before a refusal is answered: it may hold what the rows did not show."""

import asyncio

from assessment.app.errors import LogUnavailable
from contracts.append import Condition, ConditionItem
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


async def event_after(store: EventStore, condition: Condition, employer_id: str) -> int | None:
    """The latest position of the employer's own events that the condition matches; None if none stands.

    What happens to somebody else's object is nothing that an answer may wait for: it would tell that there is one.
    Raises LogUnavailable.
    """
    own = f"employer:{employer_id}"
    try:
        found = await asyncio.gather(*(_latest(store, item, own) for item in condition.fail_if_events_match))
    except StoreError as failure:
        raise LogUnavailable(str(failure)) from failure
    return max((position for position in found if position is not None), default=None)


async def _latest(store: EventStore, item: ConditionItem, own: str) -> int | None:
    """One event is enough, found from the end: what lies between it and `after` need not be looked at."""
    tags = tuple(dict.fromkeys((*item.tags, own)))
    page = await store.read(after=item.after, types=item.types, tags=tags, limit=1, backward=True)
    return page.events[0].position if page.events else None
