import asyncio

import pytest

from eventrail_client import (
    AppendRequest,
    AppendResult,
    Condition,
    ConditionFailed,
    ConditionItem,
    EventStore,
    Rejected,
    new_event,
    new_id,
    no_event_since,
)
from tests.contract.behaviour.facts import a_tag, fails_if, numbered, tagged


async def failed_at(store: EventStore, condition: Condition) -> int | None:
    """The position that the condition fails with; None where it holds."""
    before = await store.head()
    try:
        await store.append([new_event("tried", 1)], condition)
    except ConditionFailed as error:
        assert await store.head() == before, "nothing was recorded"
        return error.position
    return None


class Conditions:
    """What refuses an append although it is well-formed."""

    async def test_an_item_names_all_tags_and_one_of_the_types(self, store: EventStore) -> None:
        one, two, other = a_tag("one"), a_tag("two"), a_tag("other")
        placed, paid = f"placed_{new_id()[:8]}", f"paid_{new_id()[:8]}"
        await store.append([new_event(placed, 1, [one])])
        both = await store.append([new_event(paid, 2, [two, one])])
        item = ConditionItem
        assert await failed_at(store, fails_if(item(tags=(one,)))) == both.last
        assert await failed_at(store, fails_if(item(tags=(one,), types=(placed,)))) == both.last - 1
        assert await failed_at(store, fails_if(item(tags=(one, two)))) == both.last
        assert await failed_at(store, fails_if(item(types=(placed, paid)))) == both.last
        assert await failed_at(store, fails_if(item(tags=(two,), types=(placed,)))) is None
        assert await failed_at(store, fails_if(item(tags=(one, other)))) is None
        assert await failed_at(store, fails_if(item(types=("never.recorded",), tags=(one,)))) is None

    async def test_after_belongs_to_each_item(self, store: EventStore) -> None:
        one, two = a_tag("one"), a_tag("two")
        first = (await store.append(numbered(1, one))).first
        second = (await store.append(numbered(1, two))).first
        holds = ConditionItem(tags=(one,), after=first)
        assert await failed_at(store, fails_if(holds)) is None
        assert await failed_at(store, fails_if(holds, ConditionItem(tags=(two,), after=second))) is None
        assert await failed_at(store, fails_if(holds, ConditionItem(tags=(two,), after=first))) == second
        assert await failed_at(store, fails_if(ConditionItem(tags=(one,), after=first - 1), holds)) == first

    async def test_the_latest_match_of_all_items_is_named(self, store: EventStore) -> None:
        one, two = a_tag("one"), a_tag("two")
        await store.append(numbered(2, one))
        latest = await store.append([*numbered(2, two), *numbered(1)])
        items = (ConditionItem(tags=(two,)), ConditionItem(tags=(one,)))
        assert await failed_at(store, fails_if(*items)) == latest.first + 1
        assert await failed_at(store, fails_if(*reversed(items))) == latest.first + 1

    async def test_an_item_with_neither_matches_every_event(self, store: EventStore) -> None:
        last = (await store.append(numbered(1))).last
        assert await failed_at(store, fails_if(ConditionItem(after=last - 1))) == last
        assert await failed_at(store, fails_if(ConditionItem(after=last))) is None

    async def test_no_items_never_fail(self, store: EventStore) -> None:
        assert await failed_at(store, fails_if()) is None

    async def test_after_may_be_the_head_but_not_beyond(self, store: EventStore) -> None:
        head = (await store.append(numbered(1))).last
        with pytest.raises(Rejected) as refused:
            await store.append(numbered(1), no_event_since(head + 1, tags=["a:b"]))
        assert refused.value.problem.status == 400
        assert await failed_at(store, no_event_since(head, tags=["a:b"])) is None

    async def test_an_append_that_stands_is_answered_whatever_its_condition_says(self, store: EventStore) -> None:
        tag = a_tag()
        events = [new_event("said", 1, [tag], event_id=new_id())]
        condition = no_event_since(0, tags=[tag])
        first = await store.append(events, condition)
        again = await store.append(events, condition)
        assert again == AppendResult(first.first, first.last, replayed=True)
        with pytest.raises(ConditionFailed):  # control: for other events it fails
            await store.append(numbered(1, tag), condition)

    async def test_appends_that_come_together_see_each_other(self, store: EventStore) -> None:
        tag = a_tag()
        request = AppendRequest(tuple(numbered(2, tag)), no_event_since(0, tags=[tag]))
        one, two = await store.append_many([request, request])
        assert isinstance(one, AppendResult)
        assert isinstance(two, ConditionFailed)
        assert two.position == one.last

    async def test_of_many_at_once_one_stands(self, store: EventStore) -> None:
        tag = a_tag()
        tries = [store.append([new_event("won", number, [tag])], no_event_since(0, tags=[tag])) for number in range(50)]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        won = [outcome for outcome in outcomes if isinstance(outcome, AppendResult)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, ConditionFailed)]
        assert (len(won), len(lost)) == (1, 49)
        assert {error.position for error in lost} == {won[0].first}
        assert len(await tagged(store, tag)) == 1

    async def test_a_stream_grows_by_expected_versions(self, store: EventStore) -> None:
        tag = a_tag("account")
        version = (await store.append(numbered(1, tag), no_event_since(0, tags=[tag]))).last
        await store.append(numbered(1, a_tag()))
        version = (await store.append(numbered(2, tag), no_event_since(version, tags=[tag]))).last
        with pytest.raises(ConditionFailed) as failed:
            await store.append(numbered(1, tag), no_event_since(version - 1, tags=[tag]))
        assert failed.value.position == version
