"""Token buckets by name, in this process's memory: exact, bounded, and without a round trip.

A bucket holds as many tokens as a minute may take, and gets them back evenly. Instead of a count, the moment at which
it will be full again is kept, in whole nanoseconds: one number a name, and no rounding that adds up.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MINUTE_NANOSECONDS: Final = 60 * 1_000_000_000
MAX_BUCKETS: Final = 10_000
"""Beyond them the one that was used longest ago is forgotten, and so is full again."""


class TokenBuckets:
    """A bucket for each name. per_minute: its size and what it gets back in a minute; 0 for no limit at all.

    clock: nanoseconds that never go back
    """

    def __init__(self, per_minute: int, clock: Callable[[], int], max_buckets: int = MAX_BUCKETS) -> None:
        self._interval = MINUTE_NANOSECONDS // per_minute if per_minute else 0
        self._room = self._interval * per_minute
        self._clock = clock
        self._max_buckets = max_buckets
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, name: str) -> int:
        """Take a token. 0 where there was one; otherwise the nanoseconds until there is, and nothing was taken."""
        if not self._interval:
            return 0
        now = self._clock()
        full_at = max(now, self._full_at.get(name, now)) + self._interval
        wait = full_at - now - self._room
        if wait > 0:
            self._full_at.move_to_end(name)
            return wait
        self._full_at[name] = full_at
        self._full_at.move_to_end(name)
        while len(self._full_at) > self._max_buckets:
            self._full_at.popitem(last=False)
        return 0

    def give_back(self, name: str) -> None:
        """Undo one `take`."""
        if name in self._full_at:
            self._full_at[name] -= self._interval
