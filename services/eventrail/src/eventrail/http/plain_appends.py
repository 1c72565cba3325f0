"""Appends in which nothing is wrong, taken without asking where; everything else is left to a closer look."""

from collections.abc import Callable
from typing import Final

import msgspec

from contracts.envelope import DEFAULT_TYPE
from eventrail.log.admission import check_append, compact_json
from eventrail.log.errors import LogError
from eventrail.log.events import Append, ConditionItem, NewEvent
from eventrail.log.plain_json import surely_compact

TOGETHER_BYTES: Final = 2 * 1024
"""From here on the JSON of all events is looked at together: one look at each costs more, but where there are few."""

_EMPTY: Final = b"{}"
_NO_META: Final = msgspec.Raw(_EMPTY)


class _Event(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The contract's, but for the grammar of its texts: that is the engine's too, and is checked there."""

    data: msgspec.Raw
    type: str = DEFAULT_TYPE
    tags: tuple[str, ...] = ()
    id: str | None = None
    meta: msgspec.Raw = _NO_META


class _Item(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: int = 0


class _Condition(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    fail_if_events_match: tuple[_Item, ...]


class _Request(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    events: tuple[_Event, ...]
    condition: _Condition | None = None


_decode: Final = msgspec.json.Decoder(_Request).decode


def plain_append(body: bytes) -> Append | None:
    """The append that a `POST /append` body is; None where it takes a closer look, be it to refuse it."""
    compact = surely_compact(body) if len(body) >= TOGETHER_BYTES else None
    try:
        append = _append(_decode(body), _compact) if compact is None else _append(_decode(compact), bytes)
        check_append(append)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, LogError):
        return None
    return append


def _append(request: _Request, compact: Callable[[msgspec.Raw], bytes]) -> Append:
    events = [
        NewEvent(
            event.type,
            event.tags,
            compact(event.data),
            event.id,
            _EMPTY if event.meta is _NO_META else compact(event.meta),
        )
        for event in request.events
    ]
    if request.condition is None:
        return Append(tuple(events))
    items = [ConditionItem(item.types, item.tags, item.after) for item in request.condition.fail_if_events_match]
    return Append(tuple(events), tuple(items))


def _compact(raw: msgspec.Raw) -> bytes:
    return compact_json(bytes(raw))
