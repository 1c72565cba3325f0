"""The engine's limits, in one place; each is tested one below, at and one above."""

from typing import Final

EVENTS_PER_APPEND: Final = 1_000
APPEND_BYTES: Final = 8 * 1024 * 1024
LINE_BYTES: Final = 960 * 1024
"""Without the newline; NATS's default limit is 1 MiB with the headers."""

TYPE_CHARACTERS: Final = 128
TAG_CHARACTERS: Final = 128
TAGS_PER_EVENT: Final = 16
CONDITION_ITEMS: Final = 16
NESTING_LEVELS: Final = 64

PAGE_EVENTS: Final = 10_000
PAGE_BYTES: Final = 8 * 1024 * 1024

CONDITION_TYPES: Final = 64
