"""What an append is answered before it is formed: a replay, a reused id, a condition that fails.

The events that it is held against are seen in two layers: the durable log, and the batch that is being formed.
"""

from typing import Protocol

import msgspec

from eventrail.log.events import AfterBeyondHead, Append, ConditionFailed, ConditionItem, IdReused, Replayed
from eventrail.log.index.port import Lookup
from eventrail.log.line import parse_line
from eventrail.log.matching import Matcher


class Layer(msgspec.Struct, frozen=True, gc=False):
    """The events after `after` up to `upto`, by what they are about."""

    lookup: Lookup
    after: int
    upto: int


class Standing(Protocol):
    """All events that stand before an append: durable, or earlier in its batch."""

    def position_of(self, event_id: str) -> int | None: ...

    def stored_line(self, position: int) -> bytes: ...

    def layers(self) -> tuple[Layer, ...]:
        """The latest events first; never empty."""
        ...


def answer_standing(append: Append, standing: Standing) -> Replayed | IdReused | None:
    """`Replayed` where the same append stands, whole; `IdReused` where one of its ids stands in any other way."""
    if append.events[0].id is None:
        return None
    for event in append.events:
        if event.id is not None and (first := standing.position_of(event.id)) is not None:
            whole = _stands_whole(append, first, standing)
            return Replayed(first, first + len(append.events) - 1) if whole else IdReused(event.id, first)
    return None


def _stands_whole(append: Append, first: int, standing: Standing) -> bool:
    """Whether exactly these events, with these types, tags and data, are the one append that begins at `first`."""
    if first > 1 and parse_line(standing.stored_line(first - 1)).commit >= first:
        return False
    last = first + len(append.events) - 1
    for position, event in enumerate(append.events, first):
        if event.id is None or standing.position_of(event.id) != position:
            return False
        raw = standing.stored_line(position)
        line = parse_line(raw)
        same = line.type == event.type and line.tags == event.tags and line.commit == last
        # Both are compact and a JSON value has one end, so equal bytes up to `meta` are equal data.
        if not same or not raw.startswith(event.data + b',"meta":', line.data_start):
            return False
    return True


def answer_condition(
    condition: tuple[ConditionItem, ...], standing: Standing
) -> AfterBeyondHead | ConditionFailed | None:
    """`ConditionFailed` with the latest event that any item matches; None where the condition holds."""
    layers = standing.layers()
    head = layers[0].upto
    for number, item in enumerate(condition):
        if item.after > head:
            return AfterBeyondHead(number, item.after, head)
    latest = max([_latest_match(item, layers) for item in condition], default=0)
    return ConditionFailed(latest) if latest else None


def _latest_match(item: ConditionItem, layers: tuple[Layer, ...]) -> int:
    for layer in layers:
        if item.after >= layer.upto:
            return 0
        after = max(item.after, layer.after)
        if position := Matcher(layer.lookup, item.types, item.tags, after).latest(after, layer.upto):
            return position
    return 0
