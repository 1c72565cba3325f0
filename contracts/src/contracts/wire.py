"""The two kinds of Struct on a wire: requests refuse what they don't know, everything else ignores it."""

from datetime import datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset from UTC, RFC 3339 on the wire; one without an offset is refused."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that a client sends: an unknown field is an error, so that no client believes it was heard."""


class Message(msgspec.Struct, frozen=True):
    """A body that a service sends or a fact that it recorded: readers ignore fields that came later."""
