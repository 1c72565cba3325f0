"""docs/scoring.md: every question in it is scored with every answer below it."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest

from assessment.domain.author_view import points
from assessment.domain.questions import content_of
from assessment.domain.scoring import score
from assessment.domain.totals import displayed_percent, exact_percent
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.limits import MAX_OPTIONS, MAX_WEIGHT
from contracts.assessment.results import ReviewSubmission
from contracts.assessment.take import GivenAnswer
from contracts.problems import ProblemType
from contracts.questions import ChoiceScoring, QuestionKind

DOCUMENT: Final = (Path(__file__).parents[3] / "docs" / "scoring.md").read_text()
EXAMPLE: Final = re.compile(r"```json\n((?:[^`]*\n)+?)```\n\n\| answer [^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)")
RESULTS: Final = re.compile(r"\| points \| of .*?\n\|[-|]+\n((?:\|.*\n)+)")
OPTION_IDS: Final = tuple(f"o{number}" for number in range(1, MAX_OPTIONS + 1))


def cells(rows: str) -> list[list[str]]:
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows.splitlines()]


QUESTIONS: Final = [
    (msgspec.json.decode(found[1], type=QuestionDraft), cells(found[2])) for found in EXAMPLE.finditer(DOCUMENT)
]
ANSWERS: Final = [(draft, row) for draft, rows in QUESTIONS for row in rows]
RESULT_ROWS: Final = cells("".join(RESULTS.findall(DOCUMENT)))


def shown(draft: QuestionDraft, answer: str) -> list[str]:
    """What an example's row says behind the answer."""
    given = msgspec.json.decode(answer, type=GivenAnswer)
    questions, keys = content_of([draft], ["q"], [OPTION_IDS])
    made = score(questions, keys, {"q": given}, Decimal(50))
    scored, record = made.scores[0], made.records[0]
    return [scored.outcome, str(points(scored.points_milli)), record.matched or "", scored.rule]


@pytest.mark.parametrize(("draft", "row"), ANSWERS, ids=[f"{draft.kind} {row[0]}" for draft, row in ANSWERS])
def test_an_answer_is_scored_as_it_says(draft: QuestionDraft, row: list[str]) -> None:
    assert shown(draft, row[0]) == row[1:]


@pytest.mark.parametrize("row", RESULT_ROWS, ids=" ".join)
def test_a_result_is_decided_as_it_says(row: list[str]) -> None:
    earned, most, passing, percent, passed = row
    exact = exact_percent(Fraction(earned) * 1000, int(most) * 1000)
    assert displayed_percent(exact) == percent
    assert ("yes" if exact >= Fraction(passing) else "no") == passed


def test_every_kind_and_way_has_its_examples() -> None:
    assert len(ANSWERS) == DOCUMENT.count("\n| `") > 30
    assert len(RESULT_ROWS) == 6
    assert {draft.kind for draft, _ in QUESTIONS} == set(get_args(QuestionKind))
    assert {draft.scoring for draft, _ in QUESTIONS} == set(get_args(ChoiceScoring))
    assert f"from -{MAX_WEIGHT} to {MAX_WEIGHT}" in DOCUMENT


def test_a_review_is_sent_as_it_says() -> None:
    (example,) = re.findall(r'^\{"essays".*$', DOCUMENT, re.MULTILINE)
    review = msgspec.json.decode(example, type=ReviewSubmission)
    assert (review.essays[0].points, review.essays[0].note) == (Decimal("2.5"), "Clear, but no example.")
    for kind in (ProblemType.NOT_REVIEWABLE, ProblemType.ALREADY_VOIDED):
        assert f"(`{kind.slug}`)" in DOCUMENT


def test_control_a_wrong_example_would_be_noticed() -> None:
    draft, rows = QUESTIONS[0]
    assert shown(draft, rows[0][0]) != rows[1][1:]
