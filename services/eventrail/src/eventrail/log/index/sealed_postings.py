"""A list of positions in a sealed segment's index, read block by block."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from eventrail.log.index.blocks import BLOCK_BYTES

_PER_BLOCK: Final = BLOCK_BYTES // 4


class SealedPostings:
    """Ascending positions, kept as line numbers of 4 bytes behind their count; for one thread.

    A block stays at hand, since who asks goes on nearby.
    """

    __slots__ = ("_begin", "_block", "_end", "_entries", "_first_position", "_read")

    def __init__(self, first_position: int, start: int, read: Callable[[int], bytes]) -> None:
        self._first_position = first_position
        self._read = read
        self._block = -1
        self._take(start // _PER_BLOCK)
        self._begin = start + 1
        self._end = self._begin + self._entries[start % _PER_BLOCK]

    def floor(self, position: int) -> int:
        place = self._place_above(position - self._first_position)
        return self._first_position + self._entry(place - 1) if place > self._begin else 0

    def ceiling(self, position: int) -> int | None:
        place = self._place_above(position - self._first_position - 1)
        return self._first_position + self._entry(place) if place < self._end else None

    def _place_above(self, number: int) -> int:
        """The place of the first entry above a line's number; the list's end where there is none."""
        low, high = self._bounds()
        if not (low < high and self._entries[low] <= number < self._entries[high - 1]):
            first, last = self._begin // _PER_BLOCK, (self._end - 1) // _PER_BLOCK
            self._take(first + bisect_right(range(first + 1, last + 1), number, key=self._first_entry))
            low, high = self._bounds()
        return self._block * _PER_BLOCK + bisect_right(self._entries, number, low, high)

    def _bounds(self) -> tuple[int, int]:
        """Where in the block at hand the list begins and ends."""
        origin = self._block * _PER_BLOCK
        return max(self._begin - origin, 0), min(self._end - origin, len(self._entries))

    def _entry(self, place: int) -> int:
        self._take(place // _PER_BLOCK)
        return self._entries[place % _PER_BLOCK]

    def _first_entry(self, block: int) -> int:
        self._take(block)
        return self._entries[0]

    def _take(self, block: int) -> None:
        if block != self._block:
            self._entries = memoryview(self._read(block)).cast("I")
            self._block = block
