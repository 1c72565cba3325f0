"""Ids as they stand in addresses and bodies: canonical lower-case UUIDs."""

import re
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
