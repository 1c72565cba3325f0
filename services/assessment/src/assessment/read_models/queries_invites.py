"""What an employer reads of an assessment's invites; who was invited stays sealed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import asyncpg
from sqlalchemy import ColumnElement, Text, and_, any_, bindparam, case, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import assessments, candidates, invites, sittings, verifications
from assessment.read_models.vault_tables import outgoing_mail
from contracts.assessment.invites import InviteDelivery, InviteStatus

_EXISTS: Final = compiled(
    select(assessments.c.id).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)
_ON_SITTING: Final = and_(
    sittings.c.employer_id == invites.c.employer_id,
    sittings.c.assessment_id == invites.c.assessment_id,
    sittings.c.candidate_id == invites.c.candidate_id,
)
_IS_OVER: Final = or_(
    sittings.c.state == "submitted",
    and_(sittings.c.state == "voided", invites.c.position <= sittings.c.position),
)
"""After a void, only an invite that came later leads to another attempt."""

_STATUS: Final = case(
    (invites.c.status == "revoked", literal("revoked", Text)),
    (sittings.c.state == "started", literal("started", Text)),
    (_IS_OVER, literal("submitted", Text)),
    (invites.c.expires_at <= bindparam("now"), literal("expired", Text)),
    else_=literal("open", Text),
)


def _page(condition: ColumnElement[bool]) -> Statement:
    return compiled(
        select(
            invites.c.id,
            invites.c.candidate_id,
            _STATUS.label("status"),
            invites.c.source,
            invites.c.created_at,
            invites.c.expires_at,
            candidates.c.sealed_details,
            invites.c.verify_email,
            verifications.c.verified_at,
            outgoing_mail.c.state.label("mail_state"),
            outgoing_mail.c.attempts,
            outgoing_mail.c.detail,
            outgoing_mail.c.settled_at,
        )
        .join_from(
            invites,
            candidates,
            and_(candidates.c.employer_id == invites.c.employer_id, candidates.c.id == invites.c.candidate_id),
        )
        .outerjoin(sittings, _ON_SITTING)
        .outerjoin(
            verifications,
            and_(
                verifications.c.employer_id == invites.c.employer_id,
                verifications.c.id == invites.c.id,
                verifications.c.generation == invites.c.generation,
            ),
        )
        .outerjoin(
            outgoing_mail,
            and_(outgoing_mail.c.invite_id == invites.c.id, outgoing_mail.c.generation == invites.c.generation),
        )
        .where(
            invites.c.employer_id == bindparam("employer_id"),
            invites.c.assessment_id == bindparam("assessment_id"),
            tuple_(invites.c.created_at, invites.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
            condition,
        )
        .order_by(invites.c.created_at, invites.c.id)
        .limit(bindparam("rows"))
    )


_PAGE: Final = _page(true())
_PAGE_OF_STATUS: Final = _page(bindparam("status") == _STATUS)

INVITED: Final = compiled(
    select(invites.c.candidate_id)
    .distinct()
    .select_from(invites)
    .outerjoin(sittings, _ON_SITTING)
    .where(
        invites.c.employer_id == bindparam("employer_id"),
        invites.c.assessment_id == bindparam("assessment_id"),
        invites.c.candidate_id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))),
        invites.c.status == "open",
        or_(_STATUS == "open", sittings.c.state == "started", sittings.c.state == "submitted"),
    )
)
"""Candidates, by id, whom some invite leads to their sitting; after a void, only a later one does."""

EVER_INVITED: Final = compiled(
    select(invites.c.candidate_id)
    .where(
        invites.c.employer_id == bindparam("employer_id"),
        invites.c.assessment_id == bindparam("assessment_id"),
        invites.c.candidate_id == bindparam("candidate_id"),
    )
    .limit(1)
)
"""The candidate, if there was ever an invite, whatever became of it."""


@dataclass(frozen=True, slots=True)
class InviteRow:
    """status: at the moment that was asked for; verified_at: null where the token that is valid now was not proved."""

    id: str
    candidate_id: str
    status: InviteStatus
    source: Literal["personal", "public"]
    created_at: datetime
    expires_at: datetime | None
    sealed_details: str
    verify_email: bool
    verified_at: datetime | None
    delivery: InviteDelivery | None


@dataclass(frozen=True, slots=True)
class InvitesAsked:
    """Whose invites, as they are at `now`; status: null for all of them."""

    employer_id: str
    assessment_id: str
    now: datetime
    status: InviteStatus | None = None


async def invites_page(
    reader: Reader, asked: InvitesAsked, after: tuple[datetime, str], rows: int
) -> tuple[InviteRow, ...] | None:
    """Oldest first, from behind a place; None where the employer has no such assessment."""
    whose = {"employer_id": asked.employer_id, "assessment_id": asked.assessment_id}
    page = {**whose, "now": asked.now, "after_at": after[0], "after_id": after[1], "rows": rows}
    if asked.status is None:
        found = await reader.all(_PAGE, **page)
    else:
        found = await reader.all(_PAGE_OF_STATUS, **page, status=asked.status)
    if not found and await reader.one(_EXISTS, **whose) is None:
        return None
    return tuple(map(_invite, found))


async def invited_among(reader: Reader, asked: InvitesAsked, candidate_ids: Sequence[str]) -> frozenset[str]:
    """Those of the candidates who need no other invite to the assessment."""
    found = await reader.all(
        INVITED, employer_id=asked.employer_id, assessment_id=asked.assessment_id, ids=candidate_ids, now=asked.now
    )
    return frozenset(row["candidate_id"] for row in found)


def _invite(row: asyncpg.Record) -> InviteRow:
    values = {name: row[name] for name in InviteRow.__slots__ if name != "delivery"}
    delivery = None
    if row["mail_state"] is not None:
        delivery = InviteDelivery(row["mail_state"], row["attempts"], row["detail"], row["settled_at"])
    return InviteRow(**values, delivery=delivery)
