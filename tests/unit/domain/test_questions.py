from decimal import Decimal
from typing import Any

import msgspec
import pytest

from assessment.domain.decision import Reason, Refusal, Refused
from assessment.domain.pools import attainable_milli
from assessment.domain.questions import content_of
from contracts.assessment import limits
from contracts.assessment.assessments import NumericKey, OptionDraft, QuestionDraft
from contracts.questions import AcceptedTexts, AnswerKey, Choice, NumericRange, Question, Reviewed, Rule, TrueFalse
from tests.unit.domain.given import ESSAY, EVERY_KIND, MULTIPLE, NUMERIC, SINGLE, TEXT, TRUE_FALSE, options


def content(*drafts: QuestionDraft) -> tuple[tuple[Question, ...], tuple[AnswerKey, ...]]:
    ids = tuple(f"q{place}" for place in range(len(drafts)))
    return content_of(drafts, ids, tuple(tuple(f"{id_}o{option}" for option in range(10)) for id_ in ids))


def rule(draft: QuestionDraft) -> Rule:
    return content(draft)[1][0].correct


def refusal(*drafts: QuestionDraft) -> Refusal:
    with pytest.raises(Refused) as refused:
        content(*drafts)
    assert refused.value.refusal.reason is Reason.MALFORMED
    return refused.value.refusal


def but(draft: QuestionDraft, **changes: Any) -> QuestionDraft:
    return msgspec.structs.replace(draft, **changes)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (SINGLE, Choice(option_ids=("q0o1",))),
        (MULTIPLE, Choice(option_ids=("q0o0", "q0o1", "q0o3"))),
        (but(MULTIPLE, correct=(4, 1)), Choice(option_ids=("q0o0", "q0o3"))),
        (TRUE_FALSE, TrueFalse(value=True)),
        (but(TRUE_FALSE, correct=False), TrueFalse(value=False)),
        (TEXT, AcceptedTexts(accepted=("Café", "Tea"), norm="norm_v1")),
        (but(TEXT, correct=("cafe\u0301",)), AcceptedTexts(accepted=("café",), norm="norm_v1")),
        (NUMERIC, NumericRange(value=Decimal("3.14"), tolerance=Decimal("0.01"))),
        (ESSAY, Reviewed()),
    ],
)
def test_each_kind_has_its_rule(draft: QuestionDraft, expected: Rule) -> None:
    assert rule(draft) == expected


def test_numbers_in_keys_have_one_form() -> None:
    key = rule(but(NUMERIC, correct=NumericKey(value=Decimal("1.50"), tolerance=Decimal("1e1"))))
    assert isinstance(key, NumericRange)
    assert (str(key.value), str(key.tolerance)) == ("1.5", "10")


def test_what_is_asked_holds_nothing_of_the_key() -> None:
    canary = "canary-of-the-key"
    questions, keys = content(but(TEXT, correct=(canary,), explanation=f"why {canary}"))
    assert canary.encode() not in msgspec.json.encode(questions)
    assert canary.encode() in msgspec.json.encode(keys)


def test_questions_and_keys_stand_in_order_under_their_ids() -> None:
    questions, keys = content(*EVERY_KIND)
    assert [question.id for question in questions] == [key.question_id for key in keys] == [f"q{n}" for n in range(6)]
    assert [option.id for option in questions[0].options] == ["q0o0", "q0o1", "q0o2"]
    assert attainable_milli(questions, ()) == 10_000


TWO = options("a", "b")


@pytest.mark.parametrize(
    ("draft", "at", "detail"),
    [
        (but(SINGLE, prompt=" \u200b"), ".prompt", "The text is empty"),
        (but(SINGLE, prompt="a\x00b"), ".prompt", "invisible control character"),
        (but(SINGLE, explanation="\u202e"), ".explanation", "invisible control character"),
        (but(SINGLE, options=()), ".options", "2 to 10 options"),
        (but(SINGLE, options=options("a")), ".options", "2 to 10 options"),
        (but(SINGLE, options=options("a", " ")), ".options[1].text", "The text is empty"),
        (but(SINGLE, options=options("a", "b", "a")), ".options[2].text", "the same text"),
        (but(SINGLE, options=options("é", "e\u0301")), ".options[1].text", "the same text"),
        (but(SINGLE, options=options("a b", "a\u00a0 b ")), ".options[1].text", "the same text"),
        (but(SINGLE, correct=None), ".correct", "number of the right option"),
        (but(SINGLE, correct=True), ".correct", "number of the right option"),
        (but(SINGLE, correct=(1,)), ".correct", "number of the right option"),
        (but(SINGLE, correct=0), ".correct", "numbered from 1 to 3"),
        (but(SINGLE, correct=4), ".correct", "numbered from 1 to 3"),
        (but(MULTIPLE, correct=1), ".correct", "list of the right options' numbers"),
        (but(MULTIPLE, correct=()), ".correct", "list of the right options' numbers"),
        (but(MULTIPLE, correct=(1, 5)), ".correct[1]", "numbered from 1 to 4"),
        (but(MULTIPLE, correct=(1, "2")), ".correct[1]", "number of the right option"),
        (but(MULTIPLE, correct=(2, 1, 2)), ".correct[2]", "named twice"),
        (but(TRUE_FALSE, correct=1), ".correct", "true or false"),
        (but(TRUE_FALSE, options=TWO), ".options", "no options"),
        (but(TEXT, options=TWO), ".options", "no options"),
        (but(TEXT, correct="tea"), ".correct", "accepted texts"),
        (but(TEXT, correct=()), ".correct", "accepted texts"),
        (but(TEXT, correct=("tea", 4)), ".correct[1]", "A text is needed"),
        (but(TEXT, correct=("tea", "\u00ad ")), ".correct[1]", "The text is empty"),
        (but(NUMERIC, options=TWO), ".options", "no options"),
        (but(NUMERIC, correct=3), ".correct", "value and its tolerance"),
        (but(NUMERIC, correct=NumericKey(value=Decimal("NaN"))), ".correct.value", "out of bounds"),
        (but(NUMERIC, correct=NumericKey(value=Decimal("1e999999999"))), ".correct.value", "out of bounds"),
        (
            but(NUMERIC, correct=NumericKey(value=Decimal(1), tolerance=Decimal("Infinity"))),
            ".correct.tolerance",
            "out",
        ),
        (
            but(NUMERIC, correct=NumericKey(value=Decimal(1), tolerance=Decimal("-0.1"))),
            ".correct.tolerance",
            "negative",
        ),
        (but(ESSAY, correct=("model answer",)), ".correct", "nothing is given as correct"),
        (but(ESSAY, options=TWO), ".options", "no options"),
        (but(SINGLE, points=Decimal(-1)), ".points", "from 0 to 1000"),
        (but(SINGLE, points=Decimal("0.0001")), ".points", "from 0 to 1000"),
        (but(SINGLE, points=Decimal("NaN")), ".points", "from 0 to 1000"),
        (but(SINGLE, points=Decimal("1e999999999")), ".points", "from 0 to 1000"),
        (but(SINGLE, external_id=" "), ".external_id", "The text is empty"),
        (but(SINGLE, external_id="a\nb"), ".external_id", "more than one line"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(draft: QuestionDraft, at: str, detail: str) -> None:
    refused = refusal(TRUE_FALSE, TEXT, draft)
    assert refused.at == f"$.questions[2]{at}"
    assert detail in refused.detail


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("prompt", limits.MAX_PROMPT_CHARACTERS),
        ("explanation", limits.MAX_EXPLANATION_CHARACTERS),
        ("external_id", limits.MAX_EXTERNAL_ID_CHARACTERS),
    ],
)
def test_lengths_of_texts(name: str, limit: int, over: int) -> None:
    draft = but(TRUE_FALSE, **{name: "x" * (limit + over)})
    if over <= 0:
        assert content(draft)
    else:
        assert refusal(draft).at == f"$.questions[0].{name}"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_lengths_of_options_and_accepted_texts(over: int) -> None:
    option = but(SINGLE, options=options("x" * (limits.MAX_OPTION_CHARACTERS + over), "b"))
    accepted = but(TEXT, correct=("x" * (limits.MAX_ACCEPTED_CHARACTERS + over),))
    if over <= 0:
        assert content(option, accepted)
    else:
        assert refusal(option).at == "$.questions[0].options[0].text"
        assert refusal(accepted).at == "$.questions[0].correct[0]"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_counts(over: int) -> None:
    many_options = tuple(OptionDraft(text=str(n)) for n in range(limits.MAX_OPTIONS + over))
    many_texts = tuple(str(n) for n in range(limits.MAX_ACCEPTED_TEXTS + over))
    many_questions = (TRUE_FALSE,) * (limits.MAX_QUESTIONS + over)
    if over <= 0:
        assert content(but(SINGLE, options=many_options), but(TEXT, correct=many_texts))
        assert len(content(*many_questions)[0]) == len(many_questions)
    else:
        assert refusal(but(SINGLE, options=many_options)).at == "$.questions[0].options"
        assert refusal(but(TEXT, correct=many_texts)).at == "$.questions[0].correct"
        assert refusal(*many_questions).at == "$.questions"


@pytest.mark.parametrize(
    ("points", "milli"),
    [("0", 0), ("0.001", 1), ("1.50", 1500), ("999.999", 999_999), ("1000", 1_000_000), ("1000.001", None)],
)
def test_points_are_counted_in_thousandths(points: str, milli: int | None) -> None:
    draft = but(SINGLE, points=Decimal(points))
    if milli is None:
        assert refusal(draft).at == "$.questions[0].points"
    else:
        assert content(draft)[0][0].points_milli == milli


def test_an_external_id_stands_once() -> None:
    assert content(but(SINGLE, external_id="Q1"), but(TEXT, external_id="q1"))
    refused = refusal(but(SINGLE, external_id="Q1"), TEXT, but(TEXT, external_id=" Q1"))
    assert (refused.at, refused.seen) == ("$.questions[2].external_id", '"Q1"')
