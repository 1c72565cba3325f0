"""The index's port: where lines lie, and at which positions an id, a type or a tag stands."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Postings(Protocol):
    """Ascending positions."""

    def floor(self, position: int) -> int:
        """The greatest at or below `position`; 0 if there is none."""
        ...

    def ceiling(self, position: int) -> int | None:
        """The least at or above `position`."""
        ...


class Lookup(Protocol):
    """Positions by what an event is about: all beyond `after`, and of those before it none, some or all."""

    def typed(self, event_type: str, after: int = 0) -> Postings: ...
    def tagged(self, tag: str, after: int = 0) -> Postings: ...


@dataclass(frozen=True, slots=True)
class Range:
    """Lines `first` to `last`, without a gap in one segment (named by its first position)."""

    segment: int
    offset: int
    length: int
    first: int
    last: int


class Index(Lookup, Protocol):
    """Acceleration, never the truth: what it holds can be read again from the segments.

    One thread absorbs; any thread looks up. A reader asks for nothing above the head that it has seen, so what is
    absorbed and not yet durable is invisible to it.
    """

    def absorb(self, delta: "IndexDelta", segment: int, offset: int) -> None:
        """Add lines that stand together at `offset` of a segment, after all lines added before."""
        ...

    def position_of(self, event_id: str) -> int | None: ...

    def ranges(self, first: int, last: int) -> list[Range]:
        """Where the lines `first` to `last` lie, in order; each range is one read."""
        ...

    def events_by_type(self) -> dict[str, int]: ...

    @property
    def waiting(self) -> int:
        """How many sealed segments are still in memory; whoever commits holds this down by `maintain`."""
        ...

    def maintain(self) -> bool:
        """Do one bounded piece of what waits, in any thread; says whether more can be done now."""
        ...

    def close(self) -> None: ...


class SortedPostings:
    """Postings over any ascending sequence, which may grow at its end meanwhile."""

    __slots__ = ("_positions",)

    def __init__(self, positions: Sequence[int]) -> None:
        self._positions = positions

    def floor(self, position: int) -> int:
        count = bisect_right(self._positions, position)
        return self._positions[count - 1] if count else 0

    def ceiling(self, position: int) -> int | None:
        # The length is read before: what is appended meanwhile is above every head that a reader has seen.
        length = len(self._positions)
        index = bisect_left(self._positions, position, 0, length)
        return self._positions[index] if index < length else None


NOWHERE = SortedPostings(())


class Subject(Protocol):
    """What an event is about."""

    @property
    def type(self) -> str: ...
    @property
    def tags(self) -> Iterable[str]: ...


class IndexDelta:
    """The index's growth by lines that stand together; it answers for them until they are absorbed.

    `hash` is the last line's.
    """

    def __init__(self) -> None:
        self.hash = ""
        self.ids: dict[str, int] = {}
        self.types: defaultdict[str, list[int]] = defaultdict(list)
        self.tags: defaultdict[str, list[int]] = defaultdict(list)
        self.lengths: list[int] = []

    def extend(self, first: int, ids: Sequence[str], subjects: Sequence[Subject], lengths: Sequence[int]) -> None:
        """Add lines that follow each other from position `first` on."""
        self.lengths += lengths
        positions, types, tags = self.ids, self.types, self.tags
        for position, (event_id, subject) in enumerate(zip(ids, subjects, strict=True), first):
            positions[event_id] = position
            types[subject.type].append(position)
            for tag in subject.tags:
                held = tags[tag]
                if not held or held[-1] != position:
                    held.append(position)

    def typed(self, event_type: str, _after: int = 0) -> Postings:
        positions = self.types.get(event_type)
        return SortedPostings(positions) if positions else NOWHERE

    def tagged(self, tag: str, _after: int = 0) -> Postings:
        positions = self.tags.get(tag)
        return SortedPostings(positions) if positions else NOWHERE
