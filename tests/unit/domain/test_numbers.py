# ruff: noqa: RUF001 (characters that look alike are what is tested)
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from assessment.domain.numbers import (
    MAX_NUMBER_CHARACTERS,
    MAX_NUMBER_DIGITS,
    MAX_NUMBER_MAGNITUDE,
    canonical,
    counted,
    is_bounded,
    is_within,
    parsed_number,
)

bounded = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.14", "3.14"),
        ("3,14", "3.14"),
        (" 42 ", "42"),
        ("+5", "5"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("１２．５", "12.5"),
        ("٣", "3"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("1.234", "1.234"),
        ("0,234", "0.234"),
        ("1234,567", "1234.567"),
        ("1,2345", "1.2345"),
        ("000", "0"),
        ("-0.0", "0"),
        ("1.500", "1.5"),
    ],
)
def test_numbers_as_people_type_them(text: str, value: str) -> None:
    parsed = parsed_number(text)
    assert parsed is not None
    assert str(parsed) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "1,234", "-12,345", "1.234,5", "1 234", "1'000", "5 kg", "--5", "1e", "e5", ".", ","),
        *("NaN", "Infinity", "0x10", "1_000", "1/2", "1e999", "1e-999", "٣٬٠٠٠", "²³x"),
    ],
)
def test_what_is_no_number_or_two_is_none(text: str) -> None:
    assert parsed_number(text) is None


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_bounds_on_digits(over: int) -> None:
    number = Decimal("1" * (MAX_NUMBER_DIGITS + over))
    assert is_bounded(number) is (over <= 0)
    assert is_bounded(Decimal("0." + "1" * (MAX_NUMBER_DIGITS + over))) is (over <= 0)


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_bounds_on_magnitude(over: int, sign: int) -> None:
    assert is_bounded(Decimal(f"1e{sign * (MAX_NUMBER_MAGNITUDE + over)}")) is (over <= 0)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_bounds_on_characters(over: int) -> None:
    text = "1".zfill(MAX_NUMBER_CHARACTERS + over)
    assert (parsed_number(text) is not None) is (over <= 0)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999", "1e-999999"])
def test_what_would_be_endless_is_out_of_bounds(value: str) -> None:
    assert not is_bounded(Decimal(value))


def test_a_zero_of_any_exponent_is_zero() -> None:
    assert is_bounded(Decimal("0e999999"))
    assert str(canonical(Decimal("-0e999999"))) == "0"


@given(bounded)
def test_what_was_written_is_read(value: Decimal) -> None:
    assert parsed_number(f"{value:f}") == value
    assert parsed_number(str(value)) == value


@given(bounded, st.integers(0, 6))
def test_equal_numbers_have_one_form(value: Decimal, zeros: int) -> None:
    longer = Decimal(f"{value:f}" + "0" * zeros) if "." in f"{value:f}" else value
    assert str(canonical(longer)) == str(canonical(value))
    assert canonical(value) == value


@given(bounded, bounded, bounded.map(abs))
def test_tolerance_is_exact_and_inclusive(given_number: Decimal, value: Decimal, tolerance: Decimal) -> None:
    distance = abs(Fraction(given_number) - Fraction(value))
    assert is_within(given_number, value, tolerance) is (distance <= Fraction(tolerance))
    assert is_within(value + tolerance, value, tolerance)
    assert is_within(value - tolerance, value, tolerance)
    assert not is_within(value + tolerance + Decimal("0.000001"), value, tolerance)


def test_tolerance_sees_the_thirtieth_digit() -> None:
    value = Decimal("1.00000000000000000000000000001")
    assert is_within(value, value, Decimal(0))
    assert not is_within(value, Decimal(1), Decimal(0))
    assert value - 0 == Decimal(1)  # the control: decimal arithmetic rounds to 28 digits


@pytest.mark.parametrize(
    ("value", "units"), [("1", 1000), ("0.001", 1), ("0.0010", 1), ("0.0001", None), ("1e2", 100_000)]
)
def test_counted_in_thousandths(value: str, units: int | None) -> None:
    assert counted(Decimal(value), 3) == units
