"""What facts about assessments change: the assessment's row, its frozen version, and the employer's count."""

from typing import Any

from assessment.projections.changes import Change, Delete, Insert, Update
from assessment.projections.documents import document
from contracts.events import (
    AssessmentClosed,
    AssessmentCreated,
    AssessmentDeleted,
    AssessmentEdited,
    AssessmentPublished,
    QuestionsReplaced,
)
from contracts.questions import Settings

NO_KEYS = ""
"""Stands in `sealed_keys` until the draft's first list of questions."""


def created(fact: AssessmentCreated) -> tuple[Change, ...]:
    row = {
        "id": fact.assessment_id,
        "employer_id": fact.employer_id,
        "status": "draft",
        **_settings(fact.settings),
        "questions": document(()),
        "sealed_keys": NO_KEYS,
        "key_version": 0,
        "question_count": 0,
        "max_points_milli": 0,
        "slug": None,
        "version": None,
        "content_hash": None,
        "created_at": fact.at,
        "published_at": None,
        "closed_at": None,
    }
    return (Insert("assessments", row),)


def edited(fact: AssessmentEdited) -> tuple[Change, ...]:
    changed = {**_settings(fact.settings), "max_points_milli": fact.max_points_milli}
    return (Update("assessments", {"id": fact.assessment_id}, changed),)


def deleted(fact: AssessmentDeleted) -> tuple[Change, ...]:
    return (Delete("assessments", {"id": fact.assessment_id}),)


def questions_replaced(fact: QuestionsReplaced) -> tuple[Change, ...]:
    changed = {
        "questions": document(fact.questions),
        "sealed_keys": fact.sealed_keys,
        "key_version": fact.key_version,
        "question_count": len(fact.questions),
        "max_points_milli": _max_points_milli(fact),
    }
    return (Update("assessments", {"id": fact.assessment_id}, changed),)


def published(fact: AssessmentPublished) -> tuple[Change, ...]:
    changed = {
        "status": "published",
        "slug": fact.slug,
        "version": fact.version,
        "content_hash": fact.content_hash,
        "published_at": fact.at,
    }
    version = {
        "assessment_id": fact.assessment_id,
        "version": fact.version,
        "employer_id": fact.employer_id,
        "content_hash": fact.content_hash,
        "settings": document(fact.settings),
        "questions": document(fact.questions),
        "sealed_keys": fact.sealed_keys,
        "key_version": fact.key_version,
        "max_points_milli": fact.max_points_milli,
        "published_at": fact.at,
    }
    return (
        Update("employers", {"id": fact.employer_id}, add={"active_count": 1}),
        Update("assessments", {"id": fact.assessment_id}, changed),
        Insert("versions", version),
        Insert("public_links", _public_link(fact)),
    )


def closed(fact: AssessmentClosed) -> tuple[Change, ...]:
    return (
        Update("employers", {"id": fact.employer_id}, add={"active_count": -1}),
        Update("assessments", {"id": fact.assessment_id}, {"status": "closed", "closed_at": fact.at}),
    )


def _max_points_milli(fact: QuestionsReplaced) -> int:
    """Before there were pools, a list did not say it: everybody was asked everything."""
    if fact.max_points_milli is not None:
        return fact.max_points_milli
    return sum(question.points_milli for question in fact.questions)


def _public_link(fact: AssessmentPublished) -> dict[str, Any]:
    """The link is open to everybody until its employer says otherwise."""
    return {
        "id": fact.assessment_id,
        "employer_id": fact.employer_id,
        "enabled": True,
        "max_joins": None,
        "expires_at": None,
        "joined": 0,
        "last_joined_at": None,
        "verify_email": False,
    }


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "title": settings.title,
        "instructions": settings.instructions,
        "time_limit_seconds": settings.time_limit_seconds,
        "grace_seconds": settings.grace_seconds,
        "passing_percent": settings.passing_percent,
        "shuffle": settings.shuffle,
        "shuffle_options": settings.shuffle_options,
        "pools": document(settings.pools),
    }
