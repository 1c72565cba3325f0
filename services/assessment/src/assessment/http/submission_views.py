"""Submissions as an employer sees them: scores from their facts, names and answers as far as they can be opened."""

from collections.abc import Mapping

from assessment.domain.author_view import points
from assessment.domain.numbers import canonical
from assessment.read_models.queries_submissions import SubmissionRecord, SubmissionRow
from contracts.assessment.results import ScoredAnswer, SubmissionAnswer, SubmissionCandidate, SubmissionDetail
from contracts.events.candidates import CandidateDetails
from contracts.events.sittings import AnswerRecord, QuestionScore


def submission_answer(row: SubmissionRow, details: CandidateDetails | None) -> SubmissionAnswer:
    """details: None once the candidate was erased."""
    name, email = (None, None) if details is None else (details.name, details.email)
    return SubmissionAnswer(
        id=row.id,
        assessment_id=row.assessment_id,
        candidate=SubmissionCandidate(id=row.candidate_id, name=name, email=email),
        points=points(row.points_milli),
        max_points=points(row.max_points_milli),
        percent=canonical(row.percent),
        passed=row.passed,
        submitted_at=row.submitted_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


def submission_detail(
    record: SubmissionRecord, details: CandidateDetails | None, records: tuple[AnswerRecord, ...] | None
) -> SubmissionDetail:
    """Show the scoring record, answer by answer; records: None once the candidate was erased."""
    opened = {answer.question_id: answer for answer in records or ()}
    return SubmissionDetail(
        submission=submission_answer(record.submission, details),
        version=record.version,
        key_version=record.key_version,
        content_hash=record.content_hash,
        scoring=tuple(_scored(record, score, opened) for score in record.scores),
    )


def _scored(record: SubmissionRecord, score: QuestionScore, opened: Mapping[str, AnswerRecord]) -> ScoredAnswer:
    question = record.questions[score.question_id]
    answer = opened.get(score.question_id)
    return ScoredAnswer(
        question_id=score.question_id,
        kind=question.kind,
        prompt=question.prompt,
        given=answer.given if answer else None,
        normalized=answer.normalized if answer else None,
        matched=answer.matched if answer else None,
        rule=score.rule,
        outcome=score.outcome,
        points=points(score.points_milli),
        max_points=points(score.max_points_milli),
    )
