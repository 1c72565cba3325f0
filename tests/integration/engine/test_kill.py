"""SIGKILL at random moments under concurrent appends: what was acknowledged stands, once, in order, byte for byte."""

import os
from pathlib import Path

import pytest

from tests.kit.kill_cycles import run_cycles
from tests.kit.seeds import seed_of

CYCLES = int(os.environ.get("KILL_CYCLES", "30"))
MOST_CONTROL_CYCLES = 400
"""Far more than it takes, which is one or two."""


@pytest.mark.timeout(600 + 20 * CYCLES)
def test_a_killed_engine_keeps_every_acknowledged_event(tmp_path: Path) -> None:
    seed = seed_of("KILL_SEED", "KILL_CYCLES")
    print(f"KILL_SEED={seed}")
    totals = run_cycles(tmp_path, seed, CYCLES)
    print(f"SIGKILL of the engine: seed {seed}, {totals}")
    assert totals.violations == []
    assert totals.cycles == CYCLES
    assert totals.acknowledged > 0


@pytest.mark.timeout(1_200)
def test_an_engine_that_acknowledges_before_it_writes_is_caught(tmp_path: Path) -> None:
    """The control: one client, so that its guess of the position is right whenever the write comes to its end."""
    totals = run_cycles(tmp_path, 1, MOST_CONTROL_CYCLES, clients=1, acknowledges_first=True)
    print(f"answers before writes: caught after {totals.cycles}: {totals.violations[:1]}")
    assert any("the log ends at" in violation for violation in totals.violations)
