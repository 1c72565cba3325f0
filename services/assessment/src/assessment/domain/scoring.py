"""A whole submission against a version's keys: a score and a record for each question, and the exact result.

Points are whole thousandths and the percentage is a fraction until the last step: it is rounded once, half up, for
display, and whether the candidate passed is decided before that. While an answer waits for a person, nobody has
passed or failed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from assessment.domain.answers import is_blank
from assessment.domain.marking import Mark, mark, rule_name
from assessment.domain.questions import total_points_milli
from contracts.assessment.take import GivenAnswer
from contracts.events.sittings import AnswerRecord, QuestionScore
from contracts.questions import AnswerKey, Question

Outcome = Literal["correct", "incorrect", "unanswered", "pending"]

UNANSWERED: Final = Mark(is_correct=False)

_OUTCOMES: Final[Mapping[bool | None, Outcome]] = {True: "correct", False: "incorrect", None: "pending"}


@dataclass(frozen=True, slots=True)
class Scored:
    """percent: two places, rounded half up; passed: null while an answer is pending."""

    scores: tuple[QuestionScore, ...]
    records: tuple[AnswerRecord, ...]
    points_milli: int
    max_points_milli: int
    percent: str
    passed: bool | None


def score(
    questions: Sequence[Question],
    keys: Sequence[AnswerKey],
    answers: Mapping[str, GivenAnswer],
    passing_percent: Decimal,
) -> Scored:
    """Score answers that fit their questions, by question id; keys stand in the questions' order."""
    marked = [_scored(question, key, answers.get(question.id)) for question, key in zip(questions, keys, strict=True)]
    scores = tuple(scored for scored, _ in marked)
    points_milli = sum(scored.points_milli for scored in scores)
    max_points_milli = total_points_milli(questions)
    percent = exact_percent(points_milli, max_points_milli)
    is_pending = any(scored.outcome == "pending" for scored in scores)
    return Scored(
        scores=scores,
        records=tuple(record for _, record in marked),
        points_milli=points_milli,
        max_points_milli=max_points_milli,
        percent=displayed_percent(percent),
        passed=None if is_pending else percent >= Fraction(passing_percent),
    )


def exact_percent(points_milli: int, max_points_milli: int) -> Fraction:
    assert 0 <= points_milli <= max_points_milli > 0, "a published version has points to earn"
    return Fraction(100 * points_milli, max_points_milli)


def displayed_percent(percent: Fraction) -> str:
    """Round once, half up, to two places."""
    hundredths = math.floor(percent * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _scored(question: Question, key: AnswerKey, given: GivenAnswer) -> tuple[QuestionScore, AnswerRecord]:
    assert question.id == key.question_id, "a key stands at its question's place"
    made = UNANSWERED if is_blank(given) else mark(question, key.correct, given)
    outcome: Outcome = "unanswered" if made is UNANSWERED else _OUTCOMES[made.is_correct]
    scored = QuestionScore(
        question_id=question.id,
        points_milli=question.points_milli if outcome == "correct" else 0,
        max_points_milli=question.points_milli,
        outcome=outcome,
        rule=rule_name(key.correct),
    )
    record = AnswerRecord(question_id=question.id, given=given, normalized=made.normalized, matched=made.matched)
    return scored, record
