"""The limits of the HTTP surface, in one place."""

from dataclasses import dataclass
from typing import Final

from contracts.append import MAX_APPEND_BYTES

EVENT_BODY_BYTES: Final = 1024 * 1024
"""`POST /events`: a line's 960 KiB and room for insignificant whitespace; the line itself is measured when formed."""
APPEND_BODY_BYTES: Final = MAX_APPEND_BYTES
APPENDS_AT_ONCE: Final = 512
"""Lines of an NDJSON request that are handed to the writer together."""
PAGE_EVENTS: Final = 10_000
DEFAULT_PAGE_EVENTS: Final = 1_000
WAIT_SECONDS: Final = 60
QUERY_FIELDS: Final = 128
QUERY_TYPES: Final = 64
STREAM_PAGE_EVENTS: Final = 256
STREAM_SLICE_BYTES: Final = 64 * 1024
HEARTBEAT_SECONDS: Final = 15.0
PAGES_AT_ONCE: Final = 8
"""Pages being read at the same time; each holds up to 8 MiB."""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a deployment may choose."""

    body_seconds: float = 30.0
    heartbeat_seconds: float = HEARTBEAT_SECONDS
