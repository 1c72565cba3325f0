"""What an author may give as correct, by kind of question, and the rule that becomes of it."""

from decimal import Decimal
from typing import Final, assert_never

from assessment.domain.decision import Reason, Refused
from assessment.domain.normalization import NORM_V1
from assessment.domain.numbers import canonical, is_bounded
from assessment.domain.text import accepted_required, shown
from assessment.domain.weights import check_scoring, weighed
from contracts.assessment.assessments import NumericKey, QuestionDraft
from contracts.assessment.limits import MAX_ACCEPTED_CHARACTERS, MAX_ACCEPTED_TEXTS
from contracts.questions import AcceptedTexts, Choice, NumericRange, Option, Reviewed, Rule, TrueFalse

Correct = bool | int | tuple[int | str, ...] | NumericKey | None

CHOICES: Final = ("single", "multiple")


def rule_of(draft: QuestionDraft, options: tuple[Option, ...], at: str) -> Rule:
    """Give the rule of a question whose options have their ids; `at` is the path of `correct`."""
    check_scoring(draft, at.removesuffix("correct"))
    match draft.kind:
        case "single":
            return Choice(option_ids=(_option(draft.correct, options, at).id,))
        case "multiple":
            return weighed(draft, _several(draft.correct, options, at), at.removesuffix("correct"))
        case "true_false":
            return _true_false(draft.correct, at)
        case "text":
            return _accepted(draft.correct, at)
        case "numeric":
            return _range(draft.correct, at)
        case "essay":
            return _reviewed(draft.correct, at)
        case _:
            assert_never(draft.kind)


def _option(number: Correct | str, options: tuple[Option, ...], at: str) -> Option:
    if isinstance(number, bool) or not isinstance(number, int):
        raise _refused("The number of the right option is needed", number, at)
    if not 1 <= number <= len(options):
        raise _refused(f"The options are numbered from 1 to {len(options)}", number, at)
    return options[number - 1]


def _several(correct: Correct, options: tuple[Option, ...], at: str) -> Choice:
    if not isinstance(correct, tuple) or not correct:
        raise _refused("A list of the right options' numbers is needed", correct, at)
    right = [_option(number, options, f"{at}[{place}]").id for place, number in enumerate(correct)]
    repeated = next((place for place, id_ in enumerate(right) if id_ in right[:place]), None)
    if repeated is not None:
        raise _refused("The option is named twice", correct[repeated], f"{at}[{repeated}]")
    return Choice(option_ids=tuple(option.id for option in options if option.id in right))


def _true_false(correct: Correct, at: str) -> TrueFalse:
    if not isinstance(correct, bool):
        raise _refused("true or false is needed", correct, at)
    return TrueFalse(value=correct)


def _accepted(correct: Correct, at: str) -> AcceptedTexts:
    if not isinstance(correct, tuple) or not 1 <= len(correct) <= MAX_ACCEPTED_TEXTS:
        raise _refused(f"A list of 1 to {MAX_ACCEPTED_TEXTS} accepted texts is needed", correct, at)
    accepted = tuple(_accepted_text(text, f"{at}[{place}]") for place, text in enumerate(correct))
    return AcceptedTexts(accepted=accepted, norm=NORM_V1)


def _accepted_text(text: int | str, at: str) -> str:
    if not isinstance(text, str):
        raise _refused("A text is needed", text, at)
    return accepted_required(text, at, max_characters=MAX_ACCEPTED_CHARACTERS)


def _range(correct: Correct, at: str) -> NumericRange:
    if not isinstance(correct, NumericKey):
        raise _refused("A value and its tolerance are needed", correct, at)
    for name, number in (("value", correct.value), ("tolerance", correct.tolerance)):
        if not is_bounded(number):
            raise _refused("The number is out of bounds", number, f"{at}.{name}")
    if correct.tolerance < 0:
        raise _refused("A tolerance is not negative", correct.tolerance, f"{at}.tolerance")
    if correct.tolerance_kind == "relative":
        _check_relative(correct, at)
    return NumericRange(
        value=canonical(correct.value), tolerance=canonical(correct.tolerance), tolerance_kind=correct.tolerance_kind
    )


def _check_relative(correct: NumericKey, at: str) -> None:
    """Refuse what was more likely meant in another way: a percentage, or a part of nothing."""
    if correct.tolerance > 1:
        raise _refused("A relative tolerance goes from 0 to 1, such as 0.05", correct.tolerance, f"{at}.tolerance")
    if not correct.value:
        raise _refused("Of 0 there is no part; give an absolute tolerance", correct.value, f"{at}.value")


def _reviewed(correct: Correct, at: str) -> Reviewed:
    if correct is not None:
        raise _refused("A person scores an essay; nothing is given as correct", correct, at)
    return Reviewed()


def _refused(detail: str, seen: Correct | str | Decimal, at: str) -> Refused:
    return Refused(Reason.MALFORMED, detail, at=at, seen=shown(seen))
