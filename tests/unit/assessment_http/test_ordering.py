from hypothesis import given, strategies

from assessment.http.ordering import SEED_BITS, seed_of, shuffled

ITEMS = [f"item-{number}" for number in range(8)]


def _itself(item: str) -> str:
    return item


@given(strategies.permutations(ITEMS), strategies.integers(0, 2**SEED_BITS))
def test_the_order_is_the_seeds_alone(items: list[str], seed: int) -> None:
    assert shuffled(items, seed, "questions", _itself) == shuffled(ITEMS, seed, "questions", _itself)


def test_seeds_and_names_give_different_orders() -> None:
    orders = {shuffled(ITEMS, seed, name, _itself) for seed in range(20) for name in ("questions", "q-1")}
    assert len(orders) > 35
    assert {order[0] for order in orders} == set(ITEMS)


def test_every_item_comes_first_about_as_often() -> None:
    firsts = [shuffled(ITEMS, seed, "questions", _itself)[0] for seed in range(4_000)]
    assert all(400 < firsts.count(item) < 600 for item in ITEMS)


def test_a_seed_is_a_number_that_json_keeps() -> None:
    seeds = {seed_of(f"sitting-{number}") for number in range(100)}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**SEED_BITS for seed in seeds)
    assert seed_of("a") == seed_of("a")
