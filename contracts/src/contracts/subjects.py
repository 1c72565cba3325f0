"""Names on NATS: the stream, its subjects and the headers of a message."""

from typing import Final

from contracts.envelope import TAG_GRAMMAR, TYPE_GRAMMAR

STREAM: Final = "EVENTRAIL"
PREFIX: Final = "eventrail.events"
ALL_EVENTS: Final = f"{PREFIX}.>"
NO_TAG: Final = "-"

LOG_ID_HEADER: Final = "Eventrail-Log-Id"
EXPECTED_SEQUENCE_HEADER: Final = "Nats-Expected-Last-Sequence"
TRACE_HEADER: Final = "traceparent"
TRACE_STATE_HEADER: Final = "tracestate"


def subject_of(event_type: str, tags: tuple[str, ...]) -> str:
    """The subject of an event: `eventrail.events.<first tag, or ->.<type>`."""
    return f"{PREFIX}.{tags[0] if tags else NO_TAG}.{event_type}"


def subject_of_tag(tag: str) -> str:
    """The wildcard that follows every event whose first tag is `tag`."""
    assert TAG_GRAMMAR.match(tag), f"not a tag: {tag!r}"
    return f"{PREFIX}.{tag}.>"


def subject_of_type(event_type: str) -> str:
    """The wildcard that follows every event of one type, whatever its first tag."""
    assert TYPE_GRAMMAR.match(event_type), f"not a type: {event_type!r}"
    return f"{PREFIX}.*.{event_type}"
