"""Seeded histories of the engine on a simulated disk: nothing acknowledged is lost, altered or served wrong.

SIMULATION_SEED and SIMULATION_HISTORIES say which seeds, SIMULATION_JOBS in how many processes.
"""

import os
import subprocess
import sys

import pytest

from tests.kit.simulated_disk.faults import DAMAGES, ENDS, ERRORS, SILENT
from tests.simulation.engine.history import Ending
from tests.simulation.engine.runs import endings, simulate

SEED = int(os.environ.get("SIMULATION_SEED", "1"))
HISTORIES = int(os.environ.get("SIMULATION_HISTORIES", "600"))
JOBS = int(os.environ.get("SIMULATION_JOBS", "1"))

ENOUGH_FOR_ALL_KINDS = 500
ENOUGH_FOR_RARE_STARTS = 5_000
REPLAYED = range(SEED, SEED + 40)


@pytest.mark.timeout(1_200 + HISTORIES)
def test_no_history_violates_what_clients_were_told() -> None:
    totals = simulate(SEED, HISTORIES, JOBS)
    print(f"SIMULATION_SEED={SEED}: {totals}")
    assert totals.violations == []
    assert totals.histories == HISTORIES
    assert totals.counts["lived"] + totals.counts["refused"] + totals.counts["opened damaged"] == HISTORIES
    if HISTORIES >= ENOUGH_FOR_ALL_KINDS:
        assert [kind for kind in (*ERRORS, *SILENT, *ENDS, *DAMAGES, "clock jump") if not totals.struck[kind]] == []
        assert totals.counts["torn tails"] > 0
        assert totals.counts["starts on a full disk"] > 0
    if HISTORIES >= ENOUGH_FOR_RARE_STARTS:
        assert totals.counts["starts after 3 that were cut short"] > 0


def test_a_seed_replays_to_the_same_trace() -> None:
    first = [_without_mutable(ending) for ending in endings(REPLAYED)]
    assert [_without_mutable(ending) for ending in endings(REPLAYED)] == first
    assert len({trace_hash for _, trace_hash, _ in first}) == len(REPLAYED)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_replays_in_a_process_that_orders_sets_otherwise(hash_seed: str) -> None:
    program = (
        "from tests.simulation.engine.runs import endings; "
        f"print([ending.trace_hash for ending in endings(range({SEED}, {SEED + 10}))])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == str([ending.trace_hash for ending in endings(range(SEED, SEED + 10))])


def _without_mutable(ending: Ending) -> tuple[int, str, str]:
    return ending.seed, ending.trace_hash, f"{ending.counts} {ending.struck}"
