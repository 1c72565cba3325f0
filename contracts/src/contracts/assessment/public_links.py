"""An assessment's public link: switched on and off, capped, and ended by its employer."""

from typing import Annotated

from msgspec import Meta

from contracts.assessment.limits import MAX_PUBLIC_JOINS
from contracts.wire import Instant, Message, Request

MaxJoins = Annotated[int, Meta(ge=1, le=MAX_PUBLIC_JOINS)]


class ChangePublicLink(Request, frozen=True):
    """The whole of it: a field that is absent has no cap, or no end.

    verify_email: whether nobody comes in before a code that is mailed to their address has been entered
    """

    enabled: bool
    max_joins: MaxJoins | None = None
    expires_at: Instant | None = None
    verify_email: bool = False


class PublicLinkAnswer(Message, frozen=True):
    """joined: how many came in by the link so far; nobody does once the assessment is closed."""

    assessment_id: str
    slug: str
    enabled: bool
    max_joins: int | None
    expires_at: Instant | None
    joined: int
    last_joined_at: Instant | None
    verify_email: bool = False
