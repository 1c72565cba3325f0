"""Where the metrics that are not counted come from: asked anew for each scrape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts.store import PublisherStatus
from eventrail.log.events import Statistics


class LogFigures(Protocol):
    """A log, as far as figures go."""

    @property
    def log_id(self) -> str: ...
    def statistics(self) -> Statistics: ...


class QueueFigures(Protocol):
    """The writer's queue: what waits in it, and why it takes nothing."""

    @property
    def unanswered_appends(self) -> int: ...
    @property
    def unanswered_bytes(self) -> int: ...
    @property
    def suspension(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """`checkpoint_position` is that of the newest signed checkpoint on disk, `connections` those that are open."""

    log: LogFigures
    queue: QueueFigures
    publisher: Callable[[], PublisherStatus]
    checkpoint_position: Callable[[], int]
    connections: Callable[[], int]
