"""The log: opened by one process, written by one thread, read by any."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from eventrail.log.events import Append, Head, Outcome, Page, Query, RecoveryReport, Statistics
from eventrail.log.options import Options

_DEFAULT = Options()


class Log:
    """An open log; `head` is the last durable event."""

    log_id: str
    head: Head
    recovery: RecoveryReport
    suspension: str | None

    @classmethod
    def open(
        cls,
        directory: Path,
        options: Options = _DEFAULT,
        *,
        witness_position: int | None = None,
        clock: Callable[[], int] = ...,
        new_id: Callable[[int], str] = ...,
    ) -> Self:
        raise NotImplementedError

    def commit(self, batch: Sequence[Append]) -> list[Outcome]:
        raise NotImplementedError

    def page(self, query: Query) -> Page:
        raise NotImplementedError

    def line_by_id(self, event_id: str) -> bytes | None:
        raise NotImplementedError

    def line_at(self, position: int) -> bytes | None:
        raise NotImplementedError

    def statistics(self) -> Statistics:
        raise NotImplementedError

    def write_head(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
