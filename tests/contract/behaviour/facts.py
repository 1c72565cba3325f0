"""Short words for what the suites do again and again."""

from collections.abc import Sequence

import msgspec

from eventrail_client import AppendRequest, Condition, ConditionItem, Event, EventStore, NewEvent, new_event, new_id


def a_tag(name: str = "case") -> str:
    """One that nothing has yet, so that a suite can run on a log with a past."""
    return f"{name}:{new_id()}"


def raw_event(data: bytes, *tags: str, event_id: str | None = None, meta: bytes = b"{}") -> NewEvent:
    return NewEvent(data=msgspec.Raw(data), tags=tags, id=event_id, meta=msgspec.Raw(meta))


def numbered(count: int, *tags: str, event_type: str = "counted") -> list[NewEvent]:
    return [new_event(event_type, number, tags) for number in range(1, count + 1)]


def fails_if(*items: ConditionItem) -> Condition:
    return Condition(items)


def appends_of(events: Sequence[NewEvent]) -> list[AppendRequest]:
    """Each event in an append of its own."""
    return [AppendRequest((event,)) for event in events]


async def tagged(store: EventStore, *tags: str) -> list[Event]:
    return [event async for event in store.read_all(tags=tags)]


def values(events: Sequence[Event]) -> list[object]:
    return [msgspec.json.decode(event.data) for event in events]
