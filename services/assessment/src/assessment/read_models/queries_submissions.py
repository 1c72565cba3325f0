"""What an employer reads of submissions; who submitted, and what, stays sealed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, select, true, tuple_

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments, candidates, sittings, submissions, versions
from contracts.assessment.results import SubmissionStatus
from contracts.events.sittings import QuestionScore
from contracts.questions import Question

_SCORES: Final = msgspec.json.Decoder(tuple[QuestionScore, ...])
_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])
_LISTED: Final = (
    submissions.c.id,
    submissions.c.assessment_id,
    submissions.c.candidate_id,
    submissions.c.points_milli,
    submissions.c.max_points_milli,
    submissions.c.percent,
    submissions.c.passed,
    submissions.c.submitted_at,
    submissions.c.voided_at,
    submissions.c.void_reason,
    submissions.c.reviewed_at,
    candidates.c.sealed_details,
)
_OF_CANDIDATE: Final[ColumnElement[bool]] = and_(
    candidates.c.employer_id == submissions.c.employer_id, candidates.c.id == submissions.c.candidate_id
)
_OF_VERSION: Final[ColumnElement[bool]] = and_(
    versions.c.assessment_id == submissions.c.assessment_id, versions.c.version == submissions.c.version
)
_EXISTS: Final = compiled(
    select(assessments.c.id).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)
_IN_STATE: Final[Mapping[SubmissionStatus | None, ColumnElement[bool]]] = {
    None: true(),
    "pending_review": and_(submissions.c.voided_at.is_(None), submissions.c.passed.is_(None)),
    "scored": and_(submissions.c.voided_at.is_(None), submissions.c.passed.is_not(None)),
    "voided": submissions.c.voided_at.is_not(None),
}
_PAGES: Final = {
    state: compiled(
        select(*_LISTED)
        .join_from(submissions, candidates, _OF_CANDIDATE)
        .where(
            submissions.c.employer_id == bindparam("employer_id"),
            submissions.c.assessment_id == bindparam("assessment_id"),
            tuple_(submissions.c.submitted_at, submissions.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
            is_in_state,
        )
        .order_by(submissions.c.submitted_at, submissions.c.id)
        .limit(bindparam("rows"))
    )
    for state, is_in_state in _IN_STATE.items()
}
_ONE: Final = compiled(
    select(
        *_LISTED,
        submissions.c.version,
        submissions.c.key_version,
        submissions.c.scores,
        submissions.c.sealed_records,
        submissions.c.sealed_notes,
        submissions.c.sitting_id,
        versions.c.content_hash,
        versions.c.questions,
        sittings.c.position,
    )
    .join_from(submissions, candidates, _OF_CANDIDATE)
    .join(versions, _OF_VERSION)
    .join(sittings, sittings.c.id == submissions.c.sitting_id)
    .where(submissions.c.employer_id == bindparam("employer_id"), submissions.c.id == bindparam("submission_id"))
)
_SEAT: Final = compiled(
    select(submissions.c.sitting_id, submissions.c.candidate_id).where(
        submissions.c.employer_id == bindparam("employer_id"), submissions.c.id == bindparam("submission_id")
    )
)


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    id: str
    assessment_id: str
    candidate_id: str
    points_milli: int
    max_points_milli: int
    percent: Decimal
    passed: bool | None
    submitted_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    reviewed_at: datetime | None
    sealed_details: str


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission with what it was scored by; position: of the last append of its sitting."""

    submission: SubmissionRow
    version: int
    key_version: int
    content_hash: str
    scores: tuple[QuestionScore, ...]
    sealed_records: str
    sealed_notes: str | None
    sitting_id: str
    questions: Mapping[str, Question]
    position: int


async def submissions_page(
    reader: Reader,
    employer_id: str,
    assessment_id: str,
    after: tuple[datetime, str],
    rows: int,
    state: SubmissionStatus | None = None,
) -> tuple[SubmissionRow, ...] | None:
    """Oldest first, from behind a place, those in a state if one is given.

    None where the employer has no such assessment.
    """
    found = await reader.all(
        _PAGES[state],
        employer_id=employer_id,
        assessment_id=assessment_id,
        after_at=after[0],
        after_id=after[1],
        rows=rows,
    )
    if not found and await reader.one(_EXISTS, employer_id=employer_id, assessment_id=assessment_id) is None:
        return None
    return tuple(map(_submission, found))


async def submission(reader: Reader, employer_id: str, submission_id: str) -> SubmissionRecord | None:
    row = await reader.one(_ONE, employer_id=employer_id, submission_id=submission_id)
    if row is None:
        return None
    return SubmissionRecord(
        submission=_submission(row),
        version=row["version"],
        key_version=row["key_version"],
        content_hash=row["content_hash"],
        scores=_SCORES.decode(row["scores"]),
        sealed_records=row["sealed_records"],
        sealed_notes=row["sealed_notes"],
        sitting_id=row["sitting_id"],
        questions={question.id: question for question in _QUESTIONS.decode(row["questions"])},
        position=row["position"],
    )


async def seat_of_submission(reader: Reader, employer_id: str, submission_id: str) -> tuple[str, str] | None:
    """The ids of its sitting and its candidate, which never change."""
    row = await reader.one(_SEAT, employer_id=employer_id, submission_id=submission_id)
    return None if row is None else (row["sitting_id"], row["candidate_id"])


def _submission(row: asyncpg.Record) -> SubmissionRow:
    values: dict[str, Any] = dict(row)
    return SubmissionRow(**{name: values[name] for name in SubmissionRow.__slots__})
