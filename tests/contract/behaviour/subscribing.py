import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from eventrail_client import Event, EventStore, Rejected, new_event
from tests.contract.behaviour.facts import a_tag, appends_of, numbered, values


async def first(count: int, events: AsyncGenerator[Event]) -> list[Event]:
    """So many of a subscription, which is then left."""
    found: list[Event] = []
    async with aclosing(events), asyncio.timeout(120):
        async for event in events:
            found.append(event)
            if len(found) == count:
                break
    return found


class Subscribing:
    """Every event once and in order, first what stands and then what comes."""

    async def test_it_catches_up_and_goes_live_without_a_gap(self, store: EventStore) -> None:
        after = (await store.head()).position
        await store.append(numbered(300))
        reading = asyncio.create_task(first(600, store.subscribe(after=after)))
        for append in appends_of(numbered(300)):
            await store.append(append.events)
        events = await reading
        assert [event.position for event in events] == list(range(after + 1, after + 601))
        assert values(events) == [*range(1, 301), *range(1, 301)]

    async def test_it_follows_a_tag_and_a_type(self, store: EventStore) -> None:
        tag, after = a_tag(), (await store.head()).position
        by_tag = asyncio.create_task(first(3, store.subscribe(after=after, tags=[tag])))
        by_both = asyncio.create_task(first(2, store.subscribe(after=after, tags=[tag], types=["kept"])))
        await store.append([new_event("kept", "🌍", [tag]), new_event("kept", 0)])
        await store.append([new_event("dropped", 0, [tag]), new_event("kept", "é", [tag])])
        assert values(await by_tag) == ["🌍", 0, "é"]
        assert values(await by_both) == ["🌍", "é"]

    async def test_a_large_event_comes_whole(self, store: EventStore) -> None:
        text = "🌍 " * 150_000
        after = (await store.head()).position
        await store.append([new_event("large", text)])
        (event,) = await first(1, store.subscribe(after=after))
        assert values([event]) == [text]

    async def test_an_event_may_be_of_any_type(self, store: EventStore) -> None:
        after = (await store.head()).position
        await store.append([new_event("problem", 1), new_event("message", 2), new_event("error", 3)])
        events = await first(3, store.subscribe(after=after))
        assert [(event.type, value) for event, value in zip(events, values(events), strict=True)] == [
            ("problem", 1),
            ("message", 2),
            ("error", 3),
        ]

    async def test_it_refuses_a_place_beyond_the_head(self, store: EventStore) -> None:
        head = await store.head()
        with pytest.raises(Rejected):
            await first(1, store.subscribe(after=head.position + 1))
