from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from assessment.domain.content import canonical_json
from assessment.domain.decision import Refusal, Refused
from assessment.domain.questions import content_of
from assessment.domain.scoring import Scored, score
from assessment.domain.totals import earned_milli
from assessment.domain.weights import share
from contracts.assessment.assessments import NumericKey, QuestionDraft
from contracts.assessment.limits import MAX_OPTIONS, MAX_WEIGHT
from contracts.assessment.take import GivenAnswer
from contracts.questions import Choice, NumericRange, Option, Question
from tests.unit.domain.given import MULTIPLE, NUMERIC, SINGLE, TRUE_FALSE, options

PROPORTIONAL = msgspec.structs.replace(MULTIPLE, scoring="proportional", points=Decimal(1))
WEIGHED = msgspec.structs.replace(MULTIPLE, scoring="weights", weights=(3, 1, -2, 2), points=Decimal(1))


def but(draft: QuestionDraft, **changes: Any) -> QuestionDraft:
    return msgspec.structs.replace(draft, **changes)


def scored(drafts: Sequence[QuestionDraft], answers: Sequence[GivenAnswer], passing: str = "50") -> Scored:
    ids = [f"q{place}" for place in range(len(drafts))]
    questions, keys = content_of(drafts, ids, [[f"o{n}" for n in range(MAX_OPTIONS)]] * len(ids))
    return score(questions, keys, dict(zip(ids, answers, strict=True)), Decimal(passing))


def refusal(draft: QuestionDraft) -> Refusal:
    with pytest.raises(Refused) as refused:
        content_of([draft], ["q"], [[f"o{n}" for n in range(MAX_OPTIONS)]])
    return refused.value.refusal


@pytest.mark.parametrize(
    ("draft", "answer", "outcome", "points_milli", "exact"),
    [
        (PROPORTIONAL, ("o3", "o0", "o1"), "correct", 1000, ""),
        (PROPORTIONAL, ("o0", "o1"), "incorrect", 667, "2000/3"),
        (PROPORTIONAL, ("o0",), "incorrect", 333, "1000/3"),
        (PROPORTIONAL, ("o0", "o2"), "incorrect", 0, ""),
        (PROPORTIONAL, ("o0", "o1", "o2", "o3"), "incorrect", 667, "2000/3"),
        (PROPORTIONAL, ("o2",), "incorrect", 0, ""),
        (PROPORTIONAL, (), "unanswered", 0, ""),
        (WEIGHED, ("o0", "o1", "o3"), "correct", 1000, ""),
        (WEIGHED, ("o0",), "incorrect", 500, ""),
        (WEIGHED, ("o1",), "incorrect", 167, "500/3"),
        (WEIGHED, ("o0", "o2"), "incorrect", 167, "500/3"),
        (WEIGHED, ("o1", "o2"), "incorrect", 0, ""),
    ],
)
def test_parts_are_exact_and_shown_to_a_thousandth(
    draft: QuestionDraft, answer: GivenAnswer, outcome: str, points_milli: int, exact: str
) -> None:
    made = scored([draft], [answer]).scores[0]
    assert (made.outcome, made.points_milli, made.exact_points_milli) == (outcome, points_milli, exact)
    assert made.rule == f"choice/{draft.scoring}"


def test_three_thirds_are_a_whole_and_pass() -> None:
    thirds = scored([PROPORTIONAL] * 3, [("o0",)] * 3, passing="33.33")
    assert sum(made.points_milli for made in thirds.scores) == 999
    assert (thirds.total.points_milli, thirds.total.percent, thirds.total.passed) == (1000, "33.33", True)
    assert scored([PROPORTIONAL] * 3, [("o0",)] * 3, passing="33.34").total.passed is False
    two = scored([PROPORTIONAL] * 3, [("o0", "o1")] * 3, passing="66.67").total
    assert (two.percent, two.passed) == ("66.67", False)


rules = st.sampled_from(["all_or_nothing", "proportional", "weights"])
weights = st.lists(st.integers(-MAX_WEIGHT, MAX_WEIGHT), min_size=2, max_size=MAX_OPTIONS).filter(
    lambda drawn: any(weight > 0 for weight in drawn)
)


@given(rules, weights, st.data())
def test_a_share_is_never_below_nothing_nor_above_everything(scoring: Any, drawn: list[int], data: Any) -> None:
    ids = [f"o{place}" for place in range(len(drawn))]
    right = tuple(id_ for id_, weight in zip(ids, drawn, strict=True) if weight > 0)
    question = Question("q", "multiple", "?", tuple(Option(id_, id_) for id_ in ids), 1000)
    rule = Choice(right, scoring, tuple(drawn) if scoring == "weights" else ())
    chosen = data.draw(st.sets(st.sampled_from(ids), min_size=1))
    assert 0 <= share(question, rule, chosen) <= 1
    assert share(question, rule, set(right)) == 1
    assert share(question, rule, chosen - set(right)) == 0
    assert share(question, rule, chosen) <= share(question, rule, chosen | set(right))


@given(st.lists(st.tuples(st.integers(0, 1_000_000), st.sets(st.integers(0, 3))), min_size=1, max_size=12))
def test_percentages_of_parts_agree_with_exact_fractions(drawn: list[tuple[int, set[int]]]) -> None:
    drafts = [but(PROPORTIONAL, points=Decimal(milli) / 1000) for milli, _ in drawn] + [TRUE_FALSE]
    answers = [tuple(f"o{place}" for place in sorted(chosen)) for _, chosen in drawn]
    made = scored(drafts, [*answers, True], passing="50")
    exact = Fraction(1000)
    for milli, chosen in drawn:
        exact += milli * max(Fraction(0), Fraction(len(chosen & {0, 1, 3}) - len(chosen & {2}), 3))
    percent = 100 * exact / (1000 + sum(milli for milli, _ in drawn))
    assert sum(map(earned_milli, made.scores)) == exact
    assert made.total.passed is (percent >= 50)
    assert abs(Fraction(made.total.percent) - percent) <= Fraction(1, 200)
    assert abs(made.total.points_milli - exact) <= Fraction(1, 2)


def test_every_choice_of_the_small_case_agrees_with_the_formula() -> None:
    right, ids = {"o0", "o1", "o3"}, ("o0", "o1", "o2", "o3")
    for chosen in chain.from_iterable(combinations(ids, count) for count in range(1, 5)):
        expected = max(0, len(right & set(chosen)) - len(set(chosen) - right))
        assert earned_milli(scored([PROPORTIONAL], [chosen]).scores[0]) == Fraction(1000 * expected, 3)


RELATIVE = but(NUMERIC, correct=NumericKey(value=Decimal(-200), tolerance=Decimal("0.05"), tolerance_kind="relative"))


@pytest.mark.parametrize(
    ("answer", "is_right"), [("-190", True), ("-210", True), ("-189.999", False), ("-210.001", False), ("190", False)]
)
def test_a_relative_tolerance_is_a_part_of_the_value(answer: str, is_right: bool) -> None:  # noqa: FBT001 (a case)
    made = scored([RELATIVE], [answer])
    assert (made.scores[0].outcome == "correct") is is_right
    assert made.scores[0].rule == "numeric/relative"
    assert made.records[0].matched == ("-200 ± 5 %" if is_right else None)


@given(st.decimals(-1000, 1000, places=3).filter(bool), st.decimals(0, 1, places=3), st.decimals(-2, 2, places=3))
def test_relative_tolerances_agree_with_exact_fractions(value: Decimal, part: Decimal, off: Decimal) -> None:
    draft = but(NUMERIC, correct=NumericKey(value=value, tolerance=part, tolerance_kind="relative"))
    is_right = abs(Fraction(off)) <= Fraction(part) * abs(Fraction(value))
    assert scored([draft], [f"{value + off:f}"]).scores[0].outcome == ("correct" if is_right else "incorrect")


def relative(value: str, tolerance: str) -> NumericKey:
    return NumericKey(value=Decimal(value), tolerance=Decimal(tolerance), tolerance_kind="relative")


@pytest.mark.parametrize(
    ("draft", "at", "detail"),
    [
        (but(SINGLE, scoring="proportional"), "$.questions[0].scoring", "Only a multiple choice"),
        (but(TRUE_FALSE, scoring="weights"), "$.questions[0].scoring", "Only a multiple choice"),
        (but(SINGLE, weights=(1, 2, 3)), "$.questions[0].weights", "not scored by weights"),
        (but(PROPORTIONAL, weights=(1, 1, 0, 1)), "$.questions[0].weights", "not scored by weights"),
        (but(WEIGHED, weights=()), "$.questions[0].weights", "A weight for each option"),
        (but(WEIGHED, weights=(3, 1, -2)), "$.questions[0].weights", "A weight for each option"),
        (but(WEIGHED, weights=(3, 1, -2, MAX_WEIGHT + 1)), "$.questions[0].weights[3]", "to 1000"),
        (but(WEIGHED, weights=(3, 1, -MAX_WEIGHT - 1, 1)), "$.questions[0].weights[2]", "from -1000"),
        (but(WEIGHED, weights=(3, 1, 1, 2)), "$.questions[0].weights", "a weight above 0"),
        (but(WEIGHED, weights=(3, 0, -2, 2)), "$.questions[0].weights", "a weight above 0"),
        (but(WEIGHED, options=options("a", "b"), correct=(1,), weights=(0, 0)), "$.questions[0].weights", "above 0"),
        (but(NUMERIC, correct=relative("0", "0.1")), "$.questions[0].correct.value", "no part"),
        (but(NUMERIC, correct=relative("5", "1.01")), "$.questions[0].correct.tolerance", "from 0 to 1"),
        (but(NUMERIC, correct=relative("5", "-0.01")), "$.questions[0].correct.tolerance", "not negative"),
    ],
)
def test_settings_that_would_not_be_heeded_are_refused(draft: QuestionDraft, at: str, detail: str) -> None:
    refused = refusal(draft)
    assert refused.at == at
    assert detail in refused.detail


@pytest.mark.parametrize(
    "draft",
    [
        but(WEIGHED, weights=(MAX_WEIGHT, MAX_WEIGHT - 1, -MAX_WEIGHT, 1)),
        but(NUMERIC, correct=relative("5", "1")),
        but(NUMERIC, correct=relative("5", "0")),
    ],
)
def test_settings_at_their_limits_are_taken(draft: QuestionDraft) -> None:
    assert content_of([draft], ["q"], [[f"o{n}" for n in range(MAX_OPTIONS)]])


def test_keys_without_parts_are_hashed_as_ever() -> None:
    choice, number = Choice(("o1",)), NumericRange(Decimal("3.14"), Decimal("0.01"))
    assert canonical_json(choice) == b'{"option_ids":["o1"],"rule":"choice"}'
    assert canonical_json(number) == b'{"rule":"numeric","tolerance":"0.01","value":"3.14"}'
    assert b"proportional" in canonical_json(Choice(("o1",), "proportional"))
