"""Facts about API keys; the keys themselves are derived, and only their digests are recorded."""

from contracts.assessment.keys import Role
from contracts.envelope import Digest
from contracts.wire import Instant, Message


class KeyCreated(Message, frozen=True):
    """expires_at: null for a key that ends only when it is revoked."""

    key_id: str
    employer_id: str
    name: str
    role: Role
    key_sha256: Digest
    expires_at: Instant | None
    at: Instant


class KeyRotated(Message, frozen=True):
    """The key has a new secret; the one before it is valid until `previous_ends_at`, any older one no longer."""

    key_id: str
    employer_id: str
    name: str
    role: Role
    generation: int
    key_sha256: Digest
    previous_sha256: Digest
    previous_ends_at: Instant
    expires_at: Instant | None
    at: Instant


class KeyRevoked(Message, frozen=True):
    """No secret of the key is valid any more; what it was is told again for the answer."""

    key_id: str
    employer_id: str
    name: str
    role: Role
    created_at: Instant
    expires_at: Instant | None
    at: Instant
