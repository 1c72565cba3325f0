"""The event as it stands in the log, is read over HTTP, streamed over SSE and published to NATS.

One JSON object a line, UTF-8, keys in the order of `Event`, no whitespace outside strings. Nothing between the log
and a reader encodes it again, so `hash` can be checked anywhere.
"""

import re
from typing import Annotated, Final

import msgspec

from contracts.wire import Message

MAX_TYPE_CHARACTERS: Final = 128
MAX_TAG_CHARACTERS: Final = 128
MAX_TAGS: Final = 16
MAX_JSON_DEPTH: Final = 64
MAX_LINE_BYTES: Final = 960 * 1024
"""An event's whole line, without its line feed; NATS's default limit is 1 MiB with headers."""

DEFAULT_TYPE: Final = "event"
# The lookahead keeps Python's `$` from passing over a line feed at the end; other dialects read it alike.
TYPE_PATTERN: Final = r"^[a-z0-9_]+(\.[a-z0-9_]+)*(?!\n)$"
TAG_PATTERN: Final = r"^[A-Za-z0-9_-]+:[A-Za-z0-9_:-]+(?!\n)$"
DIGEST_PATTERN: Final = r"^[0-9a-f]{64}(?!\n)$"
TYPE_GRAMMAR: Final = re.compile(TYPE_PATTERN)
TAG_GRAMMAR: Final = re.compile(TAG_PATTERN)

EventType = Annotated[str, msgspec.Meta(pattern=TYPE_PATTERN, max_length=MAX_TYPE_CHARACTERS)]
Tag = Annotated[str, msgspec.Meta(pattern=TAG_PATTERN, max_length=MAX_TAG_CHARACTERS)]
# Of what stands in the log the grammar is told and not checked: it was when the event was appended, and its hash says
# that it is still the same. A reader of many events would spend most of its time on it.
StoredType = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": TYPE_PATTERN, "maxLength": MAX_TYPE_CHARACTERS})]
StoredTag = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": TAG_PATTERN, "maxLength": MAX_TAG_CHARACTERS})]
StoredHash = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": DIGEST_PATTERN})]
EventId = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]
Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
AnyValue = Annotated[msgspec.Raw, msgspec.Meta(description="Any JSON value.")]
Object = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
Position = Annotated[int, msgspec.Meta(ge=0)]
Digest = Annotated[str, msgspec.Meta(pattern=DIGEST_PATTERN)]


class Event(Message, frozen=True, gc=False):
    """One fact of the log.

    position: place in the one total order, from 1, gapless, never reused
    id: canonical lower-case UUID, unique for the life of the log
    type: dotted lower-case words
    tags: what the event is about, `name:value`; a stream is the events that carry a tag
    time: the server's, RFC 3339 in UTC with microseconds, never before that of the event before it
    data: any JSON value, byte for byte as it was sent but for insignificant whitespace
    meta: an object of the client's
    commit: the last position of the atomic append that this event belongs to
    synced: the highest position known durable when this line was formed
    hash: SHA-256 over the previous line's hash and this line without its last 75 bytes, as 64 hex digits
    """

    position: Position
    id: EventId
    type: StoredType
    tags: tuple[StoredTag, ...]
    time: Time
    data: AnyValue
    meta: Object
    commit: Position
    synced: Position
    hash: StoredHash
