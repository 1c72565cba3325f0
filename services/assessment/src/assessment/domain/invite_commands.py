"""The commands about invitations and the public link, as values; see `commands`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType


@dataclass(frozen=True, slots=True)
class InviteOrder:
    """One invite to be issued; candidate_id is derived from the normalized address; mail: whether it is sent.

    verify_email: whether its link opens by a mailed code only
    """

    invite_id: str
    candidate_id: str
    name: str
    email: str
    token_sha256: str
    expires_at: datetime | None
    mail: bool = False
    verify_email: bool = False


@dataclass(frozen=True, slots=True)
class IssueInvites:
    employer_id: str
    assessment_id: str
    orders: tuple[InviteOrder, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class InviteFromFile:
    """Like IssueInvites, but for who is invited already; mode `valid_rows` passes over what can't be issued."""

    employer_id: str
    assessment_id: str
    orders: tuple[InviteOrder, ...]
    mode: Literal["all", "valid_rows"]
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangePublicLink:
    """max_joins, expires_at: null for no cap, and for no end."""

    employer_id: str
    assessment_id: str
    enabled: bool
    max_joins: int | None
    expires_at: datetime | None
    expected_position: int | None
    now: datetime
    verify_email: bool = False


@dataclass(frozen=True, slots=True)
class JoinPublicLink:
    """A candidate asks for a personal token; proved: whether a code that was mailed to the address was entered."""

    employer_id: str
    assessment_id: str
    order: InviteOrder
    now: datetime
    proved: bool = False


@dataclass(frozen=True, slots=True)
class VerifyInvite:
    """The code was entered by whoever holds the token of this generation."""

    employer_id: str
    assessment_id: str
    invite_id: str
    generation: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RevokeInvite:
    employer_id: str
    assessment_id: str
    invite_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ResendInvite:
    """The token is rotated; its digest is looked up by the next generation, one more than the invite's.

    expires_at: in place of the invite's own; unset to leave it; mail: whether the new token is sent
    """

    employer_id: str
    assessment_id: str
    invite_id: str
    token_digests: Mapping[int, str]
    now: datetime
    expires_at: datetime | UnsetType | None = UNSET
    mail: bool = False
