import pytest

from assessment.http.token_buckets import MINUTE_NANOSECONDS, TokenBuckets


class Clock:
    def __init__(self) -> None:
        self.now = 5_000

    def __call__(self) -> int:
        return self.now


def taken(buckets: TokenBuckets, name: str, times: int) -> list[bool]:
    return [buckets.take(name) == 0 for _ in range(times)]


@pytest.mark.parametrize("limit", [1, 2, 7, 60, 600, 1_000])
def test_a_bucket_gives_its_limit_and_not_one_more(limit: int) -> None:
    buckets = TokenBuckets(limit, Clock())
    assert taken(buckets, "a", limit - 1) == [True] * (limit - 1)
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0


@pytest.mark.parametrize("limit", [1, 2, 7, 60, 600, 1_000])
def test_it_gets_one_back_after_each_interval_and_no_nanosecond_before(limit: int) -> None:
    clock = Clock()
    buckets = TokenBuckets(limit, clock)
    taken(buckets, "a", limit)
    interval = MINUTE_NANOSECONDS // limit
    assert buckets.take("a") == interval
    clock.now += interval - 1
    assert buckets.take("a") == 1
    clock.now += 1
    assert taken(buckets, "a", 2) == [True, False]
    clock.now += 3 * interval
    assert taken(buckets, "a", 4) == [True] * min(3, limit) + [False] * (4 - min(3, limit))


def test_it_is_never_fuller_than_full() -> None:
    clock = Clock()
    buckets = TokenBuckets(3, clock)
    taken(buckets, "a", 3)
    clock.now += 100 * MINUTE_NANOSECONDS
    assert taken(buckets, "a", 4) == [True, True, True, False]


def test_what_is_refused_costs_nothing() -> None:
    clock = Clock()
    buckets = TokenBuckets(2, clock)
    assert taken(buckets, "a", 50) == [True, True] + [False] * 48
    clock.now += MINUTE_NANOSECONDS // 2
    assert taken(buckets, "a", 2) == [True, False]


def test_what_is_given_back_may_be_taken_again() -> None:
    buckets = TokenBuckets(2, Clock())
    for _ in range(50):
        assert buckets.take("a") == 0
        buckets.give_back("a")
    assert taken(buckets, "a", 3) == [True, True, False]
    buckets.give_back("nobody")
    assert taken(buckets, "nobody", 3) == [True, True, False]


@pytest.mark.parametrize("names", [9, 10, 11])
def test_only_so_many_names_are_remembered(names: int) -> None:
    buckets = TokenBuckets(1, Clock(), max_buckets=10)
    for number in range(names):
        assert buckets.take(str(number)) == 0
    assert len(buckets) == min(names, 10)
    assert (buckets.take("0") == 0) == (names > 10)


def test_the_name_that_was_used_longest_ago_is_forgotten() -> None:
    buckets = TokenBuckets(1, Clock(), max_buckets=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name)
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0


def test_nought_is_no_limit() -> None:
    buckets = TokenBuckets(0, Clock())
    assert taken(buckets, "a", 1_000) == [True] * 1_000
    buckets.give_back("a")
    assert len(buckets) == 0
