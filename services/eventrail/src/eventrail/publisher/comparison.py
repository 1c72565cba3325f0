"""The stream held against the log: what a publisher has to do next. Pure; everything it knows comes in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

HASH_CHARACTERS: Final = 64
_HASH: Final = slice(-HASH_CHARACTERS - 2, -2)


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """A stream's state; `last_*` are of its last message and empty where it has none.

    `differing_settings`: names of the settings that are not as they must be.
    """

    first: int
    last: int
    count: int
    last_log_id: str = ""
    last_hash: str = ""
    differing_settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogFacts:
    """`hash_at` gives a line's hash; None where the log has no such position."""

    log_id: str
    head: int
    hash_at: Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class GoOn:
    """The stream holds the log's events up to `position`."""

    position: int


@dataclass(frozen=True, slots=True)
class Refill:
    """The stream can't become a copy by going on: it is to be deleted, made again and filled from the log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Beyond:
    """The stream has seen events of this very log that the log does not hold: appends must stop."""

    reason: str


Verdict = GoOn | Refill | Beyond


def compare(stream: StreamFacts, log: LogFacts) -> Verdict:
    """What is to be done with an existing stream.

    Purging keeps the last sequence and deleting single messages keeps both ends, so the count is part of the proof.
    """
    if stream.count == 0:
        return GoOn(0) if stream.last == 0 else Refill(f"purged up to {stream.last}")
    if stream.last_log_id != log.log_id:
        return Refill("it holds another log")
    if stream.last > log.head:
        return Beyond(f"the stream has seen position {stream.last}, the log ends at {log.head}")
    if stream.last_hash != log.hash_at(stream.last):
        return Beyond(f"the stream has seen another event at position {stream.last} than the log holds")
    if stream.first != 1 or stream.count != stream.last:
        return Refill(f"it holds {stream.count} messages from {stream.first} to {stream.last}")
    return GoOn(stream.last)


def hash_of(line: bytes) -> str:
    """The hash at the end of a line (without its line feed)."""
    return line[_HASH].decode("ascii", "replace")
