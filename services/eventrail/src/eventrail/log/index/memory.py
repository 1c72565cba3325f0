"""The index in memory of one segment: the open one, or one that was sealed a moment ago."""

from array import array
from collections.abc import Iterator
from itertools import accumulate, chain, islice

from eventrail.log.index.format import Entries
from eventrail.log.index.key_digests import KeyDigests
from eventrail.log.index.port import NOWHERE, IndexDelta, Postings, Range, SortedPostings
from eventrail.log.index.turns import Rest, in_turns


class MemoryIndex:
    """Some 200 bytes an event. One thread absorbs, any looks up."""

    def __init__(self, first: int) -> None:
        """`first` is the segment's first position."""
        self.first = first
        self.hash = ""
        self._ids: dict[str, int] = {}
        self._types: dict[str, array[int]] = {}
        self._tags: dict[str, array[int]] = {}
        # Where the lines begin, and at the end where the last one ends.
        self._offsets = array("Q", [0])

    @property
    def last(self) -> int:
        return self.first + len(self._offsets) - 2

    @property
    def size_bytes(self) -> int:
        return self._offsets[-1]

    def absorb(self, delta: IndexDelta, offset: int) -> None:
        """Add lines that stand together at `offset`."""
        assert self._offsets[-1] == offset, "lines follow each other without a gap"
        self._offsets.extend(islice(accumulate(delta.lengths, initial=offset), 1, None))
        _extend(self._types, delta.types)
        _extend(self._tags, delta.tags)
        self._ids.update(delta.ids)
        self.hash = delta.hash

    def position_of(self, event_id: str) -> int | None:
        return self._ids.get(event_id)

    def typed(self, event_type: str, _after: int = 0) -> Postings:
        positions = self._types.get(event_type)
        return NOWHERE if positions is None else SortedPostings(positions)

    def tagged(self, tag: str, _after: int = 0) -> Postings:
        positions = self._tags.get(tag)
        return NOWHERE if positions is None else SortedPostings(positions)

    def range(self, first: int, last: int) -> Range:
        """Where the lines `first` to `last` lie, as far as they lie in this segment."""
        last = min(last, self.last)
        begin = self._offsets[first - self.first]
        return Range(self.first, begin, self._offsets[last + 1 - self.first] - begin, first=first, last=last)

    def events_by_type(self) -> dict[str, int]:
        return {event_type: len(positions) for event_type, positions in self._types.copy().items()}

    def entries(self, digests: KeyDigests, rest: Rest) -> Entries:
        """All of it, for the file of a segment that was sealed."""
        id_keys: list[bytes] = []
        # In the order of their positions, in which they were absorbed.
        for ids in in_turns(list(self._ids), rest):
            id_keys += digests.of_ids([event_id.encode("ascii") for event_id in ids])
        return Entries(id_keys, self._subjects(digests, rest), self._offsets, self.events_by_type())

    def _subjects(self, digests: KeyDigests, rest: Rest) -> "Iterator[tuple[bytes, array[int]]]":
        keyed = chain(
            ((digests.of_type(name.encode("ascii")), positions) for name, positions in self._types.items()),
            ((digests.of_tag(name.encode("ascii")), positions) for name, positions in self._tags.items()),
        )
        for key, positions in keyed:
            numbers = array("I")
            for some in in_turns(positions, rest):
                numbers.extend([position - self.first for position in some])
            yield key, numbers


def _extend(known: "dict[str, array[int]]", new: dict[str, list[int]]) -> None:
    for key, positions in new.items():
        held = known.get(key)
        if held is None:
            known[key] = array("Q", positions)
        else:
            held.extend(positions)
