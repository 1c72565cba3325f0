"""From the scores of all questions to the result: exact until the last step, and rounded once for display.

Points are counted in thousandths. What a rule gives in parts is kept as a fraction beside its nearest thousandth, so
that three thirds are a whole. Whether the candidate passed is decided on the exact percentage; while an answer waits
for a person, nobody has passed or failed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contracts.events.sittings import QuestionScore


@dataclass(frozen=True, slots=True)
class Total:
    """points_milli and percent: rounded, for display; passed: null while an answer is pending."""

    points_milli: int
    max_points_milli: int
    percent: str
    passed: bool | None


def total(scores: Sequence[QuestionScore], passing_percent: Decimal) -> Total:
    """Add up what all questions earned."""
    exact_points_milli = sum(map(earned_milli, scores), Fraction(0))
    max_points_milli = sum(scored.max_points_milli for scored in scores)
    percent = exact_percent(exact_points_milli, max_points_milli)
    is_pending = any(scored.outcome == "pending" for scored in scores)
    return Total(
        points_milli=rounded(exact_points_milli),
        max_points_milli=max_points_milli,
        percent=displayed_percent(percent),
        passed=None if is_pending else percent >= Fraction(passing_percent),
    )


def earned_milli(scored: QuestionScore) -> Fraction:
    """Give what one question earned, in thousandths, exactly."""
    return Fraction(scored.exact_points_milli or scored.points_milli)


def exact_percent(points_milli: Fraction | int, max_points_milli: int) -> Fraction:
    assert 0 <= points_milli <= max_points_milli > 0, "a published version has points to earn"
    return 100 * Fraction(points_milli) / max_points_milli


def displayed_percent(percent: Fraction) -> str:
    """Round once, half up, to two places."""
    hundredths = rounded(percent * 100)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def rounded(value: Fraction) -> int:
    """Give the nearest whole number, the upper one of two."""
    return math.floor(value + Fraction(1, 2))
