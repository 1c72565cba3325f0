"""The log as the checker holds it: what any reader of it must be able to tell, and its appends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from tests.kit.history_records import SentEvent, Unless


class StoredEvent(Protocol):
    """An event that a reader found; `line` is without its newline, `data` the bytes that stand in it."""

    @property
    def line(self) -> bytes: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def data(self) -> bytes: ...
    @property
    def position(self) -> int: ...


def appends_of(log: Sequence[StoredEvent]) -> Iterator[Sequence[StoredEvent]]:
    """The events of one atomic append after the other."""
    first = 0
    while first < len(log):
        last = max(int(log[first].fields["commit"]), first + 1)
        yield log[first:last]
        first = last


def is_as_sent(stored: StoredEvent, sent: SentEvent) -> bool:
    return _named(stored) == (sent.id, sent.type, sent.tags) and stored.data == sent.data.encode()


def matches(stored: StoredEvent, types: Sequence[str], tags: Sequence[str]) -> bool:
    fields = stored.fields
    return (not types or fields["type"] in types) and set(tags) <= set(fields["tags"])


def latest_match(log: Sequence[StoredEvent], condition: Sequence[Unless], before: int) -> int:
    """The last position below `before` that any item matches; 0 where the condition holds."""
    return max(
        (
            stored.position
            for item in condition
            for stored in log[item.after : before - 1]
            if matches(stored, item.types, item.tags)
        ),
        default=0,
    )


def _named(stored: StoredEvent) -> tuple[str, str, tuple[str, ...]]:
    return stored.fields["id"], stored.fields["type"], tuple(stored.fields["tags"])
