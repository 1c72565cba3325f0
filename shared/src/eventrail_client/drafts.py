"""Events and conditions to append, made from Python values."""

from collections.abc import Callable, Sequence
from os import urandom
from typing import Any

import msgspec

from contracts.append import AppendRequest, Condition, ConditionItem, NewEvent

_encode = msgspec.json.Encoder().encode


def new_id() -> str:
    """A random UUID, canonical and in lower case, as events are named."""
    digits = urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def new_event(
    event_type: str,
    data: Any,
    tags: Sequence[str] = (),
    *,
    event_id: str | None = None,
    meta: dict[str, Any] | None = None,
) -> NewEvent:
    """An event of any JSON value or Struct; name it yourself where the same fact must not be recorded twice."""
    return NewEvent(
        data=msgspec.Raw(_encode(data)),
        type=event_type,
        tags=tuple(tags),
        id=event_id,
        meta=msgspec.Raw(_encode(meta or {})),
    )


def no_event_since(after: int, *, tags: Sequence[str] = (), types: Sequence[str] = ()) -> Condition:
    """The condition that no event later than `after` has all of these tags and one of these types."""
    return Condition((ConditionItem(types=tuple(types), tags=tuple(tags), after=after),))


def named(request: AppendRequest, make_id: Callable[[], str]) -> AppendRequest:
    """The append with an id for each event where none has one: what is sent again must be the same append."""
    for event in request.events:
        if event.id is not None:
            return request
    events = tuple([msgspec.structs.replace(event, id=make_id()) for event in request.events])
    return msgspec.structs.replace(request, events=events)
