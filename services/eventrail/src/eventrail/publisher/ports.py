"""What the publisher needs of the store: its lines, its head, and a say in whether appends are taken."""

from collections.abc import Iterable
from typing import Protocol

from eventrail.log.events import Head, Page, Query


class Lines(Protocol):
    """The log, as a reader; any thread."""

    @property
    def log_id(self) -> str: ...
    @property
    def head(self) -> Head: ...
    def page(self, query: Query) -> Page: ...
    def line_at(self, position: int) -> bytes | None: ...


class Gate(Protocol):
    """The writer's queue: tells of a new head, and refuses appends while they are suspended."""

    async def head_beyond(self, position: int, timeout_seconds: float) -> int: ...
    def suspend(self, reason: str) -> None: ...
    def resume(self) -> None: ...


class Watcher(Protocol):
    """Told of each window that NATS has acknowledged; quick, and raises nothing."""

    def published(self, first: int, last: int, traceparents: Iterable[str], seconds: float) -> None: ...


class Nobody:
    """Watches nothing."""

    def published(self, first: int, last: int, traceparents: Iterable[str], seconds: float) -> None:
        pass
