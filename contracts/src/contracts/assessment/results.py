"""Results, as an employer sees them."""

from decimal import Decimal
from typing import Literal

from contracts.assessment.text import Reason
from contracts.questions import QuestionKind
from contracts.wire import Instant, Message, Request


class SubmissionCandidate(Message, frozen=True):
    """name and email are null once the candidate was erased."""

    id: str
    name: str | None
    email: str | None


class SubmissionAnswer(Message, frozen=True):
    """passed: null while an answer waits for review; voided_at and void_reason: null while it counts."""

    id: str
    assessment_id: str
    candidate: SubmissionCandidate
    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool | None
    submitted_at: Instant
    voided_at: Instant | None
    void_reason: str | None


class SubmissionPage(Message, frozen=True):
    items: tuple[SubmissionAnswer, ...]
    next_cursor: str | None


class ScoredAnswer(Message, frozen=True):
    """How one answer was scored: as given, as normalized, by which rule, what of the key it matched, and the points.

    given, normalized and matched are null once the candidate was erased.
    """

    question_id: str
    kind: QuestionKind
    prompt: str
    given: str | tuple[str, ...] | bool | None
    normalized: str | tuple[str, ...] | bool | None
    matched: str | None
    rule: str
    outcome: Literal["correct", "incorrect", "unanswered", "pending"]
    points: Decimal
    max_points: Decimal


class SubmissionDetail(Message, frozen=True):
    """A submission with its scoring record; version and key_version say what it was scored by."""

    submission: SubmissionAnswer
    version: int
    key_version: int
    content_hash: str
    scoring: tuple[ScoredAnswer, ...]


class VoidSubmission(Request, frozen=True):
    reason: Reason


class VoidedSubmission(Message, frozen=True):
    id: str
    assessment_id: str
    voided_at: Instant
    void_reason: str
