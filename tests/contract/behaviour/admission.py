import pytest

from contracts.append import MAX_APPEND_EVENTS, MAX_CONDITION_ITEMS, MAX_CONDITION_TYPES
from contracts.envelope import MAX_LINE_BYTES, MAX_TAG_CHARACTERS, MAX_TAGS, MAX_TYPE_CHARACTERS
from contracts.problems import ProblemType
from eventrail_client import Condition, ConditionItem, EventStore, NewEvent, Rejected, new_event, new_id
from tests.contract.behaviour.facts import a_tag, fails_if, numbered, raw_event, tagged
from tests.contract.behaviour.samples import REFUSED, TAGS_REFUSED, TYPES_REFUSED


async def refused(
    store: EventStore, events: list[NewEvent], condition: Condition | None = None, *, status: int = 400
) -> Rejected:
    """The refusal, and that nothing of the append stands."""
    before = await store.head()
    with pytest.raises(Rejected) as error:
        await store.append(events, condition)
    assert await store.head() == before
    assert error.value.problem.status == status
    kind = {400: ProblemType.MALFORMED, 413: ProblemType.PAYLOAD_TOO_LARGE}[status]
    assert error.value.problem.type == kind.uri
    return error.value


class Admission:
    """What is never taken, and the limits to one below, at and one above."""

    @pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
    async def test_what_is_not_json_is_refused(self, store: EventStore, data: bytes) -> None:
        await refused(store, [raw_event(data)])

    async def test_one_bad_event_refuses_the_whole_append(self, store: EventStore) -> None:
        tag = a_tag()
        await refused(store, [*numbered(2, tag), raw_event(rb'"\ud800"', tag)])
        assert await tagged(store, tag) == []

    @pytest.mark.parametrize("meta", [b"[]", b"null", b'"text"', b"1"])
    async def test_meta_is_an_object(self, store: EventStore, meta: bytes) -> None:
        await refused(store, [raw_event(b"1", meta=meta)])

    @pytest.mark.parametrize("event_type", TYPES_REFUSED)
    async def test_a_type_is_dotted_words(self, store: EventStore, event_type: str) -> None:
        await refused(store, [new_event(event_type, 1)])
        await refused(store, numbered(1), fails_if(ConditionItem(types=(event_type,))))

    @pytest.mark.parametrize("tag", TAGS_REFUSED)
    async def test_a_tag_is_name_and_value(self, store: EventStore, tag: str) -> None:
        await refused(store, [new_event("said", 1, [tag])])
        await refused(store, numbered(1), fails_if(ConditionItem(tags=(tag,))))

    async def test_an_append_has_events(self, store: EventStore) -> None:
        await refused(store, [])

    async def test_ids_are_given_for_all_events_or_for_none(self, store: EventStore) -> None:
        await refused(store, [new_event("said", 1, event_id=new_id()), new_event("said", 2)])

    async def test_an_id_stands_once_in_an_append(self, store: EventStore) -> None:
        event_id = new_id()
        await refused(store, [new_event("said", 1, event_id=event_id), new_event("said", 1, event_id=event_id)])

    @pytest.mark.parametrize(
        "change",
        [
            str.upper,
            lambda text: "{" + text + "}",
            lambda text: text.replace("-", ""),
            lambda text: text + "\n",
            lambda _: "",
        ],
    )
    async def test_an_id_is_a_uuid_in_its_canonical_form(self, store: EventStore, change: object) -> None:
        assert callable(change)
        await refused(store, [new_event("said", 1, event_id=change("0198c0de-abcd-7000-8000-00000000000a"))])

    async def test_an_append_has_at_most_1000_events(self, store: EventStore) -> None:
        for count in (MAX_APPEND_EVENTS - 1, MAX_APPEND_EVENTS):
            result = await store.append(numbered(count))
            assert result.last - result.first + 1 == count
        await refused(store, numbered(MAX_APPEND_EVENTS + 1), status=413)

    async def test_a_line_has_at_most_960_kib(self, store: EventStore) -> None:
        probe = await store.append([new_event("large", "")])
        empty = (await store.read(after=probe.first - 1, limit=1)).lines[0]
        digits_bytes = sum(len(str(number)) for number in (probe.first, probe.first, probe.first - 1))
        for size_bytes, fits in ((MAX_LINE_BYTES - 1, True), (MAX_LINE_BYTES, True), (MAX_LINE_BYTES + 1, False)):
            position = (await store.head()).position + 1
            more_digits = sum(len(str(number)) for number in (position, position, position - 1)) - digits_bytes
            event = new_event("large", "x" * (size_bytes - len(empty) - more_digits))
            if fits:
                await store.append([event])
                assert len((await store.read(after=position - 1, limit=1)).lines[0]) == size_bytes
            else:
                await refused(store, [event], status=413)

    async def test_an_append_has_at_most_8_mib(self, store: EventStore) -> None:
        events = [new_event("large", "🌍" * 235_000) for _ in range(9)]
        await refused(store, events, status=413)

    async def test_tags_are_at_most_16_of_at_most_128_characters(self, store: EventStore) -> None:
        longest = "t:" + "v" * (MAX_TAG_CHARACTERS - 2)
        tags = [longest, *(f"t{number}:v" for number in range(MAX_TAGS - 1))]
        result = await store.append([new_event("said", 1, tags)])
        (event,) = (await store.read(after=result.first - 1, limit=1)).events
        assert event.tags == tuple(tags)
        assert (await store.append([new_event("said", 1, tags[1:])])).first > result.last
        await refused(store, [new_event("said", 1, [*tags, "one:more"])])

    async def test_a_type_has_at_most_128_characters(self, store: EventStore) -> None:
        for count in (MAX_TYPE_CHARACTERS - 1, MAX_TYPE_CHARACTERS):
            result = await store.append([new_event("t" * count, 1)])
            (event,) = (await store.read(after=result.first - 1, limit=1)).events
            assert event.type == "t" * count
        await refused(store, [new_event("t" * (MAX_TYPE_CHARACTERS + 1), 1)])

    @pytest.mark.parametrize(
        ("most", "make"),
        [
            (MAX_CONDITION_ITEMS, lambda count: fails_if(*[ConditionItem(tags=("no:such",))] * count)),
            (
                MAX_CONDITION_TYPES,
                lambda count: fails_if(ConditionItem(types=tuple(f"no.such_{n}" for n in range(count)))),
            ),
        ],
        ids=["items", "types of an item"],
    )
    async def test_a_condition_is_bounded(self, store: EventStore, most: int, make: object) -> None:
        assert callable(make)
        for count in (most - 1, most):
            assert not (await store.append(numbered(1), make(count))).replayed
        await refused(store, numbered(1), make(most + 1))

    async def test_a_negative_after_is_refused(self, store: EventStore) -> None:
        await refused(store, numbered(1), fails_if(ConditionItem(after=-1)))

    async def test_a_refusal_names_its_place(self, store: EventStore) -> None:
        error = await refused(store, [new_event("said", 1), new_event("Not a type", 2)])
        assert "events[1].type" in error.problem.at + error.problem.detail
        error = await refused(store, [new_event("said", 1), new_event("said", 2, ["a:b", "no value"])])
        assert "events[1].tags" in error.problem.at + error.problem.detail
