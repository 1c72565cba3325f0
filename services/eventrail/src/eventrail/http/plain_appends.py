"""Appends in which nothing is wrong, taken without asking where; everything else is left to a closer look."""

from typing import Final

import msgspec

from contracts.envelope import DEFAULT_TYPE
from eventrail.log.admission import check_append, compact_json
from eventrail.log.errors import LogError
from eventrail.log.events import Append, ConditionItem, NewEvent
from eventrail.log.plain_json import surely_compact

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
    try:
        append = _append(_decode(body))
        check_append(append)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, LogError):
        return None
    return append


def compact(raw: bytes) -> bytes:
    """What `admission.compact_json` makes of it, and raises: at once, where it is plain."""
    return surely_compact(raw) or compact_json(raw)


def _append(request: _Request) -> Append:
    events = [
        NewEvent(
            event.type,
            event.tags,
            compact(bytes(event.data)),
            event.id,
            _EMPTY if event.meta is _NO_META else compact(bytes(event.meta)),
        )
        for event in request.events
    ]
    if request.condition is None:
        return Append(tuple(events))
    items = [ConditionItem(item.types, item.tags, item.after) for item in request.condition.fail_if_events_match]
    return Append(tuple(events), tuple(items))
