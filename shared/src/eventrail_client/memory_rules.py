"""What the in-memory store takes and refuses: the grammar and the limits that the real one has."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from contracts.append import (
    MAX_APPEND_BYTES,
    MAX_APPEND_EVENTS,
    AppendRequest,
    ConditionItem,
    NewEvent,
    Tags,
)
from contracts.envelope import Event, EventType
from contracts.problems import ProblemType, problem
from eventrail_client.errors import Rejected
from eventrail_client.json_text import NotJson, compact

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def admit(request: AppendRequest) -> AppendRequest:
    """The append as the log would keep it, its JSON compact. Raises Rejected."""
    if len(request.events) > MAX_APPEND_EVENTS:
        raise too_large(f"{len(request.events)} events", "$.events")
    events = tuple(_compacted(event, number) for number, event in enumerate(request.events))
    if sum(map(_size_bytes, events)) > MAX_APPEND_BYTES:
        raise too_large(f"more than {MAX_APPEND_BYTES} bytes", "$.events")
    _check_ids(events)
    admitted = msgspec.structs.replace(request, events=events)
    try:  # through the wire's types, as the real store reads it
        return msgspec.json.decode(msgspec.json.encode(admitted), type=AppendRequest)
    except msgspec.ValidationError as error:
        raise malformed(str(error)) from None


def check_filter(types: Sequence[str], tags: Sequence[str]) -> None:
    """Raise Rejected where a type or a tag can't be one."""
    try:
        msgspec.convert((tuple(types), tuple(tags)), tuple[tuple[EventType, ...], Tags])
    except msgspec.ValidationError as error:
        raise malformed(str(error)) from None


def matches(event: Event, types: Sequence[str], tags: Sequence[str]) -> bool:
    """Whether the event is of one of the types, if any, and has all of the tags, if any."""
    return (not types or event.type in types) and set(tags) <= set(event.tags)


def matched_by(event: Event, items: Sequence[ConditionItem]) -> bool:
    """Whether any item of an append condition matches the event."""
    return any(event.position > item.after and matches(event, item.types, item.tags) for item in items)


def same_fact(standing: Event, event: NewEvent) -> bool:
    """Whether the event that stands is the one that comes: all but `meta`, which may tell of another try."""
    return (standing.id, standing.type, standing.tags, bytes(standing.data)) == (
        event.id,
        event.type,
        event.tags,
        bytes(event.data),
    )


def malformed(detail: str, at: str = "") -> Rejected:
    return Rejected(problem(ProblemType.MALFORMED, detail, at=at))


def too_large(detail: str, at: str = "") -> Rejected:
    return Rejected(problem(ProblemType.PAYLOAD_TOO_LARGE, detail, at=at))


def _compacted(event: NewEvent, number: int) -> NewEvent:
    try:
        data, meta = compact(bytes(event.data)), compact(bytes(event.meta))
    except NotJson as error:
        raise malformed(str(error), f"$.events[{number}]") from None
    if not meta.startswith(b"{"):
        raise malformed("not an object", f"$.events[{number}].meta")
    return msgspec.structs.replace(event, data=msgspec.Raw(data), meta=msgspec.Raw(meta))


def _size_bytes(event: NewEvent) -> int:
    return len(bytes(event.data)) + len(bytes(event.meta)) + len(event.type) + sum(map(len, event.tags))


def _check_ids(events: Sequence[NewEvent]) -> None:
    ids = [event.id for event in events if event.id is not None]
    if len(ids) not in (0, len(events)):
        raise malformed("ids are given for all events or for none", "$.events")
    if len(set(ids)) < len(ids):
        raise malformed("an id stands twice", "$.events")
    for number, event_id in enumerate(ids):
        if not _ID.fullmatch(event_id):
            raise malformed("not a UUID in canonical lower case", f"$.events[{number}].id")
