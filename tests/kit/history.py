"""The checker that all crash tests share: what clients saw, held against what the log holds.

A client writes a record before each call and one after each answer. A call without an answer may have happened or not,
but not by halves.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.kit.independent_reader import Event


@dataclass(frozen=True)
class SentEvent:
    """An event as the client sent it; `data` is its JSON text."""

    id: str
    type: str
    tags: tuple[str, ...]
    data: str


@dataclass(frozen=True)
class Sent:
    """A call begins. A retry is another `Sent` with the same events."""

    call: str
    events: tuple[SentEvent, ...]


@dataclass(frozen=True)
class Acknowledged:
    """A call was answered with these positions."""

    call: str
    first: int
    last: int


@dataclass(frozen=True)
class Refused:
    """A call was answered with a refusal: its events are not in the log."""

    call: str


Record = Sent | Acknowledged | Refused


def encode_record(record: Record) -> bytes:
    if isinstance(record, Sent):
        events = [[event.id, event.type, event.tags, event.data] for event in record.events]
        return json.dumps(["sent", record.call, events]).encode()
    if isinstance(record, Acknowledged):
        return json.dumps(["acknowledged", record.call, record.first, record.last]).encode()
    return json.dumps(["refused", record.call]).encode()


def decode_record(raw: bytes) -> Record:
    kind, call, *rest = json.loads(raw)
    if kind == "sent":
        return Sent(call, tuple(SentEvent(i, t, tuple(tags), data) for i, t, tags, data in rest[0]))
    if kind == "acknowledged":
        return Acknowledged(call, *rest)
    return Refused(call)


def unanswered(history: Iterable[Record]) -> list[Sent]:
    """The appends whose fate their client does not know, after all of its retries."""
    calls: dict[str, Sent] = {}
    waiting: dict[tuple[SentEvent, ...], Sent] = {}
    for record in history:
        if isinstance(record, Sent):
            calls[record.call] = record
            waiting[record.events] = record
        else:
            waiting.pop(calls[record.call].events, None)
    return list(waiting.values())


def check_history(history: Sequence[Record], log: Sequence[Event]) -> list[str]:
    """Every violation, in words; an empty list is a pass. `log` comes from the independent reader, chain checked."""
    sent = {record.call: record for record in history if isinstance(record, Sent)}
    known_ids = {event.id for call in sent.values() for event in call.events}
    places: dict[str, list[int]] = {}
    for stored in log:
        places.setdefault(stored.fields["id"], []).append(stored.position)
    return [
        *(f"id {i} stands {len(at)} times: {at}" for i, at in places.items() if len(at) > 1),
        *(f"id {i} at {at[0]} was never sent" for i, at in places.items() if i not in known_ids),
        *_check_answers(history, sent, log, places),
        *_check_halves(sent.values(), log, places),
        *_check_order(history),
    ]


def _check_answers(
    history: Sequence[Record], sent: dict[str, Sent], log: Sequence[Event], places: dict[str, list[int]]
) -> Iterable[str]:
    for record in history:
        if isinstance(record, Acknowledged):
            events = sent[record.call].events
            if record.last - record.first + 1 != len(events):
                yield f"{record.call}: {len(events)} events were acknowledged as {record.first} to {record.last}"
            elif record.last > len(log):
                yield f"{record.call}: acknowledged up to {record.last}, the log ends at {len(log)}"
            else:
                stored = log[record.first - 1 : record.last]
                yield from _check_bytes(record.call, events, stored)
        elif isinstance(record, Refused):
            yield from (
                f"{record.call}: refused, but {event.id} stands at {places[event.id]}"
                for event in sent[record.call].events
                if event.id in places
            )


def _check_bytes(call: str, events: Sequence[SentEvent], stored: Sequence[Event]) -> Iterable[str]:
    for wanted, found in zip(events, stored, strict=True):
        fields = found.fields
        if (fields["id"], fields["type"], tuple(fields["tags"])) != (wanted.id, wanted.type, wanted.tags):
            yield f"{call}: position {found.position} holds {fields['id']}, not {wanted.id} as it was sent"
        elif found.data != wanted.data.encode():
            yield f"{call}: position {found.position} does not hold the bytes that were sent"
        elif fields["commit"] != stored[-1].position:
            yield f"{call}: position {found.position} belongs to another append"


def _check_halves(calls: Iterable[Sent], log: Sequence[Event], places: dict[str, list[int]]) -> Iterable[str]:
    for call in calls:
        found = [places[event.id][0] for event in call.events if event.id in places]
        if found and found != list(range(found[0], found[0] + len(call.events))):
            yield f"{call.call}: of {len(call.events)} events only {found} stand, or out of order"
        elif found:
            yield from _check_bytes(call.call, call.events, log[found[0] - 1 : found[-1]])


def _check_order(history: Sequence[Record]) -> Iterable[str]:
    """What was answered before another call began stands before it, unless that call was a retry of the older one."""
    reached = 0
    floor: dict[str, int] = {}
    seen: set[tuple[SentEvent, ...]] = set()
    for record in history:
        if isinstance(record, Sent):
            floor[record.call] = 0 if record.events in seen else reached
            seen.add(record.events)
        elif isinstance(record, Acknowledged):
            if record.first <= floor[record.call]:
                yield f"{record.call}: stands at {record.first}, begun after {floor[record.call]} was answered"
            reached = max(reached, record.last)
