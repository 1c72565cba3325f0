from decimal import Decimal
from typing import Final

import msgspec
import pytest
from hypothesis import given, strategies

from assessment.domain.ordering import SEED_BITS, options_shown, questions_shown, seed_of, shuffled
from contracts.questions import Option, Question, Settings

ITEMS = [f"item-{number}" for number in range(8)]
SHUFFLED: Final = Settings("Geography", "", None, 0, Decimal(50), shuffle=True)
seeds = strategies.integers(0, 2**SEED_BITS)
marks = strategies.lists(strategies.booleans(), max_size=10)


def _itself(item: str) -> str:
    return item


def a_question(*kept_last: bool, id_: str = "q", keeps: bool = False) -> Question:
    options = tuple(Option(f"{id_}-{place}", str(place), keep_last=last) for place, last in enumerate(kept_last))
    return Question(id_, "single", "?", options, 1000, keep_place=keeps)


@given(strategies.permutations(ITEMS), seeds)
def test_the_order_is_the_seeds_alone(items: list[str], seed: int) -> None:
    assert shuffled(items, seed, "questions", _itself) == shuffled(ITEMS, seed, "questions", _itself)


def test_an_order_never_changes() -> None:
    """What sittings in progress have seen; sha256sum and sort give the same."""
    assert shuffled(ITEMS, 7, "questions", _itself) == tuple(f"item-{place}" for place in (1, 6, 7, 2, 3, 0, 5, 4))
    assert seed_of("d7e5f3a1-9c8b-5a7f-8e6d-4c2b0a9f8e05") == 7842580498964149


def test_seeds_and_names_give_different_orders() -> None:
    orders = {shuffled(ITEMS, seed, name, _itself) for seed in range(20) for name in ("questions", "q-1")}
    assert len(orders) > 35
    assert {order[0] for order in orders} == set(ITEMS)


def test_every_item_comes_first_about_as_often() -> None:
    firsts = [shuffled(ITEMS, seed, "questions", _itself)[0] for seed in range(4_000)]
    assert all(400 < firsts.count(item) < 600 for item in ITEMS)


def test_a_seed_is_a_number_that_json_keeps() -> None:
    found = {seed_of(f"sitting-{number}") for number in range(100)}
    assert len(found) == 100
    assert all(0 <= seed < 2**SEED_BITS for seed in found)
    assert seed_of("a") == seed_of("a")


@given(marks, seeds)
def test_options_are_permuted_and_the_last_ones_stay_last(kept_last: list[bool], seed: int) -> None:
    question = a_question(*kept_last)
    shown = options_shown(question, SHUFFLED, seed)
    assert sorted(option.id for option in shown) == sorted(option.id for option in question.options)
    last = [option for option in question.options if option.keep_last]
    assert list(shown[len(shown) - len(last) :]) == last
    assert shown == options_shown(question, SHUFFLED, seed)


@given(marks, seeds)
def test_questions_are_permuted_around_those_that_keep_their_place(keeps: list[bool], seed: int) -> None:
    questions = tuple(a_question(id_=f"q{place}", keeps=one) for place, one in enumerate(keeps))
    shown = questions_shown(questions, SHUFFLED, seed)
    assert sorted(question.id for question in shown) == sorted(question.id for question in questions)
    assert all(shown[place] == question for place, question in enumerate(questions) if question.keep_place)


def test_everything_that_may_move_does() -> None:
    question = a_question(False, False, False, True)
    places = {options_shown(question, SHUFFLED, seed) for seed in range(100)}
    assert len(places) == 6
    questions = tuple(a_question(id_=f"q{place}", keeps=place == 1) for place in range(4))
    assert len({questions_shown(questions, SHUFFLED, seed) for seed in range(100)}) == 6


@pytest.mark.parametrize(
    ("shuffle", "of_options", "moves", "options_move"),
    [
        (False, None, False, False),
        (True, None, True, True),
        (True, False, True, False),
        (False, True, False, True),
        (False, False, False, False),
        (True, True, True, True),
    ],
)
def test_questions_and_options_are_shuffled_apart(
    *, shuffle: bool, of_options: bool | None, moves: bool, options_move: bool
) -> None:
    settings = msgspec.structs.replace(SHUFFLED, shuffle=shuffle, shuffle_options=of_options)
    questions = tuple(a_question(False, False, False, id_=f"q{place}") for place in range(3))
    orders = {questions_shown(questions, settings, seed) for seed in range(20)}
    assert (len(orders) > 1) == moves
    assert moves or orders == {questions}
    of_one = {options_shown(questions[0], settings, seed) for seed in range(20)}
    assert (len(of_one) > 1) == options_move
    assert options_move or of_one == {questions[0].options}


def test_the_order_of_options_says_nothing_of_the_key() -> None:
    """Neither points nor prompt nor the place of an option has a say: ids alone have, and the key is not in them."""
    question = a_question(*[False] * 6)
    other = msgspec.structs.replace(
        question,
        kind="multiple",
        prompt="another",
        points_milli=1,
        options=tuple(msgspec.structs.replace(option, text="changed") for option in question.options[::-1]),
    )
    for seed in range(20):
        one, two = (options_shown(each, SHUFFLED, seed) for each in (question, other))
        assert [option.id for option in one] == [option.id for option in two]
