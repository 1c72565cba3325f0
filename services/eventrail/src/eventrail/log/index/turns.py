"""Long work beside the event loop, in turns of a fraction of a millisecond: others want the interpreter too."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

Rest = Callable[[int], None]
"""Told now and then how many items were done since: it returns when the work may go on."""

TURN_ITEMS: Final = 512


def in_turns(items: Sequence[Item], rest: Rest) -> Iterator[Sequence[Item]]:
    """The items in parts, with a chance to rest behind each."""
    for begin in range(0, len(items), TURN_ITEMS):
        part = items[begin : begin + TURN_ITEMS]
        yield part
        rest(len(part))


def no_rest(_items: int) -> None:
    """For work that somebody waits for."""
