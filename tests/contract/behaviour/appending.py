import asyncio

import msgspec
import pytest

from eventrail_client import AppendRequest, AppendResult, EventStore, IdReused, new_event, new_id
from eventrail_client.chain import closes
from tests.contract.behaviour.facts import a_tag, appends_of, numbered, raw_event, tagged, values
from tests.contract.behaviour.samples import KEPT


class Appending:
    """What is recorded, where, and that it is recorded once."""

    async def test_events_stand_at_consecutive_positions_after_the_head(self, store: EventStore) -> None:
        before = await store.head()
        result = await store.append(numbered(3, a_tag()))
        assert result == AppendResult(before.position + 1, before.position + 3, replayed=False)
        head = await store.head()
        assert (head.log_id, head.position) == (before.log_id, result.last)

    async def test_lines_continue_the_chain_from_the_head(self, store: EventStore) -> None:
        before = await store.head()
        await store.append(numbered(3, a_tag()))
        await store.append([new_event("said", "🌍")])
        page = await store.read(after=before.position)
        previous_hash = before.hash
        for event, line in zip(page.events, page.lines, strict=True):
            assert closes(previous_hash, line)
            assert line.endswith(event.hash.encode() + b'"}')
            previous_hash = event.hash
        assert previous_hash == (await store.head()).hash
        assert not closes(before.hash, page.lines[1]), "control: a line does not close on another hash"

    @pytest.mark.parametrize("data", KEPT.values(), ids=KEPT.keys())
    async def test_data_is_kept_byte_for_byte(self, store: EventStore, data: bytes) -> None:
        tag = a_tag()
        result = await store.append([raw_event(data, tag)])
        page = await store.read(tags=[tag])
        assert [bytes(event.data) for event in page.events] == [data]
        assert b',"data":' + data + b',"meta":{},"commit":%d,' % result.last in page.lines[0]

    async def test_whitespace_goes_outside_of_texts_only(self, store: EventStore) -> None:
        tag = a_tag()
        await store.append([raw_event(b' {\r\n\t"a b" : [ 1 , " c\\n d " ] }\n', tag, meta=b'{ "k" : 1 }')])
        (event,) = await tagged(store, tag)
        assert bytes(event.data) == b'{"a b":[1," c\\n d "]}'
        assert bytes(event.meta) == b'{"k":1}'

    async def test_type_tags_and_meta_come_back_as_given(self, store: EventStore) -> None:
        first, second = a_tag("z"), a_tag("a")
        given = new_event("shop.order_2.placed", {"n": 1}, [first, second], meta={"actor": "🧑‍🚀"})
        await store.append([given])
        (event,) = await tagged(store, second)
        assert (event.type, event.tags) == ("shop.order_2.placed", (first, second))
        assert msgspec.json.decode(event.meta) == {"actor": "🧑‍🚀"}

    async def test_events_of_an_append_name_its_last_and_what_was_durable(self, store: EventStore) -> None:
        result = await store.append(numbered(4, a_tag()))
        page = await store.read(after=result.first - 1, limit=4)
        assert {event.commit for event in page.events} == {result.last}
        assert len({event.synced for event in page.events}) == 1
        assert all(event.synced < result.first for event in page.events)

    async def test_times_never_run_back(self, store: EventStore) -> None:
        tag = a_tag()
        for event in numbered(5, tag):
            await store.append([event])
        times = [event.time for event in await tagged(store, tag)]
        assert times == sorted(times)
        assert all(len(time) == 27 and time.endswith("Z") for time in times)

    async def test_an_event_is_found_by_its_id(self, store: EventStore) -> None:
        event_id = new_id()
        result = await store.append([new_event("said", "🌍", event_id=event_id)])
        event = await store.event(event_id)
        assert event is not None
        assert (event.position, event.id, bytes(event.data)) == (result.first, event_id, '"🌍"'.encode())
        assert await store.event(new_id()) is None

    async def test_the_same_append_again_stands_once(self, store: EventStore) -> None:
        tag = a_tag()
        events = [new_event("said", text, [tag], event_id=new_id()) for text in ("🌍", "é")]
        first = await store.append(events)
        await store.append(numbered(1, a_tag()))
        again = await store.append(events)
        assert again == AppendResult(first.first, first.last, replayed=True)
        assert len(await tagged(store, tag)) == 2

    async def test_another_meta_or_other_whitespace_is_the_same_append(self, store: EventStore) -> None:
        event_id = new_id()
        first = await store.append([raw_event(b'{"a":1}', event_id=event_id, meta=b'{"try":1}')])
        again = await store.append([raw_event(b'{ "a": 1 }', event_id=event_id, meta=b'{"try":2}')])
        assert again == AppendResult(first.first, first.last, replayed=True)
        event = await store.event(event_id)
        assert event is not None
        assert bytes(event.meta) == b'{"try":1}', "what stands does not change"

    @pytest.mark.parametrize("change", ["data", "type", "tags", "spelling", "fewer", "more", "order", "alone", "mixed"])
    async def test_an_id_that_stands_in_another_way_is_refused(self, store: EventStore, change: str) -> None:
        tag = a_tag()
        one, two = (new_event("said", 1.5, [tag], event_id=new_id()) for _ in range(2))
        other = new_event("said", 1.5, [tag], event_id=new_id())
        first = await store.append([one, two])
        replace = msgspec.structs.replace
        changed = {
            "data": [replace(one, data=msgspec.Raw(b"2.5")), two],
            "type": [replace(one, type="sung"), two],
            "tags": [replace(one, tags=(tag, a_tag())), two],
            "spelling": [replace(one, data=msgspec.Raw(b"1.50")), two],
            "fewer": [one],
            "more": [one, two, other],
            "order": [two, one],
            "alone": [two],
            "mixed": [other, two],
        }[change]
        head = await store.head()
        with pytest.raises(IdReused) as refused:
            await store.append(changed)
        reused = two if change in {"order", "alone", "mixed"} else one
        position = first.last if reused is two else first.first
        assert (refused.value.id, refused.value.position) == (reused.id, position)
        assert await store.head() == head, "nothing was recorded"
        assert (await store.append([one, two])).replayed, "control: unchanged it is a replay"

    async def test_many_appends_have_an_outcome_each_in_order(self, store: EventStore) -> None:
        tag = a_tag()
        twice = AppendRequest((new_event("said", 2, [tag], event_id=new_id()),))
        bad = AppendRequest((new_event("not a type", 3, [tag]),))
        outcomes = await store.append_many(
            [*appends_of(numbered(1, tag)), twice, bad, twice, *appends_of(numbered(1, tag))]
        )
        one, two, three, four, five = outcomes
        assert isinstance(one, AppendResult)
        assert two == AppendResult(one.last + 1, one.last + 1, replayed=False)
        assert getattr(three, "problem", None) is not None
        assert four == AppendResult(one.last + 1, one.last + 1, replayed=True)
        assert five == AppendResult(one.last + 2, one.last + 2, replayed=False)
        assert values(await tagged(store, tag)) == [1, 2, 1]

    async def test_many_appends_may_be_none(self, store: EventStore) -> None:
        assert await store.append_many([]) == []

    async def test_appends_at_once_stand_once_each_without_a_gap(self, store: EventStore) -> None:
        tag = a_tag()
        before = await store.head()
        results = await asyncio.gather(*(store.append([event]) for event in numbered(100, tag)))
        assert sorted(result.first for result in results) == list(range(before.position + 1, before.position + 101))
        stand = {event.position: msgspec.json.decode(event.data) for event in await tagged(store, tag)}
        assert [stand[result.first] for result in results] == list(range(1, 101))
