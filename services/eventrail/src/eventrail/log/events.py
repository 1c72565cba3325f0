"""The values of the engine: what is appended, what an append answers, what is read.

Those that are made for every event or every append are Structs: made in C, and nothing that a collector looks at.
"""

from dataclasses import dataclass

import msgspec

from eventrail.log.damages import Damage


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event to append; `data` and `meta` are compact JSON, as `admission.compact_json` returns it."""

    type: str
    tags: tuple[str, ...]
    data: bytes
    id: str | None = None
    meta: bytes = b"{}"


class ConditionItem(msgspec.Struct, frozen=True, gc=False):
    """Matches an event after `after`, of one of `types` (if any), that carries all `tags` (if any)."""

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: int = 0


class Append(msgspec.Struct, frozen=True, gc=False):
    """Events that are stored all together or not at all, refused if any item of `condition` matches."""

    events: tuple[NewEvent, ...]
    condition: tuple[ConditionItem, ...] = ()


class Appended(msgspec.Struct, frozen=True, gc=False):
    """The events are new and durable, at the positions `first` to `last`."""

    first: int
    last: int


class Replayed(msgspec.Struct, frozen=True, gc=False):
    """The same append stands already, whole, at the positions `first` to `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class IdReused:
    """An event with this id stands at `position`, but not as this append would have it."""

    id: str
    position: int


@dataclass(frozen=True, slots=True)
class ConditionFailed:
    """An item of the condition matches; `position` is the latest such event."""

    position: int


@dataclass(frozen=True, slots=True)
class AfterBeyondHead:
    """The condition's item number `item` (from 0) names an `after` that the log has not reached."""

    item: int
    after: int
    head: int


@dataclass(frozen=True, slots=True)
class LineTooLarge:
    """The line of event number `event` (from 0) would have `size_bytes`, over `limits.LINE_BYTES`."""

    event: int
    size_bytes: int


Outcome = Appended | Replayed | IdReused | ConditionFailed | AfterBeyondHead | LineTooLarge


class Head(msgspec.Struct, frozen=True, gc=False):
    """The last durable event: its position (0 in an empty log) and its hash (64 hex digits)."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Query:
    """Events later than `after` and earlier than `before`, of one of `types`, with all `tags`.

    `limit` is cut to `limits.PAGE_EVENTS`. `backward` returns the latest first.
    """

    after: int = 0
    before: int | None = None
    limit: int = 1_000
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Stored lines, byte for byte, each with its newline, in the order asked for.

    `first` and `last` are the positions of the first and the last line of the page (0 when it is empty); backward,
    `first` is the greater. `scanned` is how far the query has looked: go on with `after=scanned` forward, with
    `before=scanned` backward. `head` is the head that the page was read at.
    """

    lines: bytes
    count: int
    first: int
    last: int
    scanned: int
    head: int


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What the last start found and did.

    `cut_bytes` is how much of a torn tail was moved to `quarantine_file`; `cut_positions` how many whole lines
    (of an incomplete append) were among it. `rewritten_bytes` is how much of the tail was made durable again.
    `witness_position` is the highest position that a witness had seen.
    """

    events: int
    segments: int
    size_bytes: int
    seconds: float
    rewritten_bytes: int
    cut_bytes: int
    cut_positions: int
    quarantine_file: str | None
    witness_position: int


@dataclass(frozen=True, slots=True)
class ScrubReport:
    """How far the scrub has come since the start.

    `verified_segments` were found whole at their last reading. `last_round_seconds` is None before the first round has
    ended. `damages` are all that are known, also those that readers came upon.
    """

    rounds: int
    verified_segments: int
    read_bytes: int
    last_round_seconds: float | None
    damages: tuple[Damage, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Totals of the durable log, counted from the index, and the writer's last sync.

    `stalled_seconds` is how long the disk has been at a write of the writer's that it has not finished, 0 where it is
    at none. `reserve_whole` tells whether the space reserve is there. `unindexed_segments` are sealed, and their index
    still in memory.
    """

    head: Head
    events: int
    size_bytes: int
    segments: int
    events_by_type: dict[str, int]
    syncs: int
    last_sync_seconds: float | None
    recovery: RecoveryReport
    stalled_seconds: float
    reserve_whole: bool
    scrub: ScrubReport
    unindexed_segments: int
