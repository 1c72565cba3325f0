"""Mail that was asked for: taken up from the log once, claimed by one sender at a time, and settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Interval, and_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.ports import Pool, Queries
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments, candidates, invites
from assessment.read_models.vault_tables import address_codes, claims, mail_cursor, outgoing_mail

_CURSOR: Final = compiled(select(mail_cursor.c.position))
_ADVANCE: Final = compiled(
    update(mail_cursor).values(position=func.greatest(mail_cursor.c.position, bindparam("position")))
)
_KEEP: Final = compiled(
    insert(outgoing_mail)
    .values(
        event_id=bindparam("event_id"),
        employer_id=bindparam("employer_id"),
        invite_id=bindparam("invite_id"),
        generation=bindparam("generation"),
        kind="link",
        state="pending",
        due_at=func.clock_timestamp(),
        asked_at=bindparam("asked_at"),
    )
    .on_conflict_do_nothing()
)
_DUE: Final = (
    select(outgoing_mail.c.event_id)
    .where(outgoing_mail.c.state == "pending", outgoing_mail.c.due_at <= func.clock_timestamp())
    .order_by(outgoing_mail.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM: Final = compiled(
    update(outgoing_mail)
    .where(outgoing_mail.c.event_id == _DUE)
    .values(
        attempts=outgoing_mail.c.attempts + 1,
        due_at=func.clock_timestamp() + bindparam("lease", type_=Interval),
    )
    .returning(
        outgoing_mail.c.event_id,
        outgoing_mail.c.employer_id,
        outgoing_mail.c.invite_id,
        outgoing_mail.c.generation,
        outgoing_mail.c.kind,
        outgoing_mail.c.attempts,
        outgoing_mail.c.asked_at,
    )
)
_SETTLE: Final = compiled(
    update(outgoing_mail)
    .where(outgoing_mail.c.event_id == bindparam("id"), outgoing_mail.c.state == "pending")
    .values(state=bindparam("settled"), detail=bindparam("told"), settled_at=func.clock_timestamp())
)
_PUT_OFF: Final = compiled(
    update(outgoing_mail)
    .where(outgoing_mail.c.event_id == bindparam("id"), outgoing_mail.c.state == "pending")
    .values(detail=bindparam("told"), due_at=func.clock_timestamp() + bindparam("pause", type_=Interval))
)
_WHO: Final = compiled(
    select(
        invites.c.candidate_id,
        invites.c.status,
        invites.c.generation,
        invites.c.expires_at,
        assessments.c.title,
        candidates.c.sealed_details,
    )
    .join_from(
        invites,
        candidates,
        and_(candidates.c.employer_id == invites.c.employer_id, candidates.c.id == invites.c.candidate_id),
    )
    .join(
        assessments,
        and_(assessments.c.employer_id == invites.c.employer_id, assessments.c.id == invites.c.assessment_id),
    )
    .where(invites.c.id == bindparam("invite_id"))
)

_CODE_WHO: Final = compiled(
    select(
        address_codes.c.code_id,
        address_codes.c.expires_at,
        claims.c.sealed_details.label("sealed_claim"),
        invites.c.candidate_id,
        candidates.c.sealed_details,
        func.coalesce(assessments.c.title, literal("")).label("title"),
    )
    .select_from(address_codes)
    .outerjoin(claims, claims.c.id == address_codes.c.holder_id)
    .outerjoin(invites, invites.c.id == address_codes.c.holder_id)
    .outerjoin(candidates, candidates.c.id == invites.c.candidate_id)
    .outerjoin(assessments, assessments.c.id == func.coalesce(claims.c.assessment_id, invites.c.assessment_id))
    .where(address_codes.c.holder_id == bindparam("holder_id"))
)


@dataclass(frozen=True, slots=True)
class AskedMail:
    """A mail that an event asked for."""

    event_id: str
    employer_id: str
    invite_id: str
    generation: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail whose turn it is; attempts: this one included. Of a code: its own id, and what it opens as `invite_id`."""

    event_id: str
    employer_id: str
    invite_id: str
    generation: int
    kind: Literal["link", "code"]
    attempts: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom an invite is for, sealed, and what it is at this moment."""

    candidate_id: str
    status: Literal["open", "revoked"]
    generation: int
    expires_at: datetime | None
    title: str
    sealed_details: str


@dataclass(frozen=True, slots=True)
class CodeAddressee:
    """The code that counts now for an invite or a claim, and whom it is mailed to, sealed.

    sealed_claim: of a claim; candidate_id and sealed_details: of an invite; all are null while neither is known
    """

    code_id: str
    expires_at: datetime
    sealed_claim: str | None
    candidate_id: str | None
    sealed_details: str | None
    title: str


async def mail_position(queries: Queries) -> int:
    """How far the log was looked through."""
    position: int = await queries.fetchval(_CURSOR.text)
    return position


async def take_up(pool: Pool, asked: Sequence[AskedMail], position: int) -> None:
    """Keep mail, each once, and then say how far the log was looked through: between the two it is only kept again."""
    for one in asked:
        values = {name: getattr(one, name) for name in AskedMail.__slots__}
        await pool.execute(_KEEP.text, *_KEEP.arguments(**values))
    await pool.execute(_ADVANCE.text, *_ADVANCE.arguments(position=position))


async def claim(pool: Pool, lease_seconds: float) -> ClaimedMail | None:
    """Take the mail that waits longest; nobody else gets it before the lease is over, even if this process dies."""
    row = await pool.fetchrow(_CLAIM.text, *_CLAIM.arguments(lease=timedelta(seconds=lease_seconds)))
    return None if row is None else ClaimedMail(**dict(row))


async def settle(
    pool: Pool, event_id: str, state: Literal["sent", "refused", "dropped"], detail: str | None = None
) -> None:
    await pool.execute(_SETTLE.text, *_SETTLE.arguments(id=event_id, settled=state, told=detail))


async def put_off(pool: Pool, event_id: str, pause_seconds: float, detail: str) -> None:
    pause = timedelta(seconds=pause_seconds)
    await pool.execute(_PUT_OFF.text, *_PUT_OFF.arguments(id=event_id, told=detail, pause=pause))


async def addressee(pool: Pool, invite_id: str) -> Addressee | None:
    """None while the projection does not know the invite."""
    row = await pool.fetchrow(_WHO.text, *_WHO.arguments(invite_id=invite_id))
    return None if row is None else Addressee(**dict(row))


async def code_addressee(pool: Pool, holder_id: str) -> CodeAddressee | None:
    row = await pool.fetchrow(_CODE_WHO.text, *_CODE_WHO.arguments(holder_id=holder_id))
    return None if row is None else CodeAddressee(**dict(row))
