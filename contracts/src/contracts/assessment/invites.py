"""Invitations: one candidate, one assessment, one link."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from contracts.assessment.limits import MAX_INVITES
from contracts.assessment.text import Email, Name
from contracts.wire import Instant, Message, Request

InviteStatus = Literal["open", "expired", "revoked", "started", "submitted"]
"""What an invite's link leads to now: a first look, nowhere, an attempt in progress, or one that is over."""


class InviteDraft(Request, frozen=True):
    name: Name
    email: Email
    expires_at: Instant | None = None


class CreateInvites(Request, frozen=True):
    """send: whether each candidate is sent their link by mail, too.

    verify_email: whether the links open only once a code that is mailed to the address has been entered
    """

    invites: Annotated[tuple[InviteDraft, ...], Meta(min_length=1, max_length=MAX_INVITES)]
    send: bool = False
    verify_email: bool = False


class IssuedInvite(Message, frozen=True):
    """`token` and `url` are shown once, and to a retry with the same Idempotency-Key."""

    id: str
    candidate_id: str
    name: str
    email: str
    expires_at: Instant | None
    token: str
    url: str


class IssuedInvites(Message, frozen=True):
    items: tuple[IssuedInvite, ...]


class InviteDelivery(Message, frozen=True):
    """What became of the mail with the link that is valid now.

    detail: the mail server's codes, or why nothing was sent; null while there is nothing to tell
    at: when it was settled; null while it is pending
    """

    state: Literal["pending", "sent", "refused", "dropped"]
    attempts: int
    detail: str | None
    at: Instant | None


class InviteAnswer(Message, frozen=True):
    """name and email are null once the candidate was erased; status is that of the moment at which it is read.

    delivery: null where no mail was asked for, or none was taken up yet
    verify_email: whether the link opens by a mailed code only; verified_at: when one was entered for the link that is
    valid now
    """

    id: str
    candidate_id: str
    name: str | None
    email: str | None
    status: InviteStatus
    source: Literal["personal", "public"]
    created_at: Instant
    expires_at: Instant | None
    delivery: InviteDelivery | None = None
    verify_email: bool = False
    verified_at: Instant | None = None


class RevokedInvite(Message, frozen=True):
    """What was revoked; who was invited is in the list, as far as it can still be opened."""

    id: str
    candidate_id: str
    status: Literal["revoked"]
    source: Literal["personal", "public"]
    created_at: Instant
    expires_at: Instant | None


class ResendInvite(Request, frozen=True):
    """expires_at: in place of the invite's own; null for no end, and absent to leave it. send: by mail, too."""

    expires_at: Instant | UnsetType | None = UNSET
    send: bool = False


class ResentInvite(Message, frozen=True):
    """The new token, shown as the first was; the one before it is no longer valid."""

    id: str
    candidate_id: str
    expires_at: Instant | None
    token: str
    url: str


class InvitePage(Message, frozen=True):
    items: tuple[InviteAnswer, ...]
    next_cursor: str | None


class JoinPublic(Request, frozen=True):
    name: Name
    email: Email


class JoinedPublic(Message, frozen=True):
    """The personal token for the way through the assessment; shown here and to a retry."""

    token: str
    url: str
