"""One answer against one rule: what it means, what of the key it matched, and the share of the points it earns."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from assessment.domain.normalization import normalized
from assessment.domain.numbers import canonical, is_within, is_within_part, parsed_number
from assessment.domain.weights import share
from contracts.assessment.take import GivenAnswer
from contracts.questions import AcceptedTexts, Choice, NumericRange, Question, Reviewed, Rule, TrueFalse


@dataclass(frozen=True, slots=True)
class Mark:
    """share: from 0 to 1, exact, null where a person decides; normalized, matched: as `AnswerRecord` keeps them."""

    share: Fraction | None
    normalized: GivenAnswer = None
    matched: str | None = None


def rule_name(rule: Rule) -> str:
    """Name the rule as a score records it; a rule that changes takes another name, so that old scores keep theirs."""
    match rule:
        case Choice(scoring=scoring):
            return "choice" if scoring == "all_or_nothing" else f"choice/{scoring}"
        case TrueFalse():
            return "true_false"
        case AcceptedTexts(norm=norm):
            return f"text/{norm}"
        case NumericRange(tolerance_kind=kind):
            return "numeric" if kind == "absolute" else f"numeric/{kind}"
        case Reviewed():
            return "review"
        case _:
            assert_never(rule)


def mark(question: Question, rule: Rule, given: GivenAnswer) -> Mark:
    """Mark an answer that fits its question and is not blank."""
    match rule:
        case Choice():
            return _choice(question, rule, given)
        case TrueFalse(value=value):
            is_correct = given is value
            return Mark(Fraction(is_correct), given, str(value).lower() if is_correct else None)
        case AcceptedTexts():
            return _text(rule, given)
        case NumericRange():
            return _number(rule, given)
        case Reviewed():
            return Mark(None)
        case _:
            assert_never(rule)


def _choice(question: Question, rule: Choice, given: GivenAnswer) -> Mark:
    chosen = {given} if isinstance(given, str) else set(_as_ids(given))
    ordered = tuple(option.id for option in question.options if option.id in chosen)
    matched = [id_ for id_ in ordered if id_ in rule.option_ids]
    return Mark(share(question, rule, chosen), given if isinstance(given, str) else ordered, ",".join(matched) or None)


def _as_ids(given: GivenAnswer) -> tuple[str, ...]:
    assert isinstance(given, tuple), "an answer of several options is a list of ids"
    return given


def _as_text(given: GivenAnswer) -> str:
    assert isinstance(given, str), "an answer to a text or numeric question is a text"
    return given


def _text(rule: AcceptedTexts, given: GivenAnswer) -> Mark:
    compared = normalized(rule.norm, _as_text(given))
    matched = next((text for text in rule.accepted if normalized(rule.norm, text) == compared), None)
    return Mark(Fraction(matched is not None), compared, matched)


def _number(rule: NumericRange, given: GivenAnswer) -> Mark:
    number = parsed_number(_as_text(given))
    assert number is not None, "an answer to a numeric question is a number"
    is_relative = rule.tolerance_kind == "relative"
    is_correct = (is_within_part if is_relative else is_within)(number, rule.value, rule.tolerance)
    return Mark(Fraction(is_correct), str(number), f"{rule.value} ± {_shown_tolerance(rule)}" if is_correct else None)


def _shown_tolerance(rule: NumericRange) -> str:
    if rule.tolerance_kind == "absolute":
        return str(rule.tolerance)
    return f"{canonical(Decimal(f'{rule.tolerance:f}e2')):f} %"
