"""What may enter the log: the grammar and the limits of events, and JSON made compact."""

from typing import Final

import msgspec

from eventrail.log.errors import Malformed, TooLarge
from eventrail.log.events import Append, ConditionItem, NewEvent
from eventrail.log.grammar import are_ids, are_tags, is_id, is_tag, is_type
from eventrail.log.json_text import refuse_deep_nesting, refuse_duplicate_keys, refuse_malformed
from eventrail.log.limits import (
    APPEND_BYTES,
    CONDITION_ITEMS,
    CONDITION_TYPES,
    EVENTS_PER_APPEND,
    NESTING_LEVELS,
    TAGS_PER_EVENT,
)
from eventrail.log.plain_json import keeps_its_keys

_decode_json: Final = msgspec.json.Decoder().decode
_encode_json: Final = msgspec.json.Encoder().encode


def compact_json(raw: bytes, nesting_levels: int = NESTING_LEVELS, *, unique_keys: bool = True) -> bytes:
    """The same JSON without insignificant whitespace, otherwise byte for byte.

    Raises `Malformed` on what is not RFC 8259 in strict UTF-8, has a lone surrogate, is nested over `nesting_levels`,
    or has a key twice in one object: of those, readers would take one or the other. Safe on any input in any thread:
    nothing recurses before the nesting is known.
    """
    if raw.count(b"[") + raw.count(b"{") > nesting_levels:
        refuse_deep_nesting(raw, nesting_levels)
    try:
        if not raw.isascii():
            raw.decode()
        value = _decode_json(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # Malformed, or only a number beyond what msgspec holds: the slow path tells which, and where.
        refuse_malformed(raw)
        value = None
    if unique_keys and raw.count(b":") > 1 and (value is None or not keeps_its_keys(raw, _encode_json(value))):
        refuse_duplicate_keys(raw)
    has_whitespace = len(raw.split(None, 1)[0]) != len(raw)
    return msgspec.json.format(raw, indent=-1) if has_whitespace else raw


def check_append(append: Append) -> None:
    """Raise `Malformed` or `TooLarge` unless the append keeps the grammar and the limits.

    The JSON in it has passed `compact_json` before. The size of a line is known only when it is formed: see
    `LineTooLarge`.
    """
    events = append.events
    if not events:
        raise Malformed("events", "an append has at least one event")
    if len(events) > EVENTS_PER_APPEND:
        raise TooLarge("events", len(events), EVENTS_PER_APPEND)
    size_bytes = append_bytes(append)
    if size_bytes > APPEND_BYTES:
        raise TooLarge("append", size_bytes, APPEND_BYTES)
    if len(events) == 1 or not _surely_keep_grammar(events):
        for number, event in enumerate(events):
            _check_event(event, number)
        _check_ids(events)
    if append.condition:
        _check_condition(append.condition)


def append_bytes(append: Append) -> int:
    """The size of an append: what the client sent of its events, compact."""
    size_bytes = 0
    for event in append.events:
        size_bytes += len(event.data) + len(event.meta) + len(event.type)
        for tag in event.tags:
            size_bytes += len(tag)
    return size_bytes


def _surely_keep_grammar(events: tuple[NewEvent, ...]) -> bool:
    """Whether all events do, seen at once; where one does not, the place is still to be found."""
    types: set[str] = set()
    tags: set[str] = set()
    ids: set[str | None] = set()
    for event in events:
        if len(event.tags) > TAGS_PER_EVENT or not event.meta.startswith(b"{"):
            return False
        types.add(event.type)
        tags.update(event.tags)
        ids.add(event.id)
    return all(map(is_type, types)) and are_tags(tags) and (ids == {None} or _are_ids_of(events, ids))


def _are_ids_of(events: tuple[NewEvent, ...], ids: set[str | None]) -> bool:
    """Whether each event has one of its own."""
    given = [event_id for event_id in ids if event_id is not None]
    return len(given) == len(events) and are_ids(given)


def _check_event(event: NewEvent, number: int) -> None:
    if not is_type(event.type):
        raise Malformed(f"events[{number}].type", "not dotted lower-case words of at most 128 characters")
    if not _are_few_tags(event.tags):
        raise _wrong_tags(event.tags, f"events[{number}].tags")
    if not event.meta.startswith(b"{"):
        raise Malformed(f"events[{number}].meta", "not an object")


def _check_ids(events: tuple[NewEvent, ...]) -> None:
    ids = [event.id for event in events if event.id is not None]
    if not ids:
        return
    if len(ids) != len(events):
        raise Malformed("events", "ids are given for all events of an append or for none")
    for number, event_id in enumerate(ids):
        if not is_id(event_id):
            raise Malformed(f"events[{number}].id", "not a UUID in canonical lower case")
    if len(set(ids)) != len(ids):
        raise Malformed("events", "an id is given twice")


def _check_condition(condition: tuple[ConditionItem, ...]) -> None:
    if len(condition) > CONDITION_ITEMS:
        raise Malformed("condition", f"more than {CONDITION_ITEMS} items")
    for number, item in enumerate(condition):
        where = f"condition[{number}]"
        if len(item.types) > CONDITION_TYPES:
            raise Malformed(f"{where}.types", f"more than {CONDITION_TYPES} types")
        if not all(map(is_type, item.types)):
            raise Malformed(f"{where}.types", "not dotted lower-case words of at most 128 characters")
        if not _are_few_tags(item.tags):
            raise _wrong_tags(item.tags, f"{where}.tags")
        if item.after < 0:
            raise Malformed(f"{where}.after", "a position is not negative")


def _are_few_tags(tags: tuple[str, ...]) -> bool:
    return len(tags) <= TAGS_PER_EVENT and all(map(is_tag, tags))


def _wrong_tags(tags: tuple[str, ...], where: str) -> Malformed:
    if len(tags) > TAGS_PER_EVENT:
        return Malformed(where, f"more than {TAGS_PER_EVENT} tags")
    return Malformed(where, "not name:value of [A-Za-z0-9_:-], at most 128 characters")
