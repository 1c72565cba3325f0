"""Positions over several segments, each of which is asked only when the one before it had no answer."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from eventrail.log.index.port import Postings


class SegmentedPostings:
    """Ascending positions by segment, for one thread; a segment is opened when it is first asked."""

    __slots__ = ("_firsts", "_opened", "_openers")

    def __init__(self, members: Sequence[tuple[int, Callable[[], Postings]]]) -> None:
        """`members` are the first positions of segments, ascending, each with what opens its postings."""
        self._firsts = [first for first, _ in members]
        self._openers = [opener for _, opener in members]
        self._opened: dict[int, Postings] = {}

    def floor(self, position: int) -> int:
        for number in range(bisect_right(self._firsts, position) - 1, -1, -1):
            if found := self._member(number).floor(position):
                return found
        return 0

    def ceiling(self, position: int) -> int | None:
        for number in range(max(bisect_right(self._firsts, position) - 1, 0), len(self._firsts)):
            if found := self._member(number).ceiling(position):
                return found
        return None

    def _member(self, number: int) -> Postings:
        postings = self._opened.get(number)
        if postings is None:
            postings = self._opened[number] = self._openers[number]()
        return postings
