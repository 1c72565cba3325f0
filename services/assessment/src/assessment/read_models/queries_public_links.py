"""What an employer reads of an assessment's public link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, select

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments, public_links

_ONE: Final = compiled(
    select(
        assessments.c.id,
        assessments.c.slug,
        public_links.c.enabled,
        public_links.c.max_joins,
        public_links.c.expires_at,
        public_links.c.joined,
        public_links.c.last_joined_at,
        public_links.c.verify_email,
        public_links.c.position,
    )
    .join_from(
        public_links,
        assessments,
        and_(assessments.c.employer_id == public_links.c.employer_id, assessments.c.id == public_links.c.id),
    )
    .where(public_links.c.employer_id == bindparam("employer_id"), public_links.c.id == bindparam("assessment_id"))
)


@dataclass(frozen=True, slots=True)
class PublicLinkRow:
    """id: the assessment's."""

    id: str
    slug: str
    enabled: bool
    max_joins: int | None
    expires_at: datetime | None
    joined: int
    last_joined_at: datetime | None
    verify_email: bool
    position: int


async def public_link(reader: Reader, employer_id: str, assessment_id: str) -> PublicLinkRow | None:
    """None where the employer has no such assessment, or a draft of it."""
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id)
    return None if row is None else PublicLinkRow(**dict(row))
