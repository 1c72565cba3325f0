"""Blocks of lines that closed the chain once, known by digest: the same bytes need not be taken apart again.

A block is read again each time, and its bytes are hashed each time; only the lines in it are not taken apart.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from eventrail.log.index.port import Range

BLOCK_EVENTS: Final = 256
BLOCK_BYTES: Final = 1024 * 1024
"""Of a block that is larger the lines are, too: hashing each of them costs no more."""
BLOCKS_KNOWN: Final = 64 * 1024
"""About 200 bytes of memory each, and together the 16 million events that were read first."""


class SoundBlocks:
    """Any thread asks and adds; a block that nobody has added is unknown, never unsound."""

    def __init__(self, most: int = BLOCKS_KNOWN) -> None:
        self._most = most
        self._digests: dict[int, bytes] = {}

    def holds(self, place: Range, lines: memoryview) -> bool:
        """Whether the place is known, and these are the bytes that closed the chain there."""
        digest = self._digests.get(place.first) if is_block(place) else None
        return digest is not None and digest == sha256(lines).digest()

    def add(self, place: Range, lines: memoryview) -> None:
        """Each of the lines closes; what is no whole block is not kept."""
        if not is_block(place) or place.length > BLOCK_BYTES:
            return
        if place.first not in self._digests and len(self._digests) >= self._most:
            # The latest makes room: a reader of more than can be known still finds what it read first.
            self._digests.popitem()
        self._digests[place.first] = sha256(lines).digest()


def is_block(place: Range) -> bool:
    return place.first % BLOCK_EVENTS == 1 and place.last - place.first + 1 == BLOCK_EVENTS


def next_block(position: int) -> int:
    """Where the next block begins."""
    return position + BLOCK_EVENTS - (position - 1) % BLOCK_EVENTS


def tile(place: Range, parts: Sequence[Range]) -> bool:
    """Whether the parts are the whole range, one behind the other."""
    offset, position = place.offset, place.first
    for part in parts:
        if (part.segment, part.offset, part.first) != (place.segment, offset, position):
            return False
        offset, position = offset + part.length, part.last + 1
    return (offset, position) == (place.offset + place.length, place.last + 1)
