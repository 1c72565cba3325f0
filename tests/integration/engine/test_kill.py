"""SIGKILL at random moments under concurrent appends: what was acknowledged stands, once, in order, byte for byte."""

import os
import secrets
from pathlib import Path

import pytest

from tests.kit.kill_cycles import run_cycles

CYCLES = int(os.environ.get("KILL_CYCLES", "30"))


@pytest.mark.timeout(60 + 2 * CYCLES)
def test_a_killed_engine_keeps_every_acknowledged_event(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED", str(secrets.randbits(32))))
    print(f"KILL_SEED={seed}")
    totals = run_cycles(tmp_path, seed, CYCLES)
    print(f"SIGKILL of the engine: seed {seed}, {totals}")
    assert totals.violations == []
    assert totals.cycles == CYCLES
    assert totals.acknowledged > 0


@pytest.mark.timeout(120)
def test_an_engine_that_acknowledges_before_it_writes_is_caught(tmp_path: Path) -> None:
    """The control: one client, so that its guess of the position is right whenever the write comes to its end."""
    totals = run_cycles(tmp_path, 1, 60, clients=1, acknowledges_first=True)
    print(f"answers before writes: caught after {totals.cycles}: {totals.violations[:1]}")
    assert any("the log ends at" in violation for violation in totals.violations)
