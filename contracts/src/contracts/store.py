"""What Eventrail says of itself: totals, health and the state of its publisher."""

from typing import Literal

from contracts.envelope import Position
from contracts.wire import Message


class PublisherStatus(Message, frozen=True):
    """state: `off` (no NATS configured), `connecting`, `refilling`, `live` or `refused`; lag in events."""

    state: Literal["off", "connecting", "refilling", "live", "refused"]
    published: Position
    lag: int
    detail: str = ""


class RecoverySummary(Message, frozen=True):
    """What the last start found; `quarantined` names the file that keeps the bytes that were cut."""

    events: int
    cut_bytes: int
    quarantined: str | None
    seconds: float


class DamageSummary(Message, frozen=True):
    """A place in a segment's file whose lines are not as they were written; they are not served."""

    file: str
    offset: int
    first: Position
    last: Position
    reason: str


class ScrubSummary(Message, frozen=True):
    """How far the stored lines have been read again since the start, and all damages that are known."""

    rounds: int = 0
    verified_segments: int = 0
    read_bytes: int = 0
    last_round_seconds: float | None = None
    damages: tuple[DamageSummary, ...] = ()


class Stats(Message, frozen=True):
    """stalled_seconds: how long a write has been waiting for the disk; reserve_whole: the space reserve is there."""

    log_id: str
    head: Position
    head_hash: str
    events: int
    bytes: int
    segments: int
    types: dict[str, int]
    last_sync_seconds: float
    publisher: PublisherStatus
    recovery: RecoverySummary
    stalled_seconds: float = 0.0
    reserve_whole: bool = True
    scrub: ScrubSummary = ScrubSummary()


class Health(Message, frozen=True):
    """`reasons` is empty when status is `ok`; `degraded` serves, `failing` (503) needs an operator or is ending."""

    status: Literal["ok", "degraded", "failing"]
    reasons: tuple[str, ...] = ()
