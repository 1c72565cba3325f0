"""One answer against one rule: what it means, what of the key it matched, and whether that earns the points."""

from dataclasses import dataclass
from typing import assert_never

from assessment.domain.normalization import normalized
from assessment.domain.numbers import is_within, parsed_number
from contracts.assessment.take import GivenAnswer
from contracts.questions import AcceptedTexts, Choice, NumericRange, Question, Reviewed, Rule, TrueFalse


@dataclass(frozen=True, slots=True)
class Mark:
    """is_correct: null where a person decides; normalized and matched: as `AnswerRecord` keeps them."""

    is_correct: bool | None
    normalized: GivenAnswer = None
    matched: str | None = None


def rule_name(rule: Rule) -> str:
    """Name the rule, with its version, as a score records it."""
    match rule:
        case Choice():
            return "choice"
        case TrueFalse():
            return "true_false"
        case AcceptedTexts(norm=norm):
            return f"text/{norm}"
        case NumericRange():
            return "numeric"
        case Reviewed():
            return "review"
        case _:
            assert_never(rule)


def mark(question: Question, rule: Rule, given: GivenAnswer) -> Mark:
    """Mark an answer that fits its question and is not blank."""
    match rule:
        case Choice(option_ids=right):
            return _choice(question, right, given)
        case TrueFalse(value=value):
            is_correct = given is value
            return Mark(is_correct, given, str(value).lower() if is_correct else None)
        case AcceptedTexts():
            return _text(rule, given)
        case NumericRange():
            return _number(rule, given)
        case Reviewed():
            return Mark(None)
        case _:
            assert_never(rule)


def _choice(question: Question, right: tuple[str, ...], given: GivenAnswer) -> Mark:
    """All of the right options and no other."""
    chosen = {given} if isinstance(given, str) else set(_as_ids(given))
    ordered = tuple(option.id for option in question.options if option.id in chosen)
    matched = [id_ for id_ in ordered if id_ in right]
    return Mark(chosen == set(right), given if isinstance(given, str) else ordered, ",".join(matched) or None)


def _as_ids(given: GivenAnswer) -> tuple[str, ...]:
    assert isinstance(given, tuple), "an answer of several options is a list of ids"
    return given


def _as_text(given: GivenAnswer) -> str:
    assert isinstance(given, str), "an answer to a text or numeric question is a text"
    return given


def _text(rule: AcceptedTexts, given: GivenAnswer) -> Mark:
    compared = normalized(rule.norm, _as_text(given))
    matched = next((text for text in rule.accepted if normalized(rule.norm, text) == compared), None)
    return Mark(matched is not None, compared, matched)


def _number(rule: NumericRange, given: GivenAnswer) -> Mark:
    number = parsed_number(_as_text(given))
    assert number is not None, "an answer to a numeric question is a number"
    is_correct = is_within(number, rule.value, rule.tolerance)
    return Mark(is_correct, str(number), f"{rule.value} ± {rule.tolerance}" if is_correct else None)
