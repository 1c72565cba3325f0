"""API keys: what an employer's programs and people ask with, each with a role."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.assessment.limits import DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS
from contracts.assessment.text import Name
from contracts.wire import Instant, Message, Request

Role = Literal["reviewer", "author", "owner"]
"""What a key may do, each role all that the one before it may: read; write and invite; and the keys themselves."""

KeyStatus = Literal["active", "expired", "revoked"]


class CreateKey(Request, frozen=True):
    """expires_at: from when on the key is no longer valid; null for never."""

    name: Name
    role: Role
    expires_at: Instant | None = None


class IssuedKey(Message, frozen=True):
    """`key` is shown here, to a retry with the same Idempotency-Key, and never again."""

    id: str
    name: str
    role: Role
    key: str
    created_at: Instant
    expires_at: Instant | None


class RotateKey(Request, frozen=True):
    """overlap_seconds: for how long the secret before stays valid beside the new one; 0 ends it at once."""

    overlap_seconds: Annotated[int, Meta(ge=0, le=MAX_OVERLAP_SECONDS)] = DEFAULT_OVERLAP_SECONDS


class RotatedKey(Message, frozen=True):
    """The new secret, shown as the first was; the one before it is valid until `previous_ends_at`."""

    id: str
    name: str
    role: Role
    key: str
    previous_ends_at: Instant
    expires_at: Instant | None


class RevokedKey(Message, frozen=True):
    id: str
    name: str
    role: Role
    state: Literal["revoked"]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant


class KeyAnswer(Message, frozen=True):
    """A key by what may be known of it: what it begins with, and the last four characters of its newest secret.

    last_used_at: to the minute; null where no use is known
    previous_ends_at: until when the secret before the newest is valid too; null where it is not
    """

    id: str
    name: str
    role: Role
    state: KeyStatus
    prefix: str
    last_four: str
    created_at: Instant
    last_used_at: Instant | None
    expires_at: Instant | None
    previous_ends_at: Instant | None
    revoked_at: Instant | None


class KeyPage(Message, frozen=True):
    items: tuple[KeyAnswer, ...]
    next_cursor: str | None
