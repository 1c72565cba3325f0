"""Results, as an employer sees them."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from contracts.assessment import limits
from contracts.assessment.assessments import Points
from contracts.assessment.text import Note, Reason
from contracts.questions import QuestionKind
from contracts.wire import Instant, Message, Request

SubmissionStatus = Literal["pending_review", "scored", "voided"]
ScoredOutcome = Literal["correct", "partial", "incorrect", "unanswered", "pending"]


class SubmissionCandidate(Message, frozen=True):
    """name and email are null once the candidate was erased."""

    id: str
    name: str | None
    email: str | None


class SubmissionAnswer(Message, frozen=True):
    """passed: null while an answer waits for review; voided_at and void_reason: null while it counts.

    reviewed_at: of the last review by a person; null where there was none
    """

    id: str
    assessment_id: str
    candidate: SubmissionCandidate
    state: SubmissionStatus
    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool | None
    submitted_at: Instant
    reviewed_at: Instant | None
    voided_at: Instant | None
    void_reason: str | None


class SubmissionPage(Message, frozen=True):
    items: tuple[SubmissionAnswer, ...]
    next_cursor: str | None


class ScoredAnswer(Message, frozen=True):
    """How one answer was scored: as given, as normalized, by which rule, what of the key it matched, and the points.

    given, normalized, matched and note are null once the candidate was erased. outcome `partial`: some of the points;
    note: what a person wrote, empty where nobody did
    """

    question_id: str
    kind: QuestionKind
    prompt: str
    given: str | tuple[str, ...] | bool | None
    normalized: str | tuple[str, ...] | bool | None
    matched: str | None
    rule: str
    key_version: int
    outcome: ScoredOutcome
    points: Decimal
    max_points: Decimal
    note: str | None


class SubmissionDetail(Message, frozen=True):
    """A submission with its scoring record; version and key_version say what it was scored by."""

    submission: SubmissionAnswer
    version: int
    key_version: int
    content_hash: str
    scoring: tuple[ScoredAnswer, ...]


class EssayReview(Request, frozen=True):
    """points: from 0 to the question's, with at most three places; note: for the employer, never the candidate."""

    question_id: Annotated[str, Meta(max_length=64)]
    points: Points
    note: Note = ""


class ReviewSubmission(Request, frozen=True):
    """Any of the essays that were answered; those that are left out stay as they are."""

    essays: Annotated[tuple[EssayReview, ...], Meta(min_length=1, max_length=limits.MAX_QUESTIONS)]


class ReviewedSubmission(Message, frozen=True):
    """The result from now on; still `pending_review` where an essay was left out."""

    id: str
    assessment_id: str
    state: SubmissionStatus
    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool | None
    reviewed_at: Instant


class VoidSubmission(Request, frozen=True):
    reason: Reason


class VoidedSubmission(Message, frozen=True):
    id: str
    assessment_id: str
    voided_at: Instant
    void_reason: str
