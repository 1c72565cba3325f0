"""What an employer reads of its assessments, and the one assessment that a public link leads to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import asyncpg
import msgspec
from sqlalchemy import and_, bindparam, or_, select, tuple_

from assessment.read_models.lookups import lookup
from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments, public_links
from contracts.questions import Pool, Question, Settings

_SHOWN: Final = tuple(column for column in assessments.c if column.name not in {"questions", "sealed_keys"})
_POOLS: Final = msgspec.json.Decoder(tuple[Pool, ...])
_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])

_ONE: Final = compiled(
    select(*_SHOWN).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)
_PAGE: Final = compiled(
    select(*_SHOWN)
    .where(
        assessments.c.employer_id == bindparam("employer_id"),
        tuple_(assessments.c.created_at, assessments.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(assessments.c.created_at, assessments.c.id)
    .limit(bindparam("rows"))
)
_CONTENT: Final = compiled(
    select(assessments.c.questions, assessments.c.sealed_keys, assessments.c.position).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)
ASSESSMENT_OF_SLUG: Final = lookup(
    "assessment_of_slug",
    select(
        assessments.c.id,
        assessments.c.employer_id,
        and_(
            assessments.c.status == "published",
            public_links.c.enabled,
            public_links.c.verify_email,
            or_(public_links.c.expires_at.is_(None), public_links.c.expires_at > bindparam("now")),
        ).label("asks_proof"),
    )
    .join_from(assessments, public_links, public_links.c.id == assessments.c.id)
    .where(assessments.c.slug == bindparam("slug")),
)


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment without its questions; position: of the last append that changed it."""

    id: str
    status: Literal["draft", "published", "closed"]
    settings: Settings
    question_count: int
    max_points_milli: int
    slug: str | None
    version: int | None
    content_hash: str | None
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True)
class ContentRow:
    """The draft's or the published version's questions; sealed_keys is empty before the first list of questions."""

    questions: tuple[Question, ...]
    sealed_keys: str
    position: int


@dataclass(frozen=True, slots=True)
class PublicRow:
    """asks_proof: whether the link is open now, and to nobody who has not proved their address."""

    assessment_id: str
    employer_id: str
    asks_proof: bool


async def assessment(reader: Reader, employer_id: str, assessment_id: str) -> AssessmentRow | None:
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id)
    return None if row is None else _assessment(row)


async def assessments_page(
    reader: Reader, employer_id: str, after: tuple[datetime, str], rows: int
) -> tuple[AssessmentRow, ...]:
    """Oldest first, from behind a place."""
    found = await reader.all(_PAGE, employer_id=employer_id, after_at=after[0], after_id=after[1], rows=rows)
    return tuple(map(_assessment, found))


async def content(reader: Reader, employer_id: str, assessment_id: str) -> ContentRow | None:
    """Answer keys among it: ask a reader that has them."""
    row = await reader.one(_CONTENT, employer_id=employer_id, assessment_id=assessment_id)
    if row is None:
        return None
    return ContentRow(_QUESTIONS.decode(row["questions"]), row["sealed_keys"], row["position"])


async def public_assessment(reader: Reader, slug: str, now: datetime) -> PublicRow | None:
    row = await reader.one(ASSESSMENT_OF_SLUG.call, slug=slug, now=now)
    return None if row is None else PublicRow(row["id"], row["employer_id"], row["asks_proof"])


def _assessment(row: asyncpg.Record) -> AssessmentRow:
    values: dict[str, Any] = dict(row)
    values["pools"] = _POOLS.decode(values["pools"])
    settings = Settings(**{name: values[name] for name in Settings.__struct_fields__})
    return AssessmentRow(
        settings=settings, **{name: values[name] for name in AssessmentRow.__slots__ if name != "settings"}
    )
