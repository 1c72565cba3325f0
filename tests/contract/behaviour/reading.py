import asyncio
import time

import pytest

from eventrail_client import Event, EventStore, Rejected, new_event
from tests.contract.behaviour.facts import a_tag, appends_of, numbered, tagged, values


class Reading:
    """Pages in both directions, what a filter finds, and waiting for what is to come."""

    async def test_a_page_has_what_lies_between_after_and_before(self, store: EventStore) -> None:
        first = (await store.append(numbered(9))).first
        page = await store.read(after=first + 1, before=first + 6)
        assert [event.position for event in page.events] == list(range(first + 2, first + 6))
        assert (page.scanned, page.head) == (first + 5, first + 8)
        assert (await store.read(after=first + 3, before=first + 4)).events == ()
        assert (await store.read(after=first + 5, before=first + 2)).events == ()

    async def test_backward_has_the_latest_first(self, store: EventStore) -> None:
        first = (await store.append(numbered(9))).first
        page = await store.read(after=first - 1, backward=True, limit=3)
        assert values(page.events) == [9, 8, 7]
        assert page.scanned == first + 6
        rest = await store.read(after=first - 1, before=page.scanned, backward=True)
        assert values(rest.events) == [6, 5, 4, 3, 2, 1]
        assert rest.scanned == first

    async def test_a_page_may_end_inside_an_append(self, store: EventStore) -> None:
        first = (await store.append(numbered(5))).first
        page = await store.read(after=first - 1, limit=2)
        assert values(page.events) == [1, 2]
        assert page.scanned == first + 1
        assert page.events[-1].commit == first + 4

    async def test_the_head_is_a_place_to_read_from_and_beyond_it_is_none(self, store: EventStore) -> None:
        head = (await store.append(numbered(1))).last
        page = await store.read(after=head)
        assert (page.events, page.scanned, page.head) == ((), head, head)
        with pytest.raises(Rejected) as refused:
            await store.read(after=head + 1)
        assert refused.value.problem.at == "query.after"

    @pytest.mark.parametrize("order", ["forward", "backward"])
    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    async def test_pages_of_a_filter_join_without_gap_or_double(
        self, store: EventStore, limit: int, order: str
    ) -> None:
        tag, start, backward = a_tag(), (await store.head()).position, order == "backward"
        for number in range(7):
            await store.append([new_event("other", 0), new_event("wanted", number, [tag]), new_event("other", 0)])
        found: list[Event] = []
        after, before = start, None
        while True:
            page = await store.read(after=after, before=before, tags=[tag], limit=limit, backward=backward)
            found.extend(page.events)
            assert len(page.events) <= limit
            if backward:
                before = page.scanned
            else:
                after = page.scanned
            if (before is not None and before <= start + 1) or after >= page.head:
                break
        assert values(found) == (list(range(7))[::-1] if backward else list(range(7)))

    async def test_a_filter_asks_for_all_tags_and_any_type(self, store: EventStore) -> None:
        one, two, start = a_tag("one"), a_tag("two"), (await store.head()).position
        await store.append([new_event("a", 1, [one]), new_event("b", 2, [two, one]), new_event("c", 3, [one, two])])

        async def found(types: list[str], tags: list[str]) -> list[object]:
            return values((await store.read(after=start, types=types, tags=tags)).events)

        assert await found([], [one]) == [1, 2, 3]
        assert await found([], [one, two]) == [2, 3]
        assert await found(["a", "c"], []) == [1, 3]
        assert await found(["c", "a"], [two]) == [3]
        assert await found(["a"], [two]) == []
        assert await found([], [a_tag()]) == []

    async def test_read_all_goes_over_pages_in_both_directions(self, store: EventStore) -> None:
        tag, other = a_tag(), a_tag()
        await store.append_many([*appends_of(numbered(2, tag)), *appends_of(numbered(1, other))])
        await store.append(numbered(1000, tag))
        await store.append(numbered(500, tag))
        expected = [1, 2, *range(1, 1001), *range(1, 501)]
        assert values(await tagged(store, tag)) == expected
        assert values([event async for event in store.read_all(tags=[tag], backward=True)]) == expected[::-1]
        first = (await tagged(store, other))[0].position
        between = [event async for event in store.read_all(after=first, before=first + 1200)]
        assert values(between) == [*range(1, 1001), *range(1, 200)]

    async def test_a_page_has_at_most_8_mib(self, store: EventStore) -> None:
        tag = a_tag()
        for _ in range(3):
            await store.append([new_event("large", "🌍" * 235_000, [tag]) for _ in range(3)])
        page = await store.read(tags=[tag])
        assert len(page.events) == 8, "the ninth would be over 8 MiB"
        assert len(await tagged(store, tag)) == 9

    async def test_a_wait_ends_with_the_first_event(self, store: EventStore) -> None:
        tag, after = a_tag(), (await store.head()).position
        waiting = asyncio.create_task(store.read(after=after, tags=[tag], wait_seconds=60))
        await store.append(numbered(1))
        await store.append(numbered(2, tag))
        page = await asyncio.wait_for(waiting, 30)
        assert values(page.events) == [1, 2]

    async def test_a_wait_ends_with_its_time(self, store: EventStore) -> None:
        after = (await store.head()).position
        started = time.monotonic()
        page = await store.read(after=after, tags=[a_tag()], wait_seconds=0.2)
        assert page.events == ()
        assert time.monotonic() - started >= 0.15

    async def test_a_wait_is_not_for_what_stands(self, store: EventStore) -> None:
        tag = a_tag()
        await store.append(numbered(1, tag))
        started = time.monotonic()
        assert values((await store.read(tags=[tag], wait_seconds=60)).events) == [1]
        assert time.monotonic() - started < 50

    @pytest.mark.parametrize(
        "question",
        [
            {"limit": 0},
            {"after": -1},
            {"types": ["A"]},
            {"tags": ["no value"]},
            {"tags": [f"t{number}:v" for number in range(17)]},
            {"wait_seconds": 61},
            {"wait_seconds": 1, "backward": True},
        ],
        ids=str,
    )
    async def test_a_question_out_of_bounds_is_refused(self, store: EventStore, question: dict[str, object]) -> None:
        with pytest.raises(Rejected) as refused:
            await store.read(**question)  # type: ignore[arg-type] # each is a keyword of its own type
        assert refused.value.problem.status == 400
