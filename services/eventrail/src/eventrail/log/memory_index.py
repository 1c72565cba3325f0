"""The index in memory: arrays of positions and offsets, rebuilt from the segments at every start."""

from array import array
from bisect import bisect_right
from itertools import accumulate, islice

from eventrail.log.index import NOWHERE, IndexDelta, Postings, Range, SortedPostings


class MemoryIndex:
    """An `Index` of some 200 bytes an event."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._types: dict[str, array[int]] = {}
        self._tags: dict[str, array[int]] = {}
        self._segments: list[int] = []
        # For each segment, where its lines begin, and at the end where the last one ends.
        self._offsets: list[array[int]] = []

    def absorb(self, delta: IndexDelta, segment: int, offset: int) -> None:
        if not self._segments or self._segments[-1] != segment:
            self._offsets.append(array("Q", [offset]))
            self._segments.append(segment)
        offsets = self._offsets[-1]
        assert offsets[-1] == offset, "lines follow each other without a gap"
        offsets.extend(islice(accumulate(delta.lengths, initial=offset), 1, None))
        _extend(self._types, delta.types)
        _extend(self._tags, delta.tags)
        self._ids.update(delta.ids)

    def position_of(self, event_id: str) -> int | None:
        return self._ids.get(event_id)

    def typed(self, event_type: str) -> Postings:
        positions = self._types.get(event_type)
        return NOWHERE if positions is None else SortedPostings(positions)

    def tagged(self, tag: str) -> Postings:
        positions = self._tags.get(tag)
        return NOWHERE if positions is None else SortedPostings(positions)

    def ranges(self, first: int, last: int) -> list[Range]:
        found = []
        while first <= last:
            number = bisect_right(self._segments, first) - 1
            segment, offsets = self._segments[number], self._offsets[number]
            end = min(last - segment + 1, len(offsets) - 1)
            begin = first - segment
            found.append(
                Range(segment, offsets[begin], offsets[end] - offsets[begin], first=first, last=segment + end - 1)
            )
            first = segment + end
        return found

    def events_by_type(self) -> dict[str, int]:
        return {event_type: len(positions) for event_type, positions in sorted(self._types.copy().items())}


def _extend(known: "dict[str, array[int]]", new: dict[str, list[int]]) -> None:
    for key, positions in new.items():
        held = known.get(key)
        if held is None:
            known[key] = array("Q", positions)
        else:
            held.extend(positions)
