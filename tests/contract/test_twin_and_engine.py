"""The twin in memory held against the engine itself, on random histories and random JSON."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from eventrail.log import events as engine
from eventrail.log.admission import check_append, compact_json
from eventrail.log.errors import LogError, Malformed
from eventrail.log.log import Log
from eventrail_client import (
    Condition,
    ConditionFailed,
    ConditionItem,
    IdReused,
    MemoryEventStore,
    NewEvent,
    Rejected,
)
from eventrail_client.json_text import NotJson, compact
from tests.kit.logs import HastyFiles

STEPS = 150
TYPES = ("a", "b.c")
TAGS = ("x:1", "x:2", "y:1")


@contextmanager
def opened(directory: Path) -> Iterator[Log]:
    log = Log.open(directory, files=HastyFiles())
    try:
        yield log
    finally:
        log.close()


def random_event(dice: random.Random) -> NewEvent:
    return NewEvent(
        data=msgspec.Raw(dice.choice((b"1", b"[ 1 ]", '"🌍"'.encode()))),
        type=dice.choice(TYPES),
        tags=tuple(sorted(dice.sample(TAGS, dice.randint(0, 2)))),
        id=str(UUID(int=dice.randint(1, 40))),
    )


def random_items(dice: random.Random, head: int) -> tuple[ConditionItem, ...]:
    return tuple(
        ConditionItem(
            types=tuple(dice.sample(TYPES, dice.randint(0, 1))),
            tags=tuple(dice.sample(TAGS, dice.randint(0, 2))),
            after=max(0, head + dice.randint(-6, 1)),
        )
        for _ in range(dice.choice((0, 0, 1, 2)))
    )


def by_engine(log: Log, events: list[NewEvent], items: tuple[ConditionItem, ...]) -> object:
    """What the engine answers, in short."""
    append = engine.Append(
        tuple(
            engine.NewEvent(event.type, event.tags, compact_json(bytes(event.data)), event.id, b"{}")
            for event in events
        ),
        tuple(engine.ConditionItem(item.types, item.tags, item.after) for item in items),
    )
    try:
        check_append(append)
    except Malformed:
        return "refused"
    (outcome,) = log.commit([append])
    match outcome:
        case engine.Appended(first=first, last=last):
            return (first, last, False)
        case engine.Replayed(first=first, last=last):
            return (first, last, True)
        case engine.IdReused(id=event_id, position=position):
            return (event_id, position)
        case engine.ConditionFailed(position=position):
            return position
        case _:
            return "refused"


async def by_twin(store: MemoryEventStore, events: list[NewEvent], items: tuple[ConditionItem, ...]) -> object:
    """The same of the twin."""
    try:
        result = await store.append(events, Condition(items) if items else None)
    except IdReused as error:
        return (error.id, error.position)
    except ConditionFailed as error:
        return error.position
    except Rejected:
        return "refused"
    return (result.first, result.last, result.replayed)


@pytest.mark.parametrize("seed", range(8))
async def test_a_random_history_is_answered_alike(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    store = MemoryEventStore()
    answers: list[object] = []
    past: list[tuple[list[NewEvent], tuple[ConditionItem, ...]]] = []
    with opened(tmp_path / "log") as log:
        for _ in range(STEPS):
            if past and dice.random() < 0.3:
                events, items = dice.choice(past)
            else:
                events = [random_event(dice) for _ in range(dice.randint(1, 3))]
                items = random_items(dice, log.head.position)
                past.append((events, items))
            answer = by_engine(log, events, items)
            assert await by_twin(store, events, items) == answer
            answers.append(answer)
            await same_page(dice, log, store)
        assert (await store.head()).position == log.head.position
    kinds = {answer[-1] if isinstance(answer, tuple) and len(answer) == 3 else type(answer) for answer in answers}
    assert kinds == {True, False, int, str, tuple}, "control: every kind of answer was given"


async def same_page(dice: random.Random, log: Log, store: MemoryEventStore) -> None:
    head = log.head.position
    after, limit = dice.randint(0, head), dice.randint(1, 12)
    before = dice.choice((None, dice.randint(0, head + 3)))
    types, tags = tuple(dice.sample(TYPES, dice.randint(0, 2))), tuple(dice.sample(TAGS, dice.randint(0, 2)))
    backward = dice.random() < 0.5
    by_log = log.page(engine.Query(after, before, limit, types, tags, backward))
    page = await store.read(after=after, before=before, limit=limit, types=types, tags=tags, backward=backward)
    found = [msgspec.json.decode(line)["position"] for line in by_log.lines.splitlines()]
    assert [event.position for event in page.events] == found
    assert (page.scanned, page.head) == (by_log.scanned, by_log.head)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [*b'[]{}",:\\u/ \n\t-+.eE019tfn', *"🌍é".encode(), 0xD8, 0xFF, 0x00],
)
# surrogates are no text, but their escapes are what a client may send
ESCAPES = st.lists(st.sampled_from([rb"\ud83c", rb"\udf0d", rb"\\", rb"\u0000", b"a", "🌍".encode()])).map(
    lambda parts: b'"' + b"".join(parts) + b'"'
)


def compacted_by_engine(raw: bytes) -> bytes | None:
    try:
        return compact_json(raw)
    except LogError:
        return None


def compacted_by_twin(raw: bytes) -> bytes | None:
    try:
        return compact(raw)
    except NotJson:
        return None


@settings(deadline=None, derandomize=True)
@given(JSON, st.integers(0, 3))
def test_json_is_made_compact_alike(value: object, indent: int) -> None:
    raw = msgspec.json.format(msgspec.json.encode(value), indent=indent)
    assert compacted_by_twin(raw) == compacted_by_engine(raw) == msgspec.json.encode(value)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(PIECES, max_size=12).map(bytes) | ESCAPES)
def test_what_is_no_json_is_refused_alike(raw: bytes) -> None:
    assert compacted_by_twin(raw) == compacted_by_engine(raw)
