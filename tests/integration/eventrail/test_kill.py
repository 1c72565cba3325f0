"""SIGKILL of the whole server under concurrent appends over HTTP: what was answered stands, once, byte for byte."""

import os
from pathlib import Path

import pytest

from tests.integration.eventrail.lives import HASTY, live_and_die
from tests.kit.seeds import seed_of

LIVES = int(os.environ.get("SERVER_KILLS", "10"))


@pytest.mark.timeout(600 + 60 * LIVES)
def test_a_killed_server_keeps_every_acknowledged_event(tmp_path: Path) -> None:
    seed = seed_of("KILL_SEED", "SERVER_KILLS")
    print(f"KILL_SEED={seed}")
    totals = live_and_die(tmp_path, seed, LIVES)
    print(f"SIGKILL of the server: seed {seed}, {totals}")
    assert totals.violations == []
    assert totals.lives == LIVES
    assert totals.acknowledged > 0


@pytest.mark.timeout(1_200)
def test_a_server_that_answers_before_it_writes_is_caught(tmp_path: Path) -> None:
    """The control."""
    totals = live_and_die(tmp_path, 1, 40, clients=1, program=HASTY)
    print(totals)
    assert any("the log ends at" in violation for violation in totals.violations)
