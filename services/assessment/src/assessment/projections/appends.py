"""An append as a projection sees it: its key, and what its facts change; or why it can't be applied."""

import uuid
from dataclasses import dataclass
from typing import Final

import msgspec

from assessment.domain.boundaries import BoundaryRef
from assessment.domain.derived_ids import derived_id
from assessment.projections.changes import Change
from assessment.projections.project import project, touched
from assessment.read_models.command_keys import KeyRow
from contracts.envelope import Event
from contracts.events import CommandMeta, Fact, UnknownEvent, decode_event
from contracts.events.registry import STRUCTS
from eventrail_client.follow import RecordedAppend

OUR_AREAS: Final = frozenset(name.partition(".")[0] for name in STRUCTS)
"""First words of our event types: an unknown type among them is a newer version's, not somebody else's."""

_META: Final = msgspec.json.Decoder(CommandMeta)


class EventUnreadable(Exception):  # noqa: N818 (an outcome, named for what it is)
    """An event that this version can't apply."""

    def __init__(self, event: Event, reason: str) -> None:
        super().__init__(f"event {event.id} at {event.position} ({event.type}): {reason}")
        self.event = event


@dataclass(frozen=True, slots=True)
class FactChanges:
    """One fact's row changes, and the boundaries whose rows it touches."""

    changes: tuple[Change, ...]
    refs: tuple[BoundaryRef, ...]


def changes_of(recorded: RecordedAppend) -> list[FactChanges]:
    """What an append's facts change, in their order; events that are not ours change nothing.

    Raises EventUnreadable.
    """
    return [changes for event in recorded.events if (changes := _changes(event)) is not None]


def _changes(event: Event) -> FactChanges | None:
    fact = fact_of(event)
    return None if fact is None else FactChanges(projected(event, fact), touched(fact))


def projected(event: Event, fact: Fact) -> tuple[Change, ...]:
    """What the event's fact changes. Raises EventUnreadable."""
    try:
        return project(fact)
    except Exception as failure:
        raise EventUnreadable(event, f"{type(failure).__name__}: {failure}") from failure


def fact_of(event: Event) -> Fact | None:
    """The fact that an event of ours states. Raises EventUnreadable."""
    try:
        fact = decode_event(event.type, event.data)
    except (msgspec.ValidationError, msgspec.DecodeError) as failure:
        raise EventUnreadable(event, str(failure)) from failure
    if not isinstance(fact, UnknownEvent):
        return fact
    if event.type.partition(".")[0] in OUR_AREAS:
        raise EventUnreadable(event, "a type that this version does not know")
    return None


def key_of(recorded: RecordedAppend) -> KeyRow:
    """The command's key, where the first event's id is derived from it; of any other append, that id itself."""
    return key_of_first(recorded.events[0])


def key_of_first(first: Event) -> KeyRow:
    """The same, from an append's first event alone."""
    try:
        meta = _META.decode(first.meta)
        key = str(uuid.UUID(meta.key))
        if derived_id(key, "0") == first.id:
            return KeyRow(key, meta.fingerprint or None, first.position, first.commit)
    except ValueError:  # msgspec's errors are among them
        pass
    return KeyRow(first.id, None, first.position, first.commit)
