"""What counting costs an append: python -m pytest -s tests/benchmarks/test_metrics_cost.py."""

import time

from eventrail.log.events import Appended
from eventrail.log.observing import Commit
from eventrail.telemetry.metrics import Metrics
from tests.kit.logs import append, event

CALLS = 500
ROUNDS = 100


def test_what_counting_costs_an_append() -> None:
    metrics, appends, outcomes = Metrics(), [append(event(b"1"))], [Appended(1, 1)]

    def seconds_for_each() -> float:
        begun = time.thread_time()
        for _ in range(CALLS):
            metrics.answered("appended", 0.001)
            metrics.committed(Commit(appends, outcomes, 1, 1, 100, 0.002, 0.003))
        return (time.thread_time() - begun) / CALLS

    least = min(seconds_for_each() for _ in range(ROUNDS))
    print(f"\ncounting costs {least * 1e6:.2f} µs for an append that is a batch of its own")
    assert metrics.events == CALLS * ROUNDS
