"""Who a credential belongs to: an API key by its secret's digest, a candidate's seat by a token's."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Interval, and_, bindparam, exists, literal_column, or_, select

from assessment.domain.commands import Seat
from assessment.read_models.lookups import lookup
from assessment.read_models.queries_reader import Reader
from assessment.read_models.tables import accommodations, api_keys, invites, sittings
from contracts.assessment.keys import Role

KEY_OF_SECRET: Final = lookup(
    "key_of_secret",
    select(api_keys.c.employer_id, api_keys.c.id, api_keys.c.role).where(
        or_(
            api_keys.c.sha256 == bindparam("sha256"),
            and_(
                api_keys.c.previous_sha256 == bindparam("sha256"),
                api_keys.c.previous_ends_at > bindparam("now"),
            ),
        ),
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("now")),
    ),
)

_BEGUN: Final = select(sittings.c.id).where(
    sittings.c.employer_id == invites.c.employer_id,
    sittings.c.assessment_id == invites.c.assessment_id,
    sittings.c.candidate_id == invites.c.candidate_id,
    sittings.c.state != "voided",
)
_GRANTED: Final = select(accommodations.c.id).where(
    accommodations.c.employer_id == invites.c.employer_id,
    accommodations.c.assessment_id == invites.c.assessment_id,
    accommodations.c.candidate_id == invites.c.candidate_id,
    accommodations.c.withdrawn_at.is_(None),
    or_(
        accommodations.c.no_limit,
        invites.c.expires_at + accommodations.c.extra_seconds * literal_column("interval '1 second'", Interval)
        > bindparam("now", type_=invites.c.expires_at.type),
    ),
)
SEAT_OF_TOKEN: Final = lookup(
    "seat_of_token",
    select(invites.c.id, invites.c.employer_id, invites.c.assessment_id, invites.c.candidate_id).where(
        and_(
            invites.c.token_sha256 == bindparam("sha256"),
            invites.c.status == "open",
            or_(
                invites.c.expires_at.is_(None),
                invites.c.expires_at > bindparam("now"),
                exists(_BEGUN),
                exists(_GRANTED),
            ),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom an API key stands for, and what it may do."""

    employer_id: str
    key_id: str
    role: Role


async def key_of_secret(reader: Reader, sha256: str, now: datetime) -> KeyHolder | None:
    """The key that a secret is valid for at this moment; None for one that is unknown, expired, rotated or revoked."""
    row = await reader.one(KEY_OF_SECRET.call, sha256=sha256, now=now)
    return None if row is None else KeyHolder(row["employer_id"], row["id"], row["role"])


async def seat_of_token(reader: Reader, sha256: str, now: datetime) -> Seat | None:
    """The seat that a token opens at this moment; None for a token that is unknown, expired or revoked.

    What was begun in time may be finished after the invite has expired: there the deadline ends it. More time that was
    granted pushes the expiry too, as `extra_time` does.
    """
    row = await reader.one(SEAT_OF_TOKEN.call, sha256=sha256, now=now)
    if row is None:
        return None
    return Seat(
        employer_id=row["employer_id"],
        assessment_id=row["assessment_id"],
        candidate_id=row["candidate_id"],
        invite_id=row["id"],
        sitting_id=sitting_id(row["assessment_id"], row["candidate_id"]),
    )


def sitting_id(assessment_id: str, candidate_id: str) -> str:
    """One sitting for each candidate and assessment, however many invites lead to it."""
    return str(uuid.uuid5(uuid.UUID(assessment_id), candidate_id))
