"""The checker that all crash tests share: what clients saw, held against what the log holds.

It finds what was acknowledged and lost, altered, stored twice, by halves or in another order; what was refused and
stands; conditions and ids that were not respected; reads of what is not in the log; evidence that should be an event.
"""

from collections.abc import Iterable, Sequence

from tests.kit.history_log import StoredEvent, appends_of, is_as_sent, latest_match, matches
from tests.kit.history_reads import check_quarantine, check_reads
from tests.kit.history_records import (
    Acknowledged,
    Asked,
    Quarantined,
    Record,
    Refused,
    Sent,
    SentEvent,
    Served,
    Unless,
    View,
    decode_record,
    encode_record,
    unanswered,
)

__all__ = [
    "Acknowledged",
    "Asked",
    "Quarantined",
    "Record",
    "Refused",
    "Sent",
    "SentEvent",
    "Served",
    "Unless",
    "View",
    "check_history",
    "decode_record",
    "encode_record",
    "unanswered",
]


def check_history(history: Sequence[Record], log: Sequence[StoredEvent]) -> list[str]:
    """Every violation, in words; an empty list is a pass. `log` comes from the independent reader, chain checked."""
    calls = _Calls(history)
    return [
        *_check_positions(log),
        *_check_appends(calls, log),
        *_check_answers(history, calls, log),
        *check_reads(history, log),
        *check_quarantine(history),
    ]


class _Calls:
    """All calls of a history: by name, by the ids they sent, how each ended.

    `floor` is what had been answered when a call of these events first began: they stand behind it.
    """

    def __init__(self, history: Sequence[Record]) -> None:
        self.by_name: dict[str, Sent] = {}
        self.by_ids: dict[tuple[str, ...], list[Sent]] = {}
        self.ids: set[str] = set()
        self.answers: dict[str, Acknowledged | Refused] = {}
        self.floor: dict[tuple[SentEvent, ...], int] = {}
        reached = 0
        for record in history:
            if isinstance(record, Sent):
                self.by_name[record.call] = record
                ids = tuple(event.id for event in record.events)
                self.by_ids.setdefault(ids, []).append(record)
                self.ids.update(ids)
                self.floor.setdefault(record.events, reached)
            elif isinstance(record, Acknowledged):
                self.answers[record.call] = record
                reached = max(reached, record.last)
            elif isinstance(record, Refused):
                self.answers[record.call] = record

    def was_refused(self, call: Sent) -> bool:
        return isinstance(self.answers.get(call.call), Refused)

    def was_new(self, call: Sent) -> bool:
        answer = self.answers.get(call.call)
        return isinstance(answer, Acknowledged) and answer.replayed is False


def _check_positions(log: Sequence[StoredEvent]) -> Iterable[str]:
    places: dict[str, list[int]] = {}
    for number, stored in enumerate(log, 1):
        if stored.position != number:
            yield f"position {stored.position} stands as number {number}"
        places.setdefault(stored.fields["id"], []).append(stored.position)
    yield from (f"id {i} stands {len(at)} times: {at}" for i, at in places.items() if len(at) > 1)


def _check_appends(calls: _Calls, log: Sequence[StoredEvent]) -> Iterable[str]:
    """Every append that stands is one that was sent, whole, and that nobody was told to be refused."""
    for append in appends_of(log):
        first, last = append[0].position, append[-1].position
        ids = tuple(stored.fields["id"] for stored in append)
        senders = calls.by_ids.get(ids, [])
        same = [call for call in senders if all(map(is_as_sent, append, call.events))]
        standing = [call for call in same if not calls.was_refused(call)]
        if not set(ids) & calls.ids:
            yield f"id {ids[0]} at {first} was never sent"
        elif not senders:
            yield f"{first} to {last} stand as an append, by halves or out of order: nobody sent just that"
        elif not same:
            yield f"{senders[0].call}: {first} to {last} do not hold the bytes that were sent"
        elif not standing:
            yield f"{same[0].call}: refused, but stands at {first}"
        else:
            yield from _check_condition(calls, standing, first, log)
            floor = calls.floor[standing[0].events]
            if first <= floor:
                yield f"{standing[0].call}: stands at {first}, begun after {floor} was answered"


def _check_condition(calls: _Calls, standing: list[Sent], first: int, log: Sequence[StoredEvent]) -> Iterable[str]:
    """Whoever was told that the append is new has had its condition kept; else one of those who may have."""
    new = [call for call in standing if calls.was_new(call)]
    if len(new) > 1:
        yield f"{new[1].call}: new at {first}, where {new[0].call} was new"
    candidates = new or standing
    hindrances = [latest_match(log, call.condition, first) for call in candidates]
    if all(hindrances):
        yield f"{candidates[0].call}: stands at {first}, against its condition, which {hindrances[0]} matches"


def _check_answers(history: Sequence[Record], calls: _Calls, log: Sequence[StoredEvent]) -> Iterable[str]:
    acknowledged: set[tuple[SentEvent, ...]] = set()
    for record in history:
        if isinstance(record, Acknowledged):
            events = calls.by_name[record.call].events
            acknowledged.add(events)
            yield from _check_acknowledged(record, events, log)
        elif isinstance(record, Refused):
            yield from _check_refused(record, calls.by_name[record.call], acknowledged, log)


def _check_acknowledged(answer: Acknowledged, events: Sequence[SentEvent], log: Sequence[StoredEvent]) -> Iterable[str]:
    call, first, last = answer.call, answer.first, answer.last
    if last - first + 1 != len(events):
        yield f"{call}: {len(events)} events were acknowledged as {first} to {last}"
        return
    if last > len(log):
        yield f"{call}: acknowledged up to {last}, the log ends at {len(log)}"
        return
    for stored, sent in zip(log[first - 1 : last], events, strict=True):
        if stored.fields["id"] != sent.id:
            yield f"{call}: position {stored.position} holds {stored.fields['id']}, not {sent.id} as it was sent"
        elif not is_as_sent(stored, sent):
            yield f"{call}: position {stored.position} does not hold the bytes that were sent"
        elif stored.fields["commit"] != last:
            yield f"{call}: position {stored.position} belongs to another append"


def _check_refused(
    refused: Refused, call: Sent, acknowledged: set[tuple[SentEvent, ...]], log: Sequence[StoredEvent]
) -> Iterable[str]:
    if not refused.because:
        return
    if call.events in acknowledged:
        yield f"{call.call}: refused by {refused.because}, though the same append was acknowledged before"
    if refused.position > len(log):
        yield f"{call.call}: refused because of {refused.position}, the log ends at {len(log)}"
        return
    hindrance = log[refused.position - 1]
    if refused.because == "id":
        if hindrance.fields["id"] not in {event.id for event in call.events}:
            yield f"{call.call}: refused because of {refused.position}, which has none of its ids"
    elif not any(
        item.after < refused.position and matches(hindrance, item.types, item.tags) for item in call.condition
    ):
        yield f"{call.call}: refused because of {refused.position}, which its condition does not mean"
