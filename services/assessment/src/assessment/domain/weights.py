"""How a multiple choice is scored: which settings fit a question, and the share of the points that a choice earns.

A share is exact, never below 0 and never above 1, whatever is chosen.
"""

from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import assert_never

import msgspec

from assessment.domain.decision import Reason, Refused
from assessment.domain.text import shown
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.limits import MAX_WEIGHT
from contracts.questions import Choice, Question


def check_scoring(draft: QuestionDraft, at: str) -> None:
    """Refuse settings that the question would not heed; `at` is the question's path with its last dot."""
    if draft.kind != "multiple" and draft.scoring != "all_or_nothing":
        raise _refused("Only a multiple choice is scored in parts", draft.scoring, f"{at}scoring")
    if draft.scoring != "weights" and draft.weights:
        raise _refused("The question is not scored by weights", draft.weights, f"{at}weights")


def weighed(draft: QuestionDraft, right: Choice, at: str) -> Choice:
    """Complete the key of a multiple choice; with weights, the right options are those that count for the answer."""
    if draft.scoring != "weights":
        return msgspec.structs.replace(right, scoring=draft.scoring)
    if len(draft.weights) != len(draft.options):
        raise _refused("A weight for each option is needed, in their order", draft.weights, f"{at}weights")
    for place, weight in enumerate(draft.weights):
        if not -MAX_WEIGHT <= weight <= MAX_WEIGHT:
            raise _refused(f"A weight goes from -{MAX_WEIGHT} to {MAX_WEIGHT}", weight, f"{at}weights[{place}]")
    positive = {number for number, weight in enumerate(draft.weights, 1) if weight > 0}
    if not isinstance(draft.correct, tuple) or set(draft.correct) != positive:
        raise _refused("The right options are those with a weight above 0", draft.weights, f"{at}weights")
    return msgspec.structs.replace(right, scoring=draft.scoring, weights=draft.weights)


def share(question: Question, rule: Choice, chosen: AbstractSet[str]) -> Fraction:
    """Give the part of the points that the chosen options earn."""
    right = set(rule.option_ids)
    match rule.scoring:
        case "all_or_nothing":
            return Fraction(chosen == right)
        case "proportional":
            return _bounded(Fraction(len(chosen & right) - len(chosen - right), len(right)))
        case "weights":
            weights = dict(zip((option.id for option in question.options), rule.weights, strict=True))
            full = sum(weight for weight in rule.weights if weight > 0)
            return _bounded(Fraction(sum(weights[id_] for id_ in chosen), full))
        case _:
            assert_never(rule.scoring)


def _bounded(part: Fraction) -> Fraction:
    assert part <= 1, "the right options alone earn everything"
    return max(Fraction(0), part)


def _refused(detail: str, seen: str | int | tuple[int, ...], at: str) -> Refused:
    return Refused(Reason.MALFORMED, detail, at=at, seen=shown(seen))
