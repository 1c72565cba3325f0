"""The whole index: a file for each sealed segment, memory for the open one, and filters that say where to look."""

import time
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from threading import Lock
from typing import Final

from eventrail.log.errors import RangeDamaged
from eventrail.log.index.filter_group import GROUP_SEGMENTS, FilterGroup
from eventrail.log.index.key_filter import probe
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.port import IndexDelta, Postings, Range
from eventrail.log.index.sealed import SealedIndex
from eventrail.log.index.segmented_postings import SegmentedPostings
from eventrail.log.index.store import IndexStore
from eventrail.log.index.turns import TURN_ITEMS

_Member = tuple[int, Callable[[], Postings]]

CACHED_BLOCKS: Final = 4_096
"""Blocks of 4 KiB that were read and checked, over all segments."""
REST_SECONDS: Final = 0.001
"""Between two turns at the file of a segment that was sealed: some four times as long as one of them."""


@dataclass(frozen=True, slots=True)
class _View:
    """One state of the index: sealed segments in files, then those in memory, the last of which is the open one.

    `groups` hold the filters of the first sealed segments, `filters` those of the rest, each with its segment and the
    number of its last word; `firsts` are the first
    positions of all segments.
    """

    sealed: tuple[SealedIndex, ...] = ()
    groups: tuple[FilterGroup, ...] = ()
    filters: "tuple[tuple[SealedIndex, array[int], int], ...]" = ()
    memory: tuple[MemoryIndex, ...] = ()
    firsts: tuple[int, ...] = ()

    @property
    def grouped(self) -> int:
        """How many sealed segments have their filters in groups."""
        return len(self.groups) * GROUP_SEGMENTS

    def candidates(self, key: bytes, after: int = 0) -> list[SealedIndex]:
        """The sealed segments that may hold a key beyond a position, ascending."""
        passed = bisect_right(self.firsts, after + 1) - 1
        first_group = passed // GROUP_SEGMENTS
        number, mask = probe(key)
        grouped = [
            self.sealed[place]
            for begin, group in enumerate(self.groups[first_group:], first_group)
            for member in group.candidates(number, mask)
            if (place := begin * GROUP_SEGMENTS + member) >= passed
        ]
        filters = self.filters[max(passed - self.grouped, 0) :]
        return grouped + [index for index, words, last in filters if words[number & last] & mask == mask]

    def part_of(self, position: int) -> SealedIndex | MemoryIndex:
        place = bisect_right(self.firsts, position) - 1
        return self.sealed[place] if place < len(self.sealed) else self.memory[place - len(self.sealed)]


class SegmentedIndex:
    """An `Index` whose memory does not grow with the log.

    A lookup sees one view from its beginning to its end; a view is replaced as a whole. Raises `RangeDamaged` where
    both a file of the index and its segment are damaged.
    """

    def __init__(self, store: IndexStore, sealed: Sequence[SealedIndex], opened: MemoryIndex | None = None) -> None:
        self._store = store
        self._digests = store.digests
        self._changing = Lock()
        self._maintaining = Lock()
        self._items_in_turn = 0

        @lru_cache(CACHED_BLOCKS)
        def read(index: SealedIndex, offset: int, length: int) -> bytes:
            return index.block(offset, length)

        self._read = read
        ends = range(GROUP_SEGMENTS, len(sealed) + 1, GROUP_SEGMENTS)
        groups = tuple(store.group(sealed[end - GROUP_SEGMENTS : end]) for end in ends)
        filters = tuple(_filter_of(index) for index in sealed[len(groups) * GROUP_SEGMENTS :])
        memory = (opened,) if opened is not None and opened.size_bytes else ()
        self._view = _View(tuple(sealed), groups, filters, memory, tuple(part.first for part in (*sealed, *memory)))

    def absorb(self, delta: IndexDelta, segment: int, offset: int) -> None:
        memory = self._view.memory
        if memory and memory[-1].first == segment:
            memory[-1].absorb(delta, offset)
            return
        begun = MemoryIndex(segment)
        begun.absorb(delta, offset)
        with self._changing:
            view = self._view
            self._view = replace(view, memory=(*view.memory, begun), firsts=(*view.firsts, segment))

    def position_of(self, event_id: str) -> int | None:
        view = self._view
        for memory in view.memory:
            if (position := memory.position_of(event_id)) is not None:
                return position
        if not view.sealed:
            return None
        key = self._digests.of_id(event_id.encode())
        for index in view.candidates(key):
            if (position := index.position_of(key, self._read)) is not None:
                return position
        return None

    def typed(self, event_type: str, after: int = 0) -> Postings:
        return self._postings(self._digests.of_type, MemoryIndex.typed, event_type, after)

    def tagged(self, tag: str, after: int = 0) -> Postings:
        return self._postings(self._digests.of_tag, MemoryIndex.tagged, tag, after)

    def _postings(
        self, digest: Callable[[bytes], bytes], find: Callable[[MemoryIndex, str], Postings], name: str, after: int
    ) -> Postings:
        """A segment that ends at or before `after` is not asked, nor is its filter."""
        view = self._view
        sealed: list[_Member] = []
        if view.sealed and view.sealed[-1].last > after:
            key = digest(name.encode())
            sealed = [(index.first, partial(index.postings, key, self._read)) for index in view.candidates(key, after)]
        if not sealed and len(view.memory) == 1:
            return find(view.memory[0], name)
        return SegmentedPostings([*sealed, *((part.first, partial(find, part, name)) for part in view.memory)])

    def ranges(self, first: int, last: int) -> list[Range]:
        view = self._view
        found = []
        while first <= last:
            part = view.part_of(first)
            place = part.range(first, last) if isinstance(part, MemoryIndex) else part.range(first, last, self._read)
            found.append(place)
            first = place.last + 1
        return found

    def events_by_type(self) -> dict[str, int]:
        view = self._view
        total: Counter[str] = Counter()
        for index in view.sealed:
            total.update(index.types)
        for memory in view.memory:
            total.update(memory.events_by_type())
        return dict(sorted(total.items()))

    @property
    def waiting(self) -> int:
        return max(len(self._view.memory) - 1, 0)

    def maintain(self) -> bool:
        with self._maintaining:
            try:
                if self.waiting:
                    self._write_down()
                elif len(self._view.filters) >= GROUP_SEGMENTS:
                    self._group()
                else:
                    return self._store_one()
            except RangeDamaged:
                # The scrub tells of it, and a repair makes it whole.
                return False
            view = self._view
            return len(view.memory) > 1 or len(view.filters) >= GROUP_SEGMENTS

    def close(self) -> None:
        for group in self._view.groups:
            group.close()

    def _write_down(self) -> None:
        """The oldest segment that is only in memory gets its file."""
        view = self._view
        index = self._store.write_down(view.memory[0], view.sealed[-1] if view.sealed else None, self._rest)
        words = _filter_of(index)
        with self._changing:
            view = self._view
            self._view = replace(
                view, sealed=(*view.sealed, index), filters=(*view.filters, words), memory=view.memory[1:]
            )

    def _rest(self, items: int) -> None:
        """While no second segment waits there is time, and whoever appends or reads has it first."""
        self._items_in_turn += items
        if self._items_in_turn >= TURN_ITEMS and self.waiting < 2:
            self._items_in_turn = 0
            time.sleep(REST_SECONDS)

    def _group(self) -> None:
        view = self._view
        group = self._store.group(view.sealed[view.grouped : view.grouped + GROUP_SEGMENTS])
        with self._changing:
            view = self._view
            self._view = replace(view, groups=(*view.groups, group), filters=view.filters[GROUP_SEGMENTS:])

    def _store_one(self) -> bool:
        """Write one file that is missing; says whether more are, unless there is no room even for this one."""
        view = self._view
        parts: tuple[SealedIndex | FilterGroup, ...] = (*view.sealed, *view.groups)
        missing = [part for part in parts if not part.stored]
        return bool(missing) and missing[0].store() and len(missing) > 1


def _filter_of(index: SealedIndex) -> "tuple[SealedIndex, array[int], int]":
    words = index.filter()
    return index, words, len(words) - 1
