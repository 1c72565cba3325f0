import pytest

from assessment.domain.answers import fitting, is_blank, question_named
from assessment.domain.decision import Reason, Refused
from assessment.domain.numbers import MAX_NUMBER_CHARACTERS
from assessment.domain.questions import content_of
from contracts.assessment.limits import MAX_ANSWER_CHARACTERS
from contracts.assessment.take import GivenAnswer
from contracts.questions import Question, QuestionKind
from tests.unit.domain.given import EVERY_KIND

QUESTIONS: dict[QuestionKind, Question] = {
    question.kind: question for question in content_of(EVERY_KIND, ["q"] * 6, [[f"o{n}" for n in range(4)]] * 6)[0]
}


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("single", "o1", "o1"),
        ("multiple", ("o3", "o0"), ("o3", "o0")),
        ("multiple", (), ()),
        ("true_false", False, False),
        ("text", " cafe\u0301\r\n", " café\n"),
        ("text", "", ""),
        ("numeric", " 3,14 ", " 3,14 "),
        ("numeric", "", ""),
        ("essay", "In my view …", "In my view …"),
    ],
)
def test_an_answer_that_fits_is_kept_as_given(kind: QuestionKind, given: GivenAnswer, kept: GivenAnswer) -> None:
    assert fitting(QUESTIONS[kind], given, "$.answer") == kept


@pytest.mark.parametrize("kind", list(QUESTIONS))
def test_null_takes_an_answer_back(kind: QuestionKind) -> None:
    assert fitting(QUESTIONS[kind], None, "$.answer") is None


@pytest.mark.parametrize(
    ("kind", "given", "at"),
    [
        ("single", "o9", ""),
        ("single", "", ""),
        ("single", ("o1",), ""),
        ("single", True, ""),
        ("multiple", "o1", ""),
        ("multiple", ("o1", "o9"), "[1]"),
        ("multiple", ("o1", "o2", "o1"), "[2]"),
        ("multiple", False, ""),
        ("true_false", "true", ""),
        ("true_false", ("o1",), ""),
        ("text", True, ""),
        ("text", ("tea",), ""),
        ("text", "t\x00ea", ""),
        ("text", "\u202etea", ""),
        ("numeric", "three", ""),
        ("numeric", "1,234", ""),
        ("numeric", True, ""),
        ("numeric", ("3",), ""),
        ("essay", False, ""),
        ("essay", "\x1b[2J", ""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(kind: QuestionKind, given: GivenAnswer, at: str) -> None:
    with pytest.raises(Refused) as refused:
        fitting(QUESTIONS[kind], given, "$.answer")
    assert refused.value.refusal.reason is Reason.ANSWER_REFUSED
    assert refused.value.refusal.at == f"$.answer{at}"


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(
    ("kind", "letter", "limit"),
    [
        ("text", "x", MAX_ANSWER_CHARACTERS),
        ("essay", "x", MAX_ANSWER_CHARACTERS),
        ("numeric", "0", MAX_NUMBER_CHARACTERS),
    ],
)
def test_lengths_of_answers(kind: QuestionKind, letter: str, limit: int, over: int) -> None:
    given = letter * (limit + over)
    if over <= 0:
        assert fitting(QUESTIONS[kind], given, "$.answer") == given
        return
    with pytest.raises(Refused, match="more than"):
        fitting(QUESTIONS[kind], given, "$.answer")


@pytest.mark.parametrize("given", [None, (), "", "  ", "\u00a0\u200b"])
def test_what_says_nothing_is_blank(given: GivenAnswer) -> None:
    assert is_blank(given)


@pytest.mark.parametrize("given", [False, True, "0", ("o1",)])
def test_what_says_something_is_not(given: GivenAnswer) -> None:
    assert not is_blank(given)


def test_an_unknown_question_is_named() -> None:
    questions = {"q1": QUESTIONS["text"]}
    assert question_named(questions, "q1", "question") is QUESTIONS["text"]
    with pytest.raises(Refused) as refused:
        question_named(questions, "q2", "question")
    assert refused.value.refusal.reason is Reason.UNKNOWN_QUESTION
    assert (refused.value.refusal.at, refused.value.refusal.seen) == ("question", '"q2"')
