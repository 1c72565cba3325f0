"""Facts about an assessment's public link: who may come in by it, and that somebody did."""

from contracts.wire import Instant, Message


class PublicLinkChanged(Message, frozen=True):
    """max_joins: null for no cap; what the link was is told again for the answer.

    verify_email: whether nobody comes in before a code that was mailed to their address has been entered
    """

    assessment_id: str
    employer_id: str
    enabled: bool
    max_joins: int | None
    expires_at: Instant | None
    slug: str
    joined: int
    last_joined_at: Instant | None
    at: Instant
    verify_email: bool = False


class PublicLinkJoined(Message, frozen=True):
    """A newcomer took one of the link's places; recorded together with the invite that they got."""

    assessment_id: str
    employer_id: str
    candidate_id: str
    invite_id: str
    at: Instant
