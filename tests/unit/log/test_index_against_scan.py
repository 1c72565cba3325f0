"""The index answers what a scan over all events answers, whatever the events and the question."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings, strategies as st

from eventrail.log.events import Append, ConditionItem, NewEvent, Query
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.port import IndexDelta, Lookup
from eventrail.log.log import Log
from eventrail.log.matching import Matcher
from eventrail.log.options import Options
from tests.kit.indexed_logs import index_of
from tests.kit.logs import HastyFiles, open_log
from tests.kit.properties import PROPERTY

TYPES = ["a", "b", "c"]
TAGS = ["t:1", "t:2", "u:1", "u:2"]


@dataclass(frozen=True)
class Stored:
    position: int
    type: str
    tags: tuple[str, ...]


EVENTS = st.lists(st.tuples(st.sampled_from(TYPES), st.lists(st.sampled_from(TAGS), max_size=3)), max_size=45).map(
    lambda found: [Stored(n, kind, tuple(tags)) for n, (kind, tags) in enumerate(found, 1)]
)
PIECES = st.integers(0, 45)
"""How often the index is maintained, so that part of it is in memory, part in files, and some filters in a group."""
SOME_TYPES = st.lists(st.sampled_from([*TYPES, "absent"]), max_size=3)
SOME_TAGS = st.lists(st.sampled_from([*TAGS, "absent:1"]), max_size=3)


def matches(event: Stored, types: list[str], tags: list[str]) -> bool:
    return (not types or event.type in types) and set(tags) <= set(event.tags)


def indexed(events: list[Stored]) -> tuple[MemoryIndex, IndexDelta]:
    index, delta = MemoryIndex(1), IndexDelta()
    delta.extend(1, [str(event.position) for event in events], events, [10] * len(events))
    index.absorb(delta, 0)
    return index, delta


def stored(directory: Path, events: list[Stored], pieces: int) -> Log:
    """A log in which each segment holds one or two of these events; so many pieces of its index are worked off."""
    log = open_log(directory, Options(segment_bytes=500, extend_bytes=0, reserve_bytes=0), files=HastyFiles())
    for e in events:
        log.commit([Append((NewEvent(e.type, e.tags, b"%d" % e.position),))])
        if e.position <= pieces:
            index_of(log).maintain()
    return log


@PROPERTY
@given(EVENTS, SOME_TYPES, SOME_TAGS, st.integers(0, 45), st.integers(0, 45))
def test_matches_from_either_end(
    events: list[Stored], types: list[str], tags: list[str], after: int, upto: int
) -> None:
    upto = min(upto, len(events))
    found = [e.position for e in events if matches(e, types, tags) and after < e.position <= upto]
    lookup: Lookup
    for lookup in indexed(events):
        matcher = Matcher(lookup, types, tags, after)
        assert matcher.latest(after, upto) == max(found, default=0)
        assert matcher.earliest(after, upto) == min(found, default=0)


@settings(PROPERTY, max_examples=25)
@given(EVENTS, st.lists(st.tuples(SOME_TYPES, SOME_TAGS, st.integers(0, 45), st.integers(0, 45)), max_size=20), PIECES)
def test_matches_in_many_segments(
    events: list[Stored], questions: list[tuple[list[str], list[str], int, int]], pieces: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        log = stored(Path(directory), events, pieces)
        for types, tags, after, bound in questions:
            upto = min(bound, len(events))
            found = [e.position for e in events if matches(e, types, tags) and after < e.position <= upto]
            matcher = Matcher(index_of(log), types, tags, after)
            assert matcher.latest(after, upto) == max(found, default=0)
            assert matcher.earliest(after, upto) == min(found, default=0)
        log.close()


@settings(PROPERTY, max_examples=25)
@given(st.integers(1, 80), st.integers(0, 80))
def test_segments_that_end_before_what_is_asked_for_are_left_out(count: int, pieces: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        log = stored(Path(directory), [Stored(n, "a", ("t:1",)) for n in range(1, count + 1)], pieces)
        index = index_of(log)
        for after in range(count):
            (holding,) = {found.segment for found in index.ranges(after + 1, after + 1)}
            in_memory = index._view.memory[0].first if index._view.memory else count + 1
            for postings in (index.typed("a", after), index.tagged("t:1", after)):
                assert postings.ceiling(1) == min(holding, in_memory), "what is in memory costs nothing to ask"
        log.close()


@settings(PROPERTY, max_examples=40)
@given(
    EVENTS,
    SOME_TYPES,
    SOME_TAGS,
    st.integers(0, 45),
    st.none() | st.integers(0, 45),
    st.integers(1, 9),
    st.booleans(),
    PIECES,
)
def test_pages_hold_what_a_scan_finds_and_lead_to_all_of_it(
    events: list[Stored],
    types: list[str],
    tags: list[str],
    after: int,
    before: int | None,
    limit: int,
    backward: bool,  # noqa: FBT001 - hypothesis passes by position
    pieces: int,
) -> None:
    expected = [
        e.position
        for e in events
        if matches(e, types, tags) and e.position > after and (before is None or e.position < before)
    ]
    with tempfile.TemporaryDirectory() as directory:
        log = stored(Path(directory), events, pieces)
        found: list[int] = []
        while True:
            page = log.page(Query(after, before, limit, tuple(types), tuple(tags), backward))
            lines = page.lines.splitlines()
            positions = [int(line.split(b",", 1)[0].removeprefix(b'{"position":')) for line in lines]
            assert (page.count, page.head) == (len(positions), len(events))
            assert page.count <= limit
            assert (page.first, page.last) == ((positions[0], positions[-1]) if positions else (0, 0))
            found += positions
            if not positions:
                break
            if backward:
                before = page.scanned
            else:
                after = page.scanned
        log.close()
    assert found == (expected[::-1] if backward else expected)


@given(EVENTS, st.lists(st.tuples(SOME_TYPES, SOME_TAGS, st.integers(0, 40)), min_size=1, max_size=3), PIECES)
@settings(PROPERTY, max_examples=40)
def test_a_condition_says_what_a_scan_says(
    events: list[Stored], items: list[tuple[list[str], list[str], int]], pieces: int
) -> None:
    items = [(types, tags, min(after, len(events))) for types, tags, after in items]
    latest = max(
        (e.position for e in events for types, tags, after in items if e.position > after and matches(e, types, tags)),
        default=0,
    )
    condition = tuple(ConditionItem(tuple(types), tuple(tags), after) for types, tags, after in items)
    with tempfile.TemporaryDirectory() as directory:
        half = len(events) // 2
        log = stored(Path(directory), events[:half], pieces)
        *_, outcome = log.commit(
            [
                *(Append((NewEvent(e.type, e.tags, b"1"),)) for e in events[half:]),
                Append((NewEvent("event", (), b"1"),), condition),
            ]
        )
        log.close()
    assert getattr(outcome, "position", 0) == latest
