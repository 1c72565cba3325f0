"""The chain of hashes, checked where an event arrives: whoever holds a hash can prove the line after it."""

import hashlib
from typing import Final

HASH_SUFFIX_BYTES: Final = 75
"""`,"hash":"` with 64 hex digits and `"}`: the end of a line, which its own hash does not cover."""


def first_hash(log_id: str) -> str:
    """What stands before the first line: SHA-256 of the log id."""
    return hashlib.sha256(log_id.encode()).hexdigest()


def hash_of(previous_hash: str, covered: bytes) -> str:
    """The hash of a line, from its bytes without the last 75."""
    return hashlib.sha256(previous_hash.encode() + covered).hexdigest()


def closes(previous_hash: str, line: bytes) -> bool:
    """Whether the line (without a line feed) states the hash that follows from the one before it."""
    covered, suffix = line[:-HASH_SUFFIX_BYTES], line[-HASH_SUFFIX_BYTES:]
    return suffix == b',"hash":"%b"}' % hash_of(previous_hash, covered).encode()
