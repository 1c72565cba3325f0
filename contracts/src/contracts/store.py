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


class Stats(Message, frozen=True):
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


class Health(Message, frozen=True):
    """`reasons` is empty when status is `ok`; `degraded` still serves what it can."""

    status: Literal["ok", "degraded", "failing"]
    reasons: tuple[str, ...] = ()
