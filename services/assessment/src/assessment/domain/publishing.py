"""Decisions about going live: publishing freezes a version and counts against the limit, closing gives it back."""

from collections.abc import Sequence

from assessment.domain.commands import Close, Publish
from assessment.domain.content import check_fits, content_hash
from assessment.domain.decision import Decision, Events, Reason, Refused
from assessment.domain.owned import own_draft, own_employer, own_published
from assessment.domain.pools import attainable_milli, check_pools
from assessment.domain.state import EmployerState, State
from contracts.events import AssessmentClosed, AssessmentPublished
from contracts.questions import Pool, Question

FIRST_VERSION = 1
"""A draft is published once; its duplicate is how it goes on, so that a version has one assessment."""


def publish(command: Publish, state: State) -> Decision:
    employer = own_employer(state, command.employer_id)
    draft = own_draft(state, employer.id, command.assessment_id, command.expected_position)
    max_points_milli = publishable_points_milli(draft.questions, draft.settings.pools)
    _check_quota(employer)
    published = AssessmentPublished(
        assessment_id=draft.id,
        employer_id=employer.id,
        version=FIRST_VERSION,
        slug=command.slug,
        content_hash=content_hash(draft.settings, draft.questions, draft.keys),
        settings=draft.settings,
        questions=draft.questions,
        sealed_keys=draft.sealed_keys,
        key_version=draft.key_version,
        max_points_milli=max_points_milli,
        created_at=draft.created_at,
        at=command.now,
    )
    check_fits(published, "$.questions")
    return Events((published,))


def close(command: Close, state: State) -> Decision:
    """Close what is published; sittings in progress may be finished, and no new one starts."""
    own_employer(state, command.employer_id)
    published = own_published(state, command.employer_id, command.assessment_id, command.expected_position)
    assert published.version is not None, "a published assessment has a version"
    assert published.slug is not None, "a published assessment has a slug"
    assert published.content_hash is not None, "a published assessment has a content hash"
    assert published.published_at is not None, "a published assessment says when"
    closed = AssessmentClosed(
        assessment_id=published.id,
        employer_id=published.employer_id,
        version=published.version,
        slug=published.slug,
        content_hash=published.content_hash,
        settings=published.settings,
        question_count=len(published.questions),
        max_points_milli=attainable_milli(published.questions, published.settings.pools),
        created_at=published.created_at,
        published_at=published.published_at,
        at=command.now,
    )
    return Events((closed,))


def publishable_points_milli(questions: Sequence[Question], pools: Sequence[Pool]) -> int:
    """Give what every candidate could earn; refuses what can't be published."""
    if not questions:
        raise Refused(Reason.NO_QUESTIONS, "The draft has no question")
    check_pools(questions, pools)
    max_points_milli = attainable_milli(questions, pools)
    if max_points_milli == 0:
        raise Refused(Reason.CONFLICT, "No question earns a point, so nothing could be scored")
    return max_points_milli


def _check_quota(employer: EmployerState) -> None:
    if employer.active_count >= employer.active_limit:
        detail = f"{employer.active_count} of {employer.active_limit} assessments are active"
        raise Refused(Reason.ACTIVE_LIMIT_REACHED, detail)
