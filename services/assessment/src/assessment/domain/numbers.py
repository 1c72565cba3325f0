"""Numbers as people type them, read exactly: no float, and a bound on digits before anything is computed."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from assessment.domain.normalization import norm_v1

MAX_NUMBER_CHARACTERS: Final = 64
MAX_NUMBER_DIGITS: Final = 30
MAX_NUMBER_MAGNITUDE: Final = 30
"""The first digit stands at most this many places before or after the point."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?")
_AMBIGUOUS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""`1,234` is a thousand and more to one reader, and less than two to another."""


def parsed_number(text: str) -> Decimal | None:
    """Read a number: a point or a comma before the decimals, no thousands separators, an exponent if need be.

    None where it is no number, could be read in two ways, or is out of bounds.
    """
    if len(text) > MAX_NUMBER_CHARACTERS:
        return None
    plain = norm_v1(text)
    if _NUMBER.fullmatch(plain) is None or _AMBIGUOUS.fullmatch(plain) is not None:
        return None
    value = Decimal(plain.replace(",", "."))
    return canonical(value) if is_bounded(value) else None


def is_bounded(value: Decimal) -> bool:
    """Tell whether a number is finite and within the bounds on digits and magnitude."""
    if not value.is_finite():
        return False
    if not value:
        return True
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    return len(digits) <= MAX_NUMBER_DIGITS and abs(value.adjusted()) <= MAX_NUMBER_MAGNITUDE


def canonical(value: Decimal) -> Decimal:
    """Give a bounded number in the one form that equal numbers share: no trailing zeros, no positive exponent."""
    if not value:
        return Decimal(0)
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a bounded number is finite"
    while exponent < 0 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    if exponent > 0:
        digits, exponent = digits + (0,) * exponent, 0
    return Decimal((sign, digits, exponent))


def counted(value: Decimal, places: int) -> int | None:
    """Count a bounded number in units of its last allowed place; None where it has more places."""
    units = Fraction(value) * 10**places
    return units.numerator if units.denominator == 1 else None


def is_within(given: Decimal, value: Decimal, tolerance: Decimal) -> bool:
    """Tell whether a number lies from `value - tolerance` to `value + tolerance`, both included, exactly."""
    return abs(Fraction(given) - Fraction(value)) <= Fraction(tolerance)


def is_within_part(given: Decimal, value: Decimal, part: Decimal) -> bool:
    """Tell whether a number is off by no more than a part of the value's magnitude, exactly."""
    return abs(Fraction(given) - Fraction(value)) <= Fraction(part) * abs(Fraction(value))
