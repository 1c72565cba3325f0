"""The checker's look at reads: each one a view of one log at one head, and no client's head ever goes back."""

import re
from collections.abc import Iterable, Sequence

from tests.kit.history_log import StoredEvent, matches
from tests.kit.history_records import Acknowledged, Asked, Quarantined, Record, Sent, Served, View

_ID = re.compile(rb'"id":"([0-9a-f-]{36})"')


def check_reads(history: Sequence[Record], log: Sequence[StoredEvent]) -> Iterable[str]:
    asked: dict[str, Asked] = {}
    floor: dict[str, int] = {}
    seen: dict[str, int] = {}
    reached = 0
    for record in history:
        if isinstance(record, Acknowledged):
            reached = max(reached, record.last)
        elif isinstance(record, Asked):
            asked[record.read] = record
            floor[record.read] = max(reached, seen.get(record.client, 0))
        elif isinstance(record, Served):
            begun = asked[record.read]
            yield from _check_read(begun, record, floor[record.read], log)
            seen[begun.client] = max(seen.get(begun.client, 0), record.head)


def _check_read(asked: Asked, served: Served, floor: int, log: Sequence[StoredEvent]) -> Iterable[str]:
    if served.head < floor:
        yield f"{asked.read}: read at head {served.head}, though {floor} was known before"
    if served.head > len(log):
        yield f"{asked.read}: read at head {served.head}, the log ends at {len(log)}"
        return
    wanted = expected_page(asked.view, served.head, log)
    if list(served.lines) == wanted:
        return
    for number, (found, line) in enumerate(zip(served.lines, wanted, strict=False)):
        if found != line:
            yield f"{asked.read}: line {number} of the page is {found[:60]!r}, the log holds {line[:60]!r}"
            return
    yield f"{asked.read}: {len(served.lines)} lines were served, {len(wanted)} are in that view"


def expected_page(view: View, head: int, log: Sequence[StoredEvent]) -> list[bytes]:
    """The lines of a view, found by looking at every event."""
    upto = min(head, view.before - 1) if view.before else head
    found = [event.line for event in log[view.after : max(upto, 0)] if matches(event, view.types, view.tags)]
    return found[::-1][: view.limit] if view.backward else found[: view.limit]


def check_quarantine(history: Sequence[Record]) -> Iterable[str]:
    """Nothing that was put aside had been acknowledged before."""
    events: dict[str, tuple[str, ...]] = {}
    acknowledged: dict[str, str] = {}
    for record in history:
        if isinstance(record, Sent):
            events[record.call] = tuple(event.id for event in record.events)
        elif isinstance(record, Acknowledged):
            acknowledged.update(dict.fromkeys(events[record.call], record.call))
        elif isinstance(record, Quarantined):
            for event_id in _ID.findall(record.content):
                if (call := acknowledged.get(event_id.decode())) is not None:
                    yield f"{call}: acknowledged, but {event_id.decode()} is in quarantine"
