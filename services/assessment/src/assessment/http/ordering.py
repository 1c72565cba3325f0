"""The order in which one candidate sees questions and options: fixed by a seed, and blind to what is right."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

SEED_BITS: Final = 53
"""A number that every reader of JSON keeps exactly."""

T = TypeVar("T")


def seed_of(sitting_id: str) -> int:
    """Give the seed that a sitting starts with, known before it does: what is seen at once keeps its order."""
    digest = hashlib.sha256(f"order\n{sitting_id}".encode()).digest()
    return int.from_bytes(digest[:8]) >> (64 - SEED_BITS)


def shuffled(items: Sequence[T], seed: int, name: str, identity: Callable[[T], str]) -> tuple[T, ...]:
    """Order items by a hash of seed, name and id: the same on every call, in every process."""

    def place(item: T) -> bytes:
        return hashlib.sha256(f"{seed}\n{name}\n{identity(item)}".encode()).digest()

    return tuple(sorted(items, key=place))
