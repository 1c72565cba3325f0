"""What an employer reads of the accommodations of an assessment; why each was granted stays sealed here."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import asyncpg
from sqlalchemy import and_, bindparam, case, func, select, tuple_

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import accommodations, assessments, candidates, sittings

_GRANTED: Final = and_(
    accommodations.c.employer_id == assessments.c.employer_id,
    accommodations.c.assessment_id == assessments.c.id,
    accommodations.c.candidate_id == candidates.c.id,
)
_SITTING: Final = and_(
    sittings.c.employer_id == assessments.c.employer_id,
    sittings.c.assessment_id == assessments.c.id,
    sittings.c.candidate_id == candidates.c.id,
    sittings.c.state == "started",
)
_ROWS: Final = (
    select(
        candidates.c.id.label("candidate_id"),
        accommodations.c.id.label("sitting_id"),
        accommodations.c.multiplier,
        accommodations.c.minutes,
        accommodations.c.no_limit,
        accommodations.c.extra_seconds,
        accommodations.c.sealed_reason,
        case((accommodations.c.withdrawn_at.is_(None), accommodations.c.granted_at)).label("granted_at"),
        sittings.c.deadline_at,
        func.coalesce(accommodations.c.position, 0).label("position"),
    )
    .select_from(assessments)
    .join(candidates, candidates.c.employer_id == assessments.c.employer_id)
    .outerjoin(accommodations, _GRANTED)
    .outerjoin(sittings, _SITTING)
    .where(assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id"))
)
_ONE: Final = compiled(_ROWS.where(assessments.c.status != "draft", candidates.c.id == bindparam("candidate_id")))
_PAGE: Final = compiled(
    _ROWS.where(
        accommodations.c.withdrawn_at.is_(None),
        tuple_(accommodations.c.granted_at, candidates.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(accommodations.c.granted_at, candidates.c.id)
    .limit(bindparam("rows"))
)
_EXISTS: Final = compiled(
    select(assessments.c.id).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)


@dataclass(frozen=True, slots=True)
class AccommodationRow:
    """One candidate's; granted_at: None where nothing is granted, whatever the other columns still hold.

    position: 0 where nothing ever was; deadline_at: of the attempt in progress
    """

    candidate_id: str
    sitting_id: str | None
    multiplier: Decimal | None
    minutes: int | None
    no_limit: bool | None
    extra_seconds: int | None
    sealed_reason: str | None
    granted_at: datetime | None
    deadline_at: datetime | None
    position: int


async def accommodation(
    reader: Reader, employer_id: str, assessment_id: str, candidate_id: str
) -> AccommodationRow | None:
    """None where the employer has no such candidate or assessment, or a draft of it."""
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id, candidate_id=candidate_id)
    return None if row is None else _row(row)


async def accommodations_page(
    reader: Reader, employer_id: str, assessment_id: str, after: tuple[datetime, str], rows: int
) -> tuple[AccommodationRow, ...] | None:
    """Those that are granted, oldest first, from behind a place; None where the employer has no such assessment."""
    values = {"employer_id": employer_id, "assessment_id": assessment_id}
    found = await reader.all(_PAGE, **values, after_at=after[0], after_id=after[1], rows=rows)
    if not found and await reader.one(_EXISTS, **values) is None:
        return None
    return tuple(map(_row, found))


def _row(row: asyncpg.Record) -> AccommodationRow:
    return AccommodationRow(**dict(row))
