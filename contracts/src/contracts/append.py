"""What a client sends to append events, and what it is answered."""

from typing import Annotated, Final

import msgspec

from contracts.envelope import DEFAULT_TYPE, MAX_TAGS, AnyValue, EventId, EventType, Position, Tag
from contracts.wire import Message, Request

MAX_APPEND_EVENTS: Final = 1_000
MAX_APPEND_BYTES: Final = 8 * 1024 * 1024
MAX_CONDITION_ITEMS: Final = 16
MAX_CONDITION_TYPES: Final = 64

Tags = Annotated[tuple[Tag, ...], msgspec.Meta(max_length=MAX_TAGS)]

MetaObject = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object", "default": {}})]


def _no_meta() -> msgspec.Raw:
    return msgspec.Raw(b"{}")


class NewEvent(Request, frozen=True):
    """An event to be recorded; `id` is given for all events of an append or for none."""

    data: AnyValue
    type: EventType = DEFAULT_TYPE
    tags: Tags = ()
    id: EventId | None = None
    meta: MetaObject = msgspec.field(default_factory=_no_meta)


class ConditionItem(Request, frozen=True):
    """Matches an event after `after` whose type is among `types` (if any) and that carries all `tags` (if any)."""

    types: Annotated[tuple[EventType, ...], msgspec.Meta(max_length=MAX_CONDITION_TYPES)] = ()
    tags: Tags = ()
    after: Position = 0


class Condition(Request, frozen=True):
    """The append condition: any match of any item refuses the append."""

    fail_if_events_match: Annotated[tuple[ConditionItem, ...], msgspec.Meta(max_length=MAX_CONDITION_ITEMS)]


class AppendRequest(Request, frozen=True):
    """One atomic append: all of its events become facts at consecutive positions, or none does."""

    events: Annotated[tuple[NewEvent, ...], msgspec.Meta(min_length=1, max_length=MAX_APPEND_EVENTS)]
    condition: Condition | None = None


class AppendResult(Message, frozen=True):
    """The answer of an append that stands; durable before it is sent. `replayed`: it stood before this request."""

    first: Position
    last: Position
    replayed: bool
