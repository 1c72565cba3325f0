"""Ids as they stand in addresses and bodies: canonical lower-case UUIDs."""

import hashlib
import re
import uuid
from typing import Annotated, Final

from msgspec import Meta

from assessment.http.problems import not_found

IDENTITY_PATTERN: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_GRAMMAR: Final = re.compile(IDENTITY_PATTERN)

Identity = Annotated[str, Meta(pattern=IDENTITY_PATTERN)]


def resource_id(text: str) -> str:
    """Take an id from an address; what can't be one names nothing."""
    if _GRAMMAR.fullmatch(text) is None:
        raise not_found()
    return text


def derived_id(key: str, name: str) -> str:
    """Derive the id of what a command makes from the command's key, so that a retry makes the same."""
    return str(uuid.uuid5(uuid.UUID(key), name))


def derived_ids(key: str, name: str, count: int) -> tuple[str, ...]:
    """Derive many such ids at once, as UUIDs of version 8; thousands of them take milliseconds."""
    stream = hashlib.shake_256(f"{key}\n{name}".encode()).hexdigest(16 * count)
    return tuple(_marked(stream[32 * place : 32 * place + 32]) for place in range(count))


def _marked(digits: str) -> str:
    """Set version and variant in 32 hex digits and write them as a UUID."""
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
