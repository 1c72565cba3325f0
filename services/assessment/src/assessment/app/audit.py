"""The audit trail of one employer, read from the log itself: no table stands between that could leave a thing out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from assessment.app.errors import LogUnavailable
from assessment.domain.decision import Reason, Refused
from contracts.assessment.audit import AuditEntry, AuditPage
from contracts.envelope import Event
from contracts.events import CommandMeta
from eventrail_client.errors import Rejected, StoreError
from eventrail_client.port import EventStore, Page

READ_EVENTS: Final = 500
"""At once, where an actor is looked for: the log is not ordered by actors."""
MAX_LOOKED_AT: Final = 5_000
"""Events that one request looks at; the next page goes on behind them."""
MAX_ACTOR_CHARACTERS: Final = 200

_META: Final = msgspec.json.Decoder(CommandMeta)


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """resource: a tag, or empty for all; actor: as it stands in the events, or empty for all."""

    employer_id: str
    after: int
    limit: int
    actor: str = ""
    resource: str = ""


async def audit_page(store: EventStore, asked: AuditAsked) -> AuditPage:
    """The employer's events after a position, oldest first. Raises Refused for a position that is not in the log yet.

    Raises LogUnavailable.
    """
    found: list[AuditEntry] = []
    after, looked_at = asked.after, 0
    while True:
        page = await _read(store, asked, after)
        for event in page.events:
            entry = _entry(event, asked.employer_id)
            if asked.actor in ("", entry.actor):
                found.append(entry)
            if len(found) == asked.limit:
                return AuditPage(tuple(found), _next(event.position, page.head))
        after, looked_at = page.scanned, looked_at + len(page.events)
        if after >= page.head or looked_at >= MAX_LOOKED_AT:
            return AuditPage(tuple(found), _next(after, page.head))


async def _read(store: EventStore, asked: AuditAsked, after: int) -> Page:
    tags = (f"employer:{asked.employer_id}", *((asked.resource,) if asked.resource else ()))
    try:
        return await store.read(after=after, tags=tags, limit=READ_EVENTS if asked.actor else asked.limit)
    except StoreError as failure:
        if isinstance(failure, Rejected) and failure.problem.status == 400:
            raise Refused(Reason.MALFORMED, "The log has not come that far", at="after", seen=str(after)) from failure
        raise LogUnavailable(str(failure)) from failure


def _next(after: int, head: int) -> int | None:
    return after if after < head else None


def _entry(event: Event, employer_id: str) -> AuditEntry:
    """Show what an event says of itself; its data stays where it is, sealed or not."""
    return AuditEntry(
        position=event.position,
        at=datetime.fromisoformat(event.time),
        type=event.type,
        actor=_actor(event),
        resources=tuple(tag for tag in event.tags if tag != f"employer:{employer_id}"),
        outcome="done",
    )


def _actor(event: Event) -> str:
    """Of events of ours; another service may have recorded something about the employer too."""
    try:
        return _META.decode(event.meta).actor[:MAX_ACTOR_CHARACTERS]
    except (msgspec.ValidationError, msgspec.DecodeError):
        return ""
