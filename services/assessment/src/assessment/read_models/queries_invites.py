"""What an employer reads of an assessment's invites; who was invited stays sealed here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import and_, bindparam, select, tuple_

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments, candidates, invites

_EXISTS: Final = compiled(
    select(assessments.c.id).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)
_PAGE: Final = compiled(
    select(
        invites.c.id,
        invites.c.candidate_id,
        invites.c.status,
        invites.c.source,
        invites.c.created_at,
        invites.c.expires_at,
        candidates.c.sealed_details,
    )
    .join_from(
        invites,
        candidates,
        and_(candidates.c.employer_id == invites.c.employer_id, candidates.c.id == invites.c.candidate_id),
    )
    .where(
        invites.c.employer_id == bindparam("employer_id"),
        invites.c.assessment_id == bindparam("assessment_id"),
        tuple_(invites.c.created_at, invites.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(invites.c.created_at, invites.c.id)
    .limit(bindparam("rows"))
)


@dataclass(frozen=True, slots=True)
class InviteRow:
    id: str
    candidate_id: str
    status: Literal["open", "revoked"]
    source: Literal["personal", "public"]
    created_at: datetime
    expires_at: datetime | None
    sealed_details: str


async def invites_page(
    reader: Reader, employer_id: str, assessment_id: str, after: tuple[datetime, str], rows: int
) -> tuple[InviteRow, ...] | None:
    """Oldest first, from behind a place; None where the employer has no such assessment."""
    found = await reader.all(
        _PAGE,
        employer_id=employer_id,
        assessment_id=assessment_id,
        after_at=after[0],
        after_id=after[1],
        rows=rows,
    )
    if not found and await reader.one(_EXISTS, employer_id=employer_id, assessment_id=assessment_id) is None:
        return None
    return tuple(InviteRow(**dict(row)) for row in found)
