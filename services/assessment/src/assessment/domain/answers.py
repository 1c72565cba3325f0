"""Whether what a candidate gave fits the question: what doesn't is refused, never a silent zero."""

from collections.abc import Mapping
from typing import assert_never

from assessment.domain.decision import Reason, Refused
from assessment.domain.normalization import norm_v1
from assessment.domain.numbers import MAX_NUMBER_CHARACTERS, parsed_number
from assessment.domain.text import accepted_text, shown
from contracts.assessment.limits import MAX_ANSWER_CHARACTERS
from contracts.assessment.take import GivenAnswer
from contracts.questions import Question


def question_named(questions: Mapping[str, Question], question_id: str, at: str) -> Question:
    """Find the question that an answer is for."""
    question = questions.get(question_id)
    if question is None:
        raise Refused(Reason.UNKNOWN_QUESTION, "The assessment has no such question", at=at, seen=shown(question_id))
    return question


def fitting(question: Question, given: GivenAnswer, at: str) -> GivenAnswer:
    """Give the answer in the form in which it is kept; null, which takes an answer back, fits every question."""
    if given is None:
        return None
    match question.kind:
        case "single":
            return _option_id(question, given, at)
        case "multiple":
            return _option_ids(question, given, at)
        case "true_false":
            return _boolean(given, at)
        case "text" | "essay":
            return _text(given, at)
        case "numeric":
            return _number(given, at)
        case _:
            assert_never(question.kind)


def is_blank(given: GivenAnswer) -> bool:
    """Tell whether nothing was answered: null, no option, or a text in which there is nothing to see."""
    return given is None or given == () or (isinstance(given, str) and not norm_v1(given))


def _option_id(question: Question, given: GivenAnswer, at: str) -> str:
    if not isinstance(given, str):
        raise _refused("One option's id is needed", given, at)
    if given not in {option.id for option in question.options}:
        raise _refused("The question has no such option", given, at)
    return given


def _option_ids(question: Question, given: GivenAnswer, at: str) -> tuple[str, ...]:
    if not isinstance(given, tuple):
        raise _refused("A list of options' ids is needed", given, at)
    for place, id_ in enumerate(given):
        _option_id(question, id_, f"{at}[{place}]")
        if id_ in given[:place]:
            raise _refused("The option is named twice", id_, f"{at}[{place}]")
    return given


def _boolean(given: GivenAnswer, at: str) -> bool:
    if not isinstance(given, bool):
        raise _refused("true or false is needed", given, at)
    return given


def _text(given: GivenAnswer, at: str) -> str:
    if not isinstance(given, str):
        raise _refused("A text is needed", given, at)
    return accepted_text(given, at, max_characters=MAX_ANSWER_CHARACTERS, reason=Reason.ANSWER_REFUSED)


def _number(given: GivenAnswer, at: str) -> str:
    if not isinstance(given, str):
        raise _refused("A number is needed, as a text", given, at)
    text = accepted_text(given, at, max_characters=MAX_NUMBER_CHARACTERS, reason=Reason.ANSWER_REFUSED)
    if not is_blank(text) and parsed_number(text) is None:
        raise _refused("A number is needed, such as 1234.5, without thousands separators", given, at)
    return text


def _refused(detail: str, seen: GivenAnswer, at: str) -> Refused:
    return Refused(Reason.ANSWER_REFUSED, detail, at=at, seen=shown(seen))
