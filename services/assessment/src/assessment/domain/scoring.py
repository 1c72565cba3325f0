"""A whole submission against a version's keys: a score and a record for each question, and the exact result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from assessment.domain.answers import is_blank
from assessment.domain.marking import Mark, mark, rule_name
from assessment.domain.totals import Total, rounded, total
from contracts.assessment.take import GivenAnswer
from contracts.events.sittings import AnswerRecord, QuestionScore
from contracts.questions import AnswerKey, Question

Outcome = Literal["correct", "incorrect", "unanswered", "pending"]

UNANSWERED: Final = Mark(share=Fraction(0))


@dataclass(frozen=True, slots=True)
class Scored:
    """One score and one record for each question, in their order."""

    scores: tuple[QuestionScore, ...]
    records: tuple[AnswerRecord, ...]
    total: Total


def score(
    questions: Sequence[Question],
    keys: Sequence[AnswerKey],
    answers: Mapping[str, GivenAnswer],
    passing_percent: Decimal,
) -> Scored:
    """Score answers that fit their questions, by question id; keys stand in the questions' order."""
    marked = [_scored(question, key, answers.get(question.id)) for question, key in zip(questions, keys, strict=True)]
    scores = tuple(scored for scored, _ in marked)
    return Scored(scores, tuple(record for _, record in marked), total(scores, passing_percent))


def _scored(question: Question, key: AnswerKey, given: GivenAnswer) -> tuple[QuestionScore, AnswerRecord]:
    assert question.id == key.question_id, "a key stands at its question's place"
    made = UNANSWERED if is_blank(given) else mark(question, key.correct, given)
    exact = question.points_milli * (made.share or Fraction(0))
    scored = QuestionScore(
        question_id=question.id,
        points_milli=rounded(exact),
        max_points_milli=question.points_milli,
        outcome=_outcome(made),
        rule=rule_name(key.correct),
        exact_points_milli="" if exact.denominator == 1 else str(exact),
    )
    record = AnswerRecord(question_id=question.id, given=given, normalized=made.normalized, matched=made.matched)
    return scored, record


def _outcome(made: Mark) -> Outcome:
    if made is UNANSWERED:
        return "unanswered"
    if made.share is None:
        return "pending"
    return "correct" if made.share == 1 else "incorrect"
