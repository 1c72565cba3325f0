"""Which pages are read where they are asked for, and which ones by a thread."""

from typing import Final

from eventrail.log.events import Query

NEAR_EVENTS: Final = 8


def is_near(query: Query, head: int) -> bool:
    """Tell whether a page reaches from its start to the head in a few events.

    They were written just now, so no disk is waited for, and a thread would take longer to begin than they to be read.
    """
    return not query.backward and head - query.after <= NEAR_EVENTS
