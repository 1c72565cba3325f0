"""Who watches the writer: a port that is told of each commit, so that the engine knows no metrics and no traces."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from eventrail.log.events import Append, Outcome


class Commit(msgspec.Struct, frozen=True):
    """One batch, answered: its appends with their outcomes, in order.

    `first` and `last` are the positions of what is new and `size_bytes` its lines; where nothing is new, `first` is
    greater than `last` and `sync_seconds` None, since nothing was synced. `seconds` is the whole commit.
    """

    appends: Sequence[Append]
    outcomes: Sequence[Outcome]
    first: int
    last: int
    size_bytes: int
    sync_seconds: float | None
    seconds: float


class Observer(Protocol):
    """Called by the thread that commits, after the new head is visible; quick, and raises nothing."""

    def committed(self, commit: Commit) -> None: ...


class Nobody:
    """Watches nothing."""

    def committed(self, commit: Commit) -> None:
        pass
