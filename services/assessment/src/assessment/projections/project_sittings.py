"""What facts about sittings change: the sitting's row, the answers saved in it, and the submission that counts."""

from decimal import Decimal

from assessment.domain.closing import closing
from assessment.projections.changes import Change, Insert, Update, Upsert
from assessment.projections.documents import document
from contracts.events import AnswerSaved, SittingReviewed, SittingStarted, SittingSubmitted, SittingVoided


def started(fact: SittingStarted) -> tuple[Change, ...]:
    """The first attempt makes the row; a later one takes it over."""
    attempt = {
        "invite_id": fact.invite_id,
        "state": "started",
        "attempt": fact.attempt,
        "version": fact.version,
        "started_at": fact.at,
        "deadline_at": fact.deadline_at,
        "grace_seconds": fact.grace_seconds,
        "closes_at": closing(fact.deadline_at, fact.grace_seconds),
        "seed": fact.seed,
        "question_ids": document(fact.question_ids),
        "submission_id": None,
    }
    if fact.attempt > 1:
        return (Update("sittings", {"id": fact.sitting_id}, attempt),)
    sitting = {
        "id": fact.sitting_id,
        "employer_id": fact.employer_id,
        "assessment_id": fact.assessment_id,
        "candidate_id": fact.candidate_id,
        **attempt,
    }
    return (Insert("sittings", sitting),)


def answer_saved(fact: AnswerSaved) -> tuple[Change, ...]:
    row = {
        "sitting_id": fact.sitting_id,
        "attempt": fact.attempt,
        "question_id": fact.question_id,
        "employer_id": fact.employer_id,
        "sequence": fact.sequence,
        "sealed_answer": fact.sealed_answer,
        "saved_at": fact.at,
    }
    return (Upsert("saved_answers", row),)


def submitted(fact: SittingSubmitted) -> tuple[Change, ...]:
    submission = {
        "id": fact.submission_id,
        "employer_id": fact.employer_id,
        "assessment_id": fact.assessment_id,
        "candidate_id": fact.candidate_id,
        "invite_id": fact.invite_id,
        "sitting_id": fact.sitting_id,
        "attempt": fact.attempt,
        "version": fact.version,
        "key_version": fact.key_version,
        "points_milli": fact.points_milli,
        "max_points_milli": fact.max_points_milli,
        "percent": Decimal(fact.percent),
        "passed": fact.passed,
        "scores": document(fact.scores),
        "sealed_records": fact.sealed_records,
        "cause": fact.cause,
        "submitted_at": fact.at,
        "reviewed_at": None,
        "sealed_notes": None,
        "voided_at": None,
        "void_reason": None,
    }
    state = {"state": "submitted", "submission_id": fact.submission_id}
    return Update("sittings", {"id": fact.sitting_id}, state), Insert("submissions", submission)


def reviewed(fact: SittingReviewed) -> tuple[Change, ...]:
    result = {
        "points_milli": fact.points_milli,
        "max_points_milli": fact.max_points_milli,
        "percent": Decimal(fact.percent),
        "passed": fact.passed,
        "scores": document(fact.scores),
        "reviewed_at": fact.at,
        "sealed_notes": fact.sealed_notes,
    }
    return (Update("submissions", {"id": fact.submission_id}, result),)


def voided(fact: SittingVoided) -> tuple[Change, ...]:
    return (
        Update("submissions", {"id": fact.submission_id}, {"voided_at": fact.at, "void_reason": fact.reason}),
        Update("sittings", {"id": fact.sitting_id}, {"state": "voided"}),
    )
