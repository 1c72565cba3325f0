"""Histograms as Prometheus counts: at or below each bound, cumulative, with the sum."""

import pytest

from eventrail.telemetry.histogram import COUNTS, SECONDS, Histogram


def counted(*values: float) -> dict[str, float]:
    histogram = Histogram((1.0, 10.0))
    for value in values:
        histogram.observe(value)
    return dict(histogram.buckets())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, {"1.0": 1, "10.0": 1, "+Inf": 1}),
        (1.0, {"1.0": 1, "10.0": 1, "+Inf": 1}),
        (1.001, {"1.0": 0, "10.0": 1, "+Inf": 1}),
        (10.0, {"1.0": 0, "10.0": 1, "+Inf": 1}),
        (10.5, {"1.0": 0, "10.0": 0, "+Inf": 1}),
    ],
)
def test_a_value_is_counted_at_its_bound_and_all_above(value: float, expected: dict[str, float]) -> None:
    assert counted(value) == expected


def test_buckets_add_up_and_the_sum_is_kept() -> None:
    histogram = Histogram(SECONDS)
    for value in (0.0001, 0.0002, 3.0, 99.0):
        histogram.observe(value)
    buckets = [count for _, count in histogram.buckets()]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 4
    assert histogram.total == pytest.approx(102.0003)


def test_bounds_ascend() -> None:
    for bounds in (SECONDS, COUNTS):
        assert list(bounds) == sorted(set(bounds))
