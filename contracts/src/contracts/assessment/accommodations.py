"""Accommodations: more time for one candidate in one assessment."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from contracts.assessment import limits
from contracts.assessment.text import Reason
from contracts.wire import Instant, Message, Request

Multiplier = Annotated[
    Decimal, Meta(extra_json_schema={"type": "number", "exclusiveMinimum": 1, "maximum": limits.MAX_MULTIPLIER})
]
"""Above 1 and at most 10, with at most two places; msgspec sets no bounds on a Decimal, so the domain does."""
ExtraMinutes = Annotated[int, Meta(ge=1, le=limits.MAX_EXTRA_MINUTES)]


class GrantAccommodation(Request, frozen=True):
    """Exactly one of the three; it takes the place of what was granted before. reason: for the employer's eyes."""

    reason: Reason
    multiplier: Multiplier | None = None
    minutes: ExtraMinutes | None = None
    no_limit: bool = False


class AccommodationAnswer(Message, frozen=True):
    """What a candidate is granted now; nothing is, where `granted_at` is null.

    extra_seconds: what it adds to the time limit and to the end of an invite; null where there is no limit any more
    reason: null once the candidate was erased; deadline_at: of the attempt in progress, null where none or no time runs
    """

    candidate_id: str
    multiplier: Decimal | None
    minutes: int | None
    no_limit: bool
    extra_seconds: int | None
    reason: str | None
    granted_at: Instant | None
    deadline_at: Instant | None


class AccommodationPage(Message, frozen=True):
    items: tuple[AccommodationAnswer, ...]
    next_cursor: str | None
