"""The audit trail: who did what to which, and when, as the log has it."""

from typing import Literal

from contracts.wire import Instant, Message


class AuditEntry(Message, frozen=True):
    """One event of the log.

    actor: `employer:<id>/key:<key id>`, `sitting:<id>`, `public:<slug>:<candidate id>`, `operator`; empty where unknown
    resources: what it is about, each as `<kind>:<id>`
    outcome: `done`; what was refused is no event
    """

    position: int
    at: Instant
    type: str
    actor: str
    resources: tuple[str, ...]
    outcome: Literal["done"]


class AuditPage(Message, frozen=True):
    """Oldest first. next_after: `after` of the next page, null at the log's end.

    Where an actor is asked for, a page may hold fewer than its limit and have a next one.
    """

    items: tuple[AuditEntry, ...]
    next_after: int | None
