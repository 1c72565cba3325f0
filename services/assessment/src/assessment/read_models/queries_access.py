"""Who a credential belongs to: an API key by its secret's digest, a candidate's seat or claim by a token's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asyncpg import Record
from sqlalchemy import Interval, and_, bindparam, exists, literal_column, not_, or_, select

from assessment.domain.commands import Seat
from assessment.domain.derived_ids import derived_id
from assessment.read_models.lookups import lookup
from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import accommodations, api_keys, invites, sittings, verifications
from assessment.read_models.vault_tables import claims
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
_PROVED: Final = select(verifications.c.id).where(
    verifications.c.employer_id == invites.c.employer_id,
    verifications.c.id == invites.c.id,
    verifications.c.generation == invites.c.generation,
)
_SEAT: Final = select(
    invites.c.id,
    invites.c.employer_id,
    invites.c.assessment_id,
    invites.c.candidate_id,
    invites.c.generation,
    and_(invites.c.verify_email, not_(exists(_PROVED))).label("needs_code"),
).where(
    invites.c.status == "open",
    or_(
        invites.c.expires_at.is_(None),
        invites.c.expires_at > bindparam("now"),
        exists(_BEGUN),
        exists(_GRANTED),
    ),
)
SEAT_OF_TOKEN: Final = lookup("seat_of_token", _SEAT.where(invites.c.token_sha256 == bindparam("sha256")))
_WAY_BACK: Final = compiled(
    _SEAT.where(
        invites.c.employer_id == bindparam("employer_id"),
        invites.c.assessment_id == bindparam("assessment_id"),
        invites.c.candidate_id == bindparam("candidate_id"),
    )
    .order_by(invites.c.position.desc(), invites.c.id)
    .limit(1)
)
CLAIM_OF_TOKEN: Final = lookup(
    "claim_of_token",
    select(claims.c.id, claims.c.employer_id, claims.c.assessment_id, claims.c.candidate_id).where(
        claims.c.token_sha256 == bindparam("sha256"), claims.c.expires_at > bindparam("now")
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


@dataclass(frozen=True, slots=True)
class SeatHolder:
    """Whoever holds a link's token. needs_code: nothing is opened before one was entered."""

    seat: Seat
    needs_code: bool

    @property
    def id(self) -> str:
        return self.seat.invite_id


@dataclass(frozen=True, slots=True)
class Claim:
    """Whoever typed an address on a public link, and has not proved yet that it is theirs."""

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str


async def seat_of_token(reader: Reader, sha256: str, now: datetime) -> SeatHolder | None:
    """The seat that a token opens at this moment; None for a token that is unknown, expired or revoked.

    What was begun in time may be finished after the invite has expired: there the deadline ends it. More time that was
    granted pushes the expiry too, as `extra_time` does.
    """
    row = await reader.one(SEAT_OF_TOKEN.call, sha256=sha256, now=now)
    return None if row is None else _seat_holder(row)


async def way_back(reader: Reader, claim: Claim, now: datetime) -> SeatHolder | None:
    """The latest of the candidate's invites whose token would open its seat at this moment."""
    whose = {"employer_id": claim.employer_id, "assessment_id": claim.assessment_id, "candidate_id": claim.candidate_id}
    row = await reader.one(_WAY_BACK, **whose, now=now)
    return None if row is None else _seat_holder(row)


async def claim_of_token(reader: Reader, sha256: str, now: datetime) -> Claim | None:
    """None for a token that is unknown, or whose time is over."""
    row = await reader.one(CLAIM_OF_TOKEN.call, sha256=sha256, now=now)
    return None if row is None else Claim(row["id"], row["employer_id"], row["assessment_id"], row["candidate_id"])


def _seat_holder(row: Record) -> SeatHolder:
    seat = Seat(
        employer_id=row["employer_id"],
        assessment_id=row["assessment_id"],
        candidate_id=row["candidate_id"],
        invite_id=row["id"],
        sitting_id=sitting_id(row["assessment_id"], row["candidate_id"]),
        generation=row["generation"],
    )
    return SeatHolder(seat, row["needs_code"])


def sitting_id(assessment_id: str, candidate_id: str) -> str:
    """One sitting for each candidate and assessment, however many invites lead to it."""
    return derived_id(assessment_id, candidate_id)
