"""The audit trail over the in-memory log: whose, from where, by whom, about what, and how far one request looks."""

import uuid
from typing import Any

import msgspec
import pytest

from assessment.app.audit import MAX_LOOKED_AT, READ_EVENTS, AuditAsked, audit_page
from assessment.app.errors import LogUnavailable
from assessment.app.read_records import ReadRecords
from assessment.domain.decision import Reason, Refused
from contracts.append import NewEvent
from contracts.assessment.audit import AuditPage
from eventrail_client.errors import Unavailable
from eventrail_client.memory import MemoryEventStore

E, OTHER = "employer:e1", "employer:e2"


def an_event(*tags: str, actor: str | None = "a", type: str = "x.done") -> NewEvent:  # noqa: A002 (the event's word)
    meta = {} if actor is None else {"key": str(uuid.uuid4()), "fingerprint": "", "actor": actor}
    return NewEvent(
        data=msgspec.Raw(b'{"secret":1}'), type=type, tags=tags, meta=msgspec.Raw(msgspec.json.encode(meta))
    )


async def a_log(*events: NewEvent) -> MemoryEventStore:
    store = MemoryEventStore()
    for first in range(0, len(events), 1000):
        await store.append(events[first : first + 1000])
    return store


async def page(store: MemoryEventStore, after: int = 0, limit: int = 50, **more: str) -> AuditPage:
    return await audit_page(store, AuditAsked("e1", after, limit, **more))


def positions(found: AuditPage) -> list[int]:
    return [entry.position for entry in found.items]


async def test_an_entry_says_who_did_what_to_which_and_nothing_of_the_data() -> None:
    store = await a_log(an_event(E, "assessment:a1", "invite:i1", actor="employer:e1/key:k1", type="invite.created"))
    (entry,) = (await page(store)).items
    assert (entry.position, entry.type, entry.actor) == (1, "invite.created", "employer:e1/key:k1")
    assert (entry.resources, entry.outcome) == (("assessment:a1", "invite:i1"), "done")
    assert "secret" not in msgspec.json.encode(entry).decode()


async def test_only_the_employers_own_events_are_there() -> None:
    store = await a_log(an_event(E), an_event(OTHER), an_event("employer:e11"), an_event(E), an_event())
    assert positions(await page(store)) == [1, 4]


async def test_an_event_of_another_service_has_no_actor() -> None:
    store = await a_log(an_event(E, actor=None), an_event(E))
    assert [entry.actor for entry in (await page(store)).items] == ["", "a"]
    assert positions(await page(store, actor="a")) == [2]


@pytest.mark.parametrize(("limit", "expected"), [(2, [[1, 2], [3]]), (3, [[1, 2, 3]]), (4, [[1, 2, 3]])])
async def test_pages_go_on_to_the_end_of_the_log(limit: int, expected: list[list[int]]) -> None:
    store = await a_log(*[an_event(E)] * 3)
    seen, after = [], 0
    while True:
        found = await page(store, after, limit)
        seen.append(positions(found))
        if found.next_after is None:
            break
        after = found.next_after
    assert seen == expected


async def test_a_resource_and_an_actor_narrow_it() -> None:
    store = await a_log(
        an_event(E, "key:k"), an_event(E, actor="b"), an_event(E, "key:k", actor="b"), an_event(OTHER, "key:k")
    )
    assert positions(await page(store, resource="key:k")) == [1, 3]
    assert positions(await page(store, actor="b")) == [2, 3]
    assert positions(await page(store, resource="key:k", actor="b")) == [3]
    assert (await page(store, actor="nobody")).next_after is None


@pytest.mark.parametrize("before", [MAX_LOOKED_AT - 1, MAX_LOOKED_AT, MAX_LOOKED_AT + 1])
async def test_one_request_looks_at_so_many_events_for_an_actor(before: int) -> None:
    assert MAX_LOOKED_AT % READ_EVENTS == 0
    store = await a_log(*[an_event(E)] * before, an_event(E, actor="rare"))
    first = await page(store, actor="rare")
    if before < MAX_LOOKED_AT:
        assert (positions(first), first.next_after) == ([before + 1], None)
        return
    assert (positions(first), first.next_after) == ([], MAX_LOOKED_AT)
    assert positions(await page(store, MAX_LOOKED_AT, actor="rare")) == [before + 1]


async def test_a_position_that_the_log_has_not_reached_is_refused() -> None:
    store = await a_log(an_event(E))
    assert positions(await page(store, 1)) == []
    with pytest.raises(Refused) as caught:
        await page(store, 2)
    assert (caught.value.refusal.reason, caught.value.refusal.at) == (Reason.MALFORMED, "after")


async def test_what_can_not_be_read_or_recorded_is_said() -> None:
    class Gone(MemoryEventStore):
        async def read(self, **_: Any) -> Any:
            raise Unavailable("it is gone")

        async def append(self, *_: Any) -> Any:
            raise Unavailable("it is gone")

    with pytest.raises(LogUnavailable):
        await page(Gone())
    records = ReadRecords(Gone(), _a_pool_that_knows_no_log())
    nothing: Any = None
    with pytest.raises(LogUnavailable):
        await records.record(nothing, nothing)


def _a_pool_that_knows_no_log() -> Any:
    class Pool:
        async def fetchrow(self, *_: Any) -> Any:
            raise Unavailable("it is gone")

    return Pool()
