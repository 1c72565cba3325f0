"""A candidate's page is the same bytes whatever is right: with the same ids and the same seed, shuffled too."""

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings, strategies as st

from assessment.domain.questions import Content, content_of
from assessment.domain.settings import settings_of
from assessment.http.take_views import take_answer
from assessment.read_models.queries_take import TakeRow
from contracts.assessment.assessments import CreateAssessment, ReplaceQuestions
from tests.kit.assessment_pairs import a_pair
from tests.kit.properties import PROPERTY

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHUFFLED = settings_of(CreateAssessment(title="Knots", passing_percent=Decimal(50), shuffle=True))


def content(questions: list[Any]) -> Content:
    drafts = msgspec.convert({"questions": questions}, ReplaceQuestions).questions
    ids = [f"question {place}" for place in range(len(drafts))]
    options = [[f"option {place} {number}" for number in range(10)] for place in range(len(drafts))]
    return content_of(drafts, ids, options)


def page(found: Content, seed: int) -> bytes:
    questions, _ = found
    row = TakeRow("published", SHUFFLED, questions, 1, None)
    return msgspec.json.encode(take_answer(row, "ready", seed, {}, NOW))


@settings(PROPERTY, max_examples=200)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**53 - 1))
def test_two_hundred_shuffled_pairs_are_the_same_pages(number: int, seed: int) -> None:
    pair = a_pair(random.Random(number))
    one, other = content(pair.one), content(pair.other)
    assert one[1] != other[1]
    assert page(one, seed) == page(other, seed)


def test_control_the_seed_does_shuffle() -> None:
    found = content(a_pair(random.Random(1)).one)
    assert len({page(found, seed) for seed in range(20)}) > 10
    assert b"option 0" in page(found, 1)
