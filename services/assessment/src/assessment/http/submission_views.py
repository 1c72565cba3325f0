"""Submissions as an employer sees them: scores from their facts, names and answers as far as they can be opened."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from assessment.domain.author_view import points
from assessment.domain.numbers import canonical
from assessment.read_models.queries_submissions import SubmissionRecord, SubmissionRow
from contracts.assessment.results import (
    ReviewedSubmission,
    ScoredAnswer,
    ScoredOutcome,
    SubmissionAnswer,
    SubmissionCandidate,
    SubmissionDetail,
    SubmissionStatus,
)
from contracts.events import SittingReviewed
from contracts.events.candidates import CandidateDetails
from contracts.events.sittings import AnswerRecord, QuestionScore
from contracts.questions import Question


def submission_answer(row: SubmissionRow, details: CandidateDetails | None) -> SubmissionAnswer:
    """details: None once the candidate was erased."""
    name, email = (None, None) if details is None else (details.name, details.email)
    return SubmissionAnswer(
        id=row.id,
        assessment_id=row.assessment_id,
        candidate=SubmissionCandidate(id=row.candidate_id, name=name, email=email),
        state=_state(row.voided_at, row.passed),
        points=points(row.points_milli),
        max_points=points(row.max_points_milli),
        percent=canonical(row.percent),
        passed=row.passed,
        submitted_at=row.submitted_at,
        reviewed_at=row.reviewed_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


def submission_detail(
    record: SubmissionRecord,
    details: CandidateDetails | None,
    records: tuple[AnswerRecord, ...] | None,
    notes: Mapping[str, str] | None,
) -> SubmissionDetail:
    """Show the scoring record, answer by answer; records and notes: None once the candidate was erased."""
    opened = {answer.question_id: answer for answer in records or ()}
    return SubmissionDetail(
        submission=submission_answer(record.submission, details),
        version=record.version,
        key_version=record.key_version,
        content_hash=record.content_hash,
        scoring=tuple(
            scored_answer(
                record.questions[score.question_id],
                score,
                opened.get(score.question_id),
                record.key_version,
                None if notes is None else notes.get(score.question_id, ""),
            )
            for score in record.scores
        ),
    )


def reviewed_submission(fact: SittingReviewed) -> ReviewedSubmission:
    return ReviewedSubmission(
        id=fact.submission_id,
        assessment_id=fact.assessment_id,
        state=_state(None, fact.passed),
        points=points(fact.points_milli),
        max_points=points(fact.max_points_milli),
        percent=canonical(Decimal(fact.percent)),
        passed=fact.passed,
        reviewed_at=fact.at,
    )


def _state(voided_at: datetime | None, passed: bool | None) -> SubmissionStatus:  # noqa: FBT001 (a fact's value)
    if voided_at is not None:
        return "voided"
    return "pending_review" if passed is None else "scored"


def _outcome(score: QuestionScore) -> ScoredOutcome:
    """Tell a part of the points from none of them."""
    return "partial" if score.outcome == "incorrect" and score.points_milli else score.outcome


def scored_answer(
    question: Question, score: QuestionScore, answer: AnswerRecord | None, key_version: int, note: str | None
) -> ScoredAnswer:
    """Show how one answer was scored; answer and note: None once the candidate was erased."""
    return ScoredAnswer(
        question_id=score.question_id,
        kind=question.kind,
        prompt=question.prompt,
        given=answer.given if answer else None,
        normalized=answer.normalized if answer else None,
        matched=answer.matched if answer else None,
        rule=score.rule,
        key_version=key_version,
        outcome=_outcome(score),
        points=points(score.points_milli),
        max_points=points(score.max_points_milli),
        note=note,
    )
