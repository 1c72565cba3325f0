"""UUID version 7 (RFC 9562, section 5.7): time in milliseconds, its fraction in 12 bits, 62 random bits."""

import os
from collections.abc import Callable, Sequence
from typing import Final

NewIds = Callable[[int, int], Sequence[str]]
"""So many new ids for a time in microseconds since 1970."""

_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_CHANCE_BYTES: Final = 8
_CHANCE_DIGITS: Final = 2 * _CHANCE_BYTES


def uuid7(microseconds: int) -> str:
    """A new id for this time (microseconds since 1970), in canonical lower case.

    Ids of one time are in no order: the log's order is the position.
    """
    return new_uuids(microseconds, 1)[0]


def new_uuids(microseconds: int, count: int) -> list[str]:
    """As many of `uuid7`, at the price of one system call."""
    milliseconds, fraction = divmod(microseconds, 1_000)
    time = f"{milliseconds:012x}"
    front = f"{time[:8]}-{time[8:]}-7{fraction * 4_096 // 1_000:03x}-"
    chance = os.urandom(_CHANCE_BYTES * count).hex()
    return [
        f"{front}{_VARIANT[chance[at]]}{chance[at + 1 : at + 4]}-{chance[at + 4 : at + _CHANCE_DIGITS]}"
        for at in range(0, len(chance), _CHANCE_DIGITS)
    ]
