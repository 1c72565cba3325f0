"""An assessment as its employer sees it: from the facts of a command, or from its row."""

from datetime import datetime

from assessment.domain.author_view import points
from assessment.domain.numbers import canonical
from assessment.domain.pools import attainable_milli
from assessment.read_models.queries_assessments import AssessmentRow
from contracts.assessment.assessments import AssessmentAnswer
from contracts.events import (
    AssessmentClosed,
    AssessmentCreated,
    AssessmentEdited,
    AssessmentPublished,
    QuestionsReplaced,
)
from contracts.questions import Settings


def of_row(row: AssessmentRow) -> AssessmentAnswer:
    return AssessmentAnswer(
        id=row.id,
        status=row.status,
        title=row.settings.title,
        instructions=row.settings.instructions,
        time_limit_seconds=row.settings.time_limit_seconds,
        grace_seconds=row.settings.grace_seconds,
        passing_percent=canonical(row.settings.passing_percent),
        shuffle=row.settings.shuffle,
        shuffle_options=row.settings.shuffle_options,
        pools=row.settings.pools,
        question_count=row.question_count,
        max_points=points(row.max_points_milli),
        slug=row.slug,
        version=row.version,
        content_hash=row.content_hash,
        created_at=row.created_at,
        published_at=row.published_at,
        closed_at=row.closed_at,
    )


def created(fact: AssessmentCreated, questions: QuestionsReplaced | None = None) -> AssessmentAnswer:
    """Show a new draft, with the questions that it was given at once when it is a duplicate."""
    listed = questions.questions if questions is not None else ()
    max_points_milli = attainable_milli(listed, fact.settings.pools)
    return _draft(fact.assessment_id, fact.settings, fact.at, len(listed), max_points_milli)


def edited(fact: AssessmentEdited) -> AssessmentAnswer:
    return _draft(fact.assessment_id, fact.settings, fact.created_at, fact.question_count, fact.max_points_milli)


def published(fact: AssessmentPublished) -> AssessmentAnswer:
    return of_row(
        AssessmentRow(
            id=fact.assessment_id,
            status="published",
            settings=fact.settings,
            question_count=len(fact.questions),
            max_points_milli=fact.max_points_milli,
            slug=fact.slug,
            version=fact.version,
            content_hash=fact.content_hash,
            created_at=fact.created_at,
            published_at=fact.at,
            closed_at=None,
            position=0,
        )
    )


def closed(fact: AssessmentClosed) -> AssessmentAnswer:
    return of_row(
        AssessmentRow(
            id=fact.assessment_id,
            status="closed",
            settings=fact.settings,
            question_count=fact.question_count,
            max_points_milli=fact.max_points_milli,
            slug=fact.slug,
            version=fact.version,
            content_hash=fact.content_hash,
            created_at=fact.created_at,
            published_at=fact.published_at,
            closed_at=fact.at,
            position=0,
        )
    )


def _draft(
    assessment_id: str, settings: Settings, created_at: datetime, question_count: int, max_points_milli: int
) -> AssessmentAnswer:
    return of_row(
        AssessmentRow(
            id=assessment_id,
            status="draft",
            settings=settings,
            question_count=question_count,
            max_points_milli=max_points_milli,
            slug=None,
            version=None,
            content_hash=None,
            created_at=created_at,
            published_at=None,
            closed_at=None,
            position=0,
        )
    )
