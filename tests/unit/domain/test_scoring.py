import unicodedata
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from assessment.domain.questions import content_of
from assessment.domain.scoring import Scored, score
from assessment.domain.totals import displayed_percent, exact_percent
from contracts.assessment.assessments import NumericKey, QuestionDraft
from contracts.assessment.take import GivenAnswer
from contracts.events.sittings import AnswerRecord, QuestionScore
from tests.unit.domain.given import ESSAY, EVERY_KIND, MULTIPLE, NUMERIC, SCORED_AT_ONCE, SINGLE, TEXT, TRUE_FALSE


def scored(drafts: tuple[QuestionDraft, ...], *answers: GivenAnswer, passing: str = "50") -> Scored:
    ids = [f"q{place}" for place in range(len(drafts))]
    questions, keys = content_of(drafts, ids, [[f"o{n}" for n in range(4)]] * len(ids))
    return score(questions, keys, dict(zip(ids, answers, strict=False)), Decimal(passing))


def one(draft: QuestionDraft, answer: GivenAnswer) -> tuple[QuestionScore, AnswerRecord]:
    result = scored((draft,), answer)
    return result.scores[0], result.records[0]


def pointed(points: str, **changes: Any) -> QuestionDraft:
    return msgspec.structs.replace(TRUE_FALSE, points=Decimal(points), **changes)


@pytest.mark.parametrize(
    ("draft", "answer", "outcome", "rule", "normalized", "matched"),
    [
        (SINGLE, "o1", "correct", "choice", "o1", "o1"),
        (SINGLE, "o0", "incorrect", "choice", "o0", None),
        (SINGLE, None, "unanswered", "choice", None, None),
        (MULTIPLE, ("o3", "o0", "o1"), "correct", "choice", ("o0", "o1", "o3"), "o0,o1,o3"),
        (MULTIPLE, ("o0", "o1"), "incorrect", "choice", ("o0", "o1"), "o0,o1"),
        (MULTIPLE, ("o0", "o1", "o2", "o3"), "incorrect", "choice", ("o0", "o1", "o2", "o3"), "o0,o1,o3"),
        (MULTIPLE, ("o2",), "incorrect", "choice", ("o2",), None),
        (MULTIPLE, (), "unanswered", "choice", None, None),
        (TRUE_FALSE, True, "correct", "true_false", True, "true"),
        (TRUE_FALSE, False, "incorrect", "true_false", False, None),
        (TEXT, " CAFÉ\u00a0", "correct", "text/norm_v1", "café", "Café"),
        (TEXT, "tea", "correct", "text/norm_v1", "tea", "Tea"),
        (TEXT, "coffee", "incorrect", "text/norm_v1", "coffee", None),
        (TEXT, "\u200b ", "unanswered", "text/norm_v1", None, None),
        (NUMERIC, "3,15", "correct", "numeric", "3.15", "3.14 ± 0.01"),
        (NUMERIC, "3.13", "correct", "numeric", "3.13", "3.14 ± 0.01"),
        (NUMERIC, "3.1500001", "incorrect", "numeric", "3.1500001", None),
        (NUMERIC, "", "unanswered", "numeric", None, None),
        (ESSAY, "Long ago …", "pending", "review", None, None),
        (ESSAY, " ", "unanswered", "review", None, None),
    ],
)
def test_each_answer_has_its_score_and_its_record(
    draft: QuestionDraft, answer: GivenAnswer, outcome: str, rule: str, normalized: GivenAnswer, matched: str | None
) -> None:
    made, record = one(draft, answer)
    assert (made.outcome, made.rule) == (outcome, rule)
    assert made.max_points_milli == int(draft.points * 1000)
    assert made.points_milli == (made.max_points_milli if outcome == "correct" else 0)
    assert (record.given, record.normalized, record.matched) == (answer, normalized, matched)


@given(st.text(min_size=1, max_size=20), st.sampled_from(["NFC", "NFD"]), st.booleans(), st.booleans())
def test_a_score_does_not_depend_on_how_the_answer_was_typed(accepted: str, form: Any, pad: bool, wide: bool) -> None:  # noqa: FBT001 (drawn)
    text = "key" + "".join(character for character in accepted if character.isalnum() or character == " ")
    draft = msgspec.structs.replace(TEXT, correct=(text,))
    typed = unicodedata.normalize(form, text)
    if wide:
        typed = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in typed)
    if pad:
        typed = f"\u00a0 {typed}\u200b\t"
    assert one(draft, typed)[0].outcome == "correct"
    assert one(draft, typed + "x")[0].outcome == "incorrect"


@given(st.decimals(-1000, 1000, places=3), st.booleans(), st.booleans(), st.sampled_from("-−－–"))  # noqa: RUF001 (minus signs)
def test_a_number_does_not_depend_on_how_it_was_typed(value: Decimal, pad: bool, wide: bool, minus: str) -> None:  # noqa: FBT001 (drawn)
    draft = msgspec.structs.replace(NUMERIC, correct=NumericKey(value=value))
    typed, wrong = f"{value:f}".replace("-", minus), f"{value + 1:f}"
    if wide:
        typed, wrong = (
            "".join(chr(ord(one) + 0xFEE0) if one in "0123456789." else one for one in text) for text in (typed, wrong)
        )
    if pad:
        typed, wrong = f"\u3000{typed}\u200b ", f"\u3000{wrong}\u200b "
    assert one(draft, typed)[0].outcome == "correct"
    assert one(draft, wrong)[0].outcome == "incorrect"


@given(st.decimals(-1000, 1000, places=4), st.decimals(0, 10, places=4), st.decimals(-1, 1, places=4))
def test_numbers_agree_with_exact_fractions(value: Decimal, tolerance: Decimal, off: Decimal) -> None:
    draft = msgspec.structs.replace(NUMERIC, correct=NumericKey(value=value, tolerance=tolerance))
    is_within = abs(Fraction(off)) <= Fraction(tolerance)
    assert one(draft, f"{value + off:f}")[0].outcome == ("correct" if is_within else "incorrect")


points = st.lists(st.tuples(st.integers(0, 1_000_000), st.booleans()), min_size=1, max_size=12)


@given(points.filter(lambda drawn: any(milli for milli, _ in drawn)), st.integers(0, 10_000))
def test_percentages_agree_with_exact_fractions(drawn: list[tuple[int, bool]], passing_hundredths: int) -> None:
    drafts = tuple(pointed(str(Decimal(milli) / 1000)) for milli, _ in drawn)
    passing = Decimal(passing_hundredths) / 100
    result = scored(drafts, *(is_right for _, is_right in drawn), passing=str(passing))
    exact = Fraction(100 * sum(milli for milli, is_right in drawn if is_right), sum(milli for milli, _ in drawn))
    assert result.total.passed is (exact >= Fraction(passing))
    with localcontext() as context:
        context.prec = 60
        rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert result.total.percent == str(rounded)
    assert abs(Fraction(result.total.percent) - exact) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(0), "0.00"),
        (Fraction(100), "100.00"),
        (Fraction(200, 3), "66.67"),
        (Fraction(69996, 1000), "70.00"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(4999, 1_000_000), "0.00"),
        (Fraction(33335, 1000), "33.34"),
    ],
)
def test_a_percentage_is_rounded_once_half_up(exact: Fraction, shown: str) -> None:
    assert displayed_percent(exact) == shown


def test_display_never_passes_anybody() -> None:
    drafts = (pointed("699.96"), pointed("300.04"))
    almost = scored(drafts, True, False, passing="70").total
    assert (almost.percent, almost.passed) == ("70.00", False)
    assert scored(drafts, True, False, passing="69.99").total.passed is True
    assert scored((pointed("70"), pointed("30")), True, False, passing="70").total.passed is True


def test_nobody_has_passed_or_failed_while_an_answer_is_pending() -> None:
    answers: tuple[GivenAnswer, ...] = ("o1", ("o0", "o1", "o3"), True, "tea", "3.14")
    assert scored(EVERY_KIND, *answers, "An essay", passing="10").total.passed is None
    assert scored(EVERY_KIND, *answers, "An essay", passing="100").total.passed is None
    unanswered = scored(EVERY_KIND, *answers, None, passing="60").total
    assert (unanswered.percent, unanswered.passed) == ("60.00", True)


def test_points_add_up() -> None:
    result = scored(SCORED_AT_ONCE, "o1", ("o0",), True, None, "3.14")
    assert (result.total.points_milli, result.total.max_points_milli, result.total.percent) == (3000, 6000, "50.00")
    assert sum(made.points_milli for made in result.scores) == result.total.points_milli
    assert [record.question_id for record in result.records] == [made.question_id for made in result.scores]


def test_a_version_without_points_is_an_impossibility() -> None:
    with pytest.raises(AssertionError, match="points to earn"):
        exact_percent(0, 0)
    with pytest.raises(AssertionError, match="points to earn"):
        scored((pointed("0"),), True)
