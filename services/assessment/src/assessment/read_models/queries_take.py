"""What a candidate's page is made of. No column that holds a key or an explanation is named in this file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec
from sqlalchemy import and_, bindparam, func, select

from assessment.domain.commands import Seat
from assessment.domain.extra_time import NO_EXTRA_TIME, ExtraTime
from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import (
    accommodations,
    assessments,
    invites,
    saved_answers,
    sittings,
    submissions,
    versions,
)
from contracts.questions import Question, Settings

_SETTINGS: Final = msgspec.json.Decoder(Settings)
_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])
_IDS: Final = msgspec.json.Decoder(tuple[str, ...])
_OF_INVITE: Final = and_(
    assessments.c.employer_id == invites.c.employer_id, assessments.c.id == invites.c.assessment_id
)
_BY_INVITE: Final = and_(
    sittings.c.employer_id == invites.c.employer_id,
    sittings.c.assessment_id == invites.c.assessment_id,
    sittings.c.candidate_id == invites.c.candidate_id,
)
_PAGE: Final = compiled(
    select(
        assessments.c.status,
        versions.c.settings,
        versions.c.questions,
        sittings.c.state,
        sittings.c.attempt,
        sittings.c.position,
        invites.c.position.label("invite_position"),
        sittings.c.started_at,
        sittings.c.deadline_at,
        sittings.c.seed,
        sittings.c.question_ids,
        accommodations.c.id.label("granted"),
        accommodations.c.extra_seconds,
    )
    .select_from(invites)
    .join(assessments, _OF_INVITE)
    .outerjoin(sittings, _BY_INVITE)
    .outerjoin(
        accommodations,
        and_(
            accommodations.c.employer_id == invites.c.employer_id,
            accommodations.c.assessment_id == invites.c.assessment_id,
            accommodations.c.candidate_id == invites.c.candidate_id,
            accommodations.c.withdrawn_at.is_(None),
        ),
    )
    .join(
        versions,
        and_(
            versions.c.employer_id == assessments.c.employer_id,
            versions.c.assessment_id == assessments.c.id,
            versions.c.version == func.coalesce(sittings.c.version, assessments.c.version),
        ),
    )
    .where(invites.c.employer_id == bindparam("employer_id"), invites.c.id == bindparam("invite_id"))
)
_BEAT: Final = compiled(
    select(
        assessments.c.status,
        assessments.c.grace_seconds.label("told_grace_seconds"),
        invites.c.position.label("invite_position"),
        sittings.c.state,
        sittings.c.attempt,
        sittings.c.position,
        sittings.c.deadline_at,
        sittings.c.grace_seconds,
        submissions.c.cause,
    )
    .select_from(invites)
    .join(assessments, _OF_INVITE)
    .outerjoin(sittings, _BY_INVITE)
    .outerjoin(
        submissions,
        and_(submissions.c.employer_id == sittings.c.employer_id, submissions.c.id == sittings.c.submission_id),
    )
    .where(invites.c.employer_id == bindparam("employer_id"), invites.c.id == bindparam("invite_id"))
)
_SAVED: Final = compiled(
    select(saved_answers.c.question_id, saved_answers.c.sealed_answer, saved_answers.c.sequence).where(
        saved_answers.c.employer_id == bindparam("employer_id"),
        saved_answers.c.sitting_id == bindparam("sitting_id"),
        saved_answers.c.attempt == bindparam("attempt"),
    )
)


@dataclass(frozen=True, slots=True)
class SittingRow:
    state: Literal["started", "submitted", "voided"]
    attempt: int
    position: int
    started_at: datetime
    deadline_at: datetime | None
    seed: int
    question_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeRow:
    """sitting: None before the first start; positions tell whether the invite came after what became of it."""

    status: Literal["draft", "published", "closed"]
    settings: Settings
    questions: tuple[Question, ...]
    invite_position: int
    sitting: SittingRow | None
    extra: ExtraTime = NO_EXTRA_TIME


@dataclass(frozen=True, slots=True)
class BeatSitting:
    state: Literal["started", "submitted", "voided"]
    attempt: int
    position: int
    deadline_at: datetime | None
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class BeatRow:
    """The little of a `TakeRow` that changes while somebody works; submitted_by: the cause of the submission."""

    status: Literal["draft", "published", "closed"]
    grace_seconds: int
    invite_position: int
    sitting: BeatSitting | None
    submitted_by: Literal["candidate", "sweeper"] | None


@dataclass(frozen=True, slots=True)
class SavedRow:
    sealed_answer: str
    sequence: int


async def take_page(reader: Reader, seat: Seat) -> TakeRow | None:
    row = await reader.one(_PAGE, employer_id=seat.employer_id, invite_id=seat.invite_id)
    if row is None:
        return None
    sitting = None
    if row["state"] is not None:
        values = {name: row[name] for name in SittingRow.__slots__}
        sitting = SittingRow(**{**values, "question_ids": _IDS.decode(row["question_ids"])})
    return TakeRow(
        status=row["status"],
        settings=_SETTINGS.decode(row["settings"]),
        questions=_QUESTIONS.decode(row["questions"]),
        invite_position=row["invite_position"],
        sitting=sitting,
        extra=NO_EXTRA_TIME if row["granted"] is None else ExtraTime(row["extra_seconds"]),
    )


async def beat(reader: Reader, seat: Seat) -> BeatRow | None:
    """How far a candidate has come, without what is asked."""
    row = await reader.one(_BEAT, employer_id=seat.employer_id, invite_id=seat.invite_id)
    if row is None:
        return None
    sitting = None
    if row["state"] is not None:
        sitting = BeatSitting(**{name: row[name] for name in BeatSitting.__slots__})
    return BeatRow(row["status"], row["told_grace_seconds"], row["invite_position"], sitting, row["cause"])


async def saved_of(reader: Reader, seat: Seat, attempt: int) -> dict[str, SavedRow]:
    """What was saved in an attempt, by question id."""
    rows = await reader.all(_SAVED, employer_id=seat.employer_id, sitting_id=seat.sitting_id, attempt=attempt)
    return {row["question_id"]: SavedRow(row["sealed_answer"], row["sequence"]) for row in rows}
