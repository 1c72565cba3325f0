"""A filter over a segment's keys: it says that a key is surely not there, or that it may be.

Each key sets up to six bits of one 64-bit word, so that asking is one look at one word. With 21 to 42 bits a key, one
of some thousand unknown keys is taken for a known one.
"""

from array import array
from struct import iter_unpack
from typing import Final

from eventrail.log.index.key_digests import KEY_BYTES
from eventrail.log.index.turns import Rest, in_turns, no_rest

_KEYS_PER_WORD: Final = 3
_PAIRS: Final = tuple(1 << (number & 63) | 1 << (number >> 6) for number in range(1 << 12))
"""A word with two bits set, by 12 bits of a key."""


def probe(key: bytes) -> tuple[int, int]:
    """The word's number, before it is cut to a filter's size, and the bits that a known key has set in it."""
    bits = int.from_bytes(key[KEY_BYTES - 8 :], "little")
    return bits >> 36, _PAIRS[bits & 4095] | _PAIRS[bits >> 12 & 4095] | _PAIRS[bits >> 24 & 4095]


def filter_words(keys: int) -> int:
    """How many words a filter of so many keys has: a power of two, so that filters of two sizes can be compared."""
    return 1 << (max(keys, 1) // _KEYS_PER_WORD).bit_length()


def form_filter(records: bytes, record_bytes: int, rest: Rest = no_rest) -> "array[int]":
    """The filter of the keys with which records begin."""
    words = array("Q", bytes(8 * filter_words(len(records) // record_bytes)))
    low = len(words) - 1
    shape = f"<{KEY_BYTES - 8}xQ{record_bytes - KEY_BYTES}x"
    for begins in in_turns(range(0, len(records), record_bytes), rest):
        for (bits,) in iter_unpack(shape, records[begins[0] : begins[-1] + record_bytes]):
            words[bits >> 36 & low] |= _PAIRS[bits & 4095] | _PAIRS[bits >> 12 & 4095] | _PAIRS[bits >> 24 & 4095]
    return words


def widened(words: "array[int]", size: int) -> "array[int]":
    """The same filter in `size` words, a multiple of what it has."""
    return words * (size // len(words))
