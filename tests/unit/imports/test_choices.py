"""What a `correct` cell names: in one way, or not at all."""

import pytest

from assessment.imports.cells import Cell, CellKind
from assessment.imports.choices import one_choice, several_choices, weights_of
from assessment.imports.problems import CellRefused

COLOURS = ("red", "green", "blue")


def typed(text: str) -> Cell:
    return Cell(CellKind.TEXT, text)


@pytest.mark.parametrize("text", ["2", " 2 ", "B", "b", "option_2", "Option 2", "OPTION2", "green"])
def test_one_option_is_named(text: str) -> None:
    assert one_choice(typed(text), COLOURS) == 2


def test_one_option_is_named_by_a_number_cell() -> None:
    assert one_choice(Cell(CellKind.NUMBER, "3"), COLOURS) == 3


@pytest.mark.parametrize(
    ("text", "options", "number"),
    [
        ("1", ("1", "2"), 1),
        ("cafe\u0301", ("tea", "caf\u00e9"), 2),
        ("Red, green", ("blue", "Red, green"), 2),
        ("A", ("A", "B"), 1),
        ("10", tuple("abcdefghij"), 10),
        ("🚀", ("🛸", "🚀"), 2),
    ],
)
def test_meanings_that_agree_are_one(text: str, options: tuple[str, ...], number: int) -> None:
    assert one_choice(typed(text), options) == number


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("1", ("2", "1"), "correct-ambiguous"),
        ("b", ("b", "a"), "correct-ambiguous"),
        ("0", COLOURS, "correct-unknown"),
        ("4", COLOURS, "correct-unknown"),
        ("D", COLOURS, "correct-unknown"),
        ("RED", COLOURS, "correct-unknown"),
        ("1 2", COLOURS, "correct-unknown"),
        ("②", COLOURS, "correct-unknown"),
        ("option_4", COLOURS, "correct-unknown"),
        ("1,2", COLOURS, "correct-not-one"),
        ("red;blue", COLOURS, "correct-not-one"),
    ],
)
def test_one_choice_is_refused(text: str, options: tuple[str, ...], code: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        one_choice(typed(text), options)
    assert refusal.value.code.slug == code


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1,3", (1, 3)),
        ("3; 1", (1, 3)),
        ("A|C", (1, 3)),
        ("red, option_3", (1, 3)),
        ("2", (2,)),
        ("a, B ;blue", (1, 2, 3)),
    ],
)
def test_several_options_are_named(text: str, named: tuple[int, ...]) -> None:
    assert several_choices(typed(text), COLOURS) == named


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("1,1", COLOURS, "correct-twice"),
        ("1,red", COLOURS, "correct-twice"),
        ("1,", COLOURS, "correct-unknown"),
        ("1,4", COLOURS, "correct-unknown"),
        ("1,2", ("2", "1"), "correct-ambiguous"),
        ("red, green", ("red", "green", "red, green"), "correct-ambiguous"),
    ],
)
def test_several_choices_are_refused(text: str, options: tuple[str, ...], code: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        several_choices(typed(text), options)
    assert refusal.value.code.slug == code


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("A:2, C:1", (2, 0, 1)),
        ("1:5;2:-3|option_3: +1000", (5, -3, 1000)),
        ("green :1", (0, 1, 0)),
        ("blue:1000, red:-1000", (-1000, 0, 1000)),
    ],
)
def test_weights_are_named(text: str, weights: tuple[int, ...]) -> None:
    assert weights_of(typed(text), COLOURS) == weights


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A:1,A:2", "correct-twice"),
        ("A:1,1:2", "correct-twice"),
        ("D:1", "weights-unknown"),
        ("A:1.5", "weights-unknown"),
        ("A", "weights-unknown"),
        ("A:-1", "weights-unknown"),
        ("A:1,B:-1001", "weights-unknown"),
        ("A:", "weights-unknown"),
    ],
)
def test_weights_are_refused(text: str, code: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        weights_of(typed(text), COLOURS)
    assert refusal.value.code.slug == code


@pytest.mark.parametrize("text", ["1.3", "1200", "-1"])
def test_a_list_made_one_number_is_told(text: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        several_choices(Cell(CellKind.NUMBER, text), COLOURS)
    assert refusal.value.code.slug == "number-in-list"
