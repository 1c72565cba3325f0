"""Whether stored lines close the chain of hashes, a line at a time: what is asked of every line that is served."""

from hashlib import sha256
from typing import Final

from eventrail.log.line import HASH_SUFFIX_BYTES

LINK_BYTES: Final = HASH_SUFFIX_BYTES + 1
"""The end of a line that holds its hash, with the newline."""


def stated_hash(link: bytes) -> bytes:
    """The hash that stands in the last `LINK_BYTES` of a line; of other bytes, nothing that a line can close over."""
    return link[9:-3] if link.startswith(b',"hash":"') and link.endswith(b'"}\n') else b""


def first_open_line(previous_hash: bytes, lines: bytes, first_position: int, count: int) -> tuple[int, int] | None:
    """The number (from 0) and the offset of the first line that does not close; None where all `count` lines do.

    Each hash is taken over the hash that the line before states. That the first line has its position in it gives the
    others theirs.
    """
    if not lines.startswith(b'{"position":%d,' % first_position):
        return 0, 0
    number = offset = 0
    for line in lines.split(b"\n")[:-1]:
        stated = sha256(previous_hash + line[:-HASH_SUFFIX_BYTES]).hexdigest().encode()
        if not line.endswith(b',"hash":"' + stated + b'"}'):
            return number, offset
        previous_hash = stated
        number += 1
        offset += len(line) + 1
    return None if number == count and offset == len(lines) else (number, offset)
