"""Pages of stored lines: a page without a filter is one read where its lines lie in one segment."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from eventrail.log.events import Page, Query
from eventrail.log.index.port import Index, Range
from eventrail.log.limits import PAGE_BYTES, PAGE_EVENTS
from eventrail.log.matching import Matcher
from eventrail.log.segments import Segments
from eventrail.log.sound_blocks import BLOCK_EVENTS, next_block


def read_page(query: Query, head: int, index: Index, segments: Segments) -> Page:
    """A page of the log as it was at `head`; raises `RangeDamaged` for what can't be served."""
    upto = head if query.before is None else min(head, query.before - 1)
    limit = max(1, min(query.limit, PAGE_EVENTS))
    choose = _filtered if query.types or query.tags else _unfiltered
    positions, complete = choose(query, upto, limit, index)
    ranges = (found for first, last in _runs(positions) for found in index.ranges(first, last))
    lines = b"".join([segments.read(found, _blocks(found, index)) for found in ranges])
    if query.backward:
        positions, lines = positions[::-1], _reversed_lines(lines)
    first, last = (positions[0], positions[-1]) if positions else (0, 0)
    end = query.after + 1 if query.backward else max(query.after, upto)
    return Page(lines, len(positions), first, last, end if complete else last, head)


def _unfiltered(query: Query, upto: int, limit: int, index: Index) -> tuple[Sequence[int], bool]:
    """The page's positions, ascending, and whether there is nothing more to look at."""
    candidates = range(query.after + 1, upto + 1)
    if query.backward:
        latest = candidates[-limit:]
        surplus = bisect_right(latest, -PAGE_BYTES - 1, key=lambda first: -_size(index, first, upto))
        taken = latest[surplus:]
    else:
        earliest = candidates[:limit]
        taken = earliest[: bisect_right(earliest, PAGE_BYTES, key=lambda last: _size(index, query.after + 1, last))]
    return taken, len(taken) == len(candidates)


def _filtered(query: Query, upto: int, limit: int, index: Index) -> tuple[Sequence[int], bool]:
    positions: list[int] = []
    size_bytes = 0
    for position in _matches(query, upto, index):
        size_bytes += _size(index, position, position)
        if len(positions) == limit or size_bytes > PAGE_BYTES:
            return positions[::-1] if query.backward else positions, False
        positions.append(position)
    return positions[::-1] if query.backward else positions, True


def _matches(query: Query, upto: int, index: Index) -> Iterator[int]:
    matcher = Matcher(index, query.types, query.tags, query.after)
    if query.backward:
        while position := matcher.latest(query.after, upto):
            yield position
            upto = position - 1
    else:
        after = query.after
        while position := matcher.earliest(after, upto):
            yield position
            after = position


def _size(index: Index, first: int, last: int) -> int:
    return sum(found.length for found in index.ranges(first, last))


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending positions as runs without a gap, so that neighbours are read together."""
    if not positions:
        return
    if positions[-1] - positions[0] + 1 == len(positions):
        yield positions[0], positions[-1]
        return
    first = previous = positions[0]
    for position in positions[1:]:
        if position != previous + 1:
            yield first, previous
            first = position
        previous = position
    yield first, previous


def _blocks(place: Range, index: Index) -> list[Range]:
    """The parts of a range, cut where blocks begin; none where it is too short to hold a whole one."""
    if place.last - place.first + 1 < BLOCK_EVENTS:
        return []
    parts, first = [], place.first
    while first <= place.last:
        following = min(next_block(first), place.last + 1)
        parts += index.ranges(first, following - 1)
        first = following
    return parts


def _reversed_lines(lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in reversed(lines.split(b"\n")[:-1]))
