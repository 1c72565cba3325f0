"""Facts about invitations; tokens are derived, and only their digests are recorded."""

from typing import Literal

from contracts.envelope import Digest
from contracts.wire import Instant, Message


class InviteCreated(Message, frozen=True):
    """source: `personal` by an employer, `public` by a candidate through the public link; mail: whether it is sent.

    verify_email: whether the link opens only once a code that was mailed to the address has been entered
    """

    invite_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    token_sha256: Digest
    expires_at: Instant | None
    source: Literal["personal", "public"]
    at: Instant
    mail: bool = False
    verify_email: bool = False


class InviteRevoked(Message, frozen=True):
    """The token is no longer valid; what the invite was is told again for the answer."""

    invite_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    source: Literal["personal", "public"]
    created_at: Instant
    expires_at: Instant | None
    at: Instant


class InviteResent(Message, frozen=True):
    """The token was rotated: the one before it is no longer valid; mail: whether the new one is sent."""

    invite_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    token_sha256: Digest
    expires_at: Instant | None
    generation: int
    at: Instant
    mail: bool = False


class InviteVerified(Message, frozen=True):
    """Whoever holds the link has read the candidate's mail; generation: of the token, since a later one proves anew."""

    invite_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    generation: int
    at: Instant
