"""Facts about employers."""

from contracts.envelope import Digest
from contracts.wire import Instant, Message


class EmployerCreated(Message, frozen=True):
    """api_key_sha256: of the first API key; the key itself is derived and never recorded."""

    employer_id: str
    name: str
    active_limit: int
    api_key_sha256: Digest
    at: Instant


class EmployerLimitChanged(Message, frozen=True):
    """name and active_count: as they stand beside the new limit."""

    employer_id: str
    name: str
    active_limit: int
    active_count: int
    at: Instant
