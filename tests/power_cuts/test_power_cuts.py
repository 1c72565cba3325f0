"""The power is cut while the engine appends, rolls, makes index files and recovers: what was acknowledged is there.

Not part of `just test`: it needs root and a loop device. POWER_CUTS says how many, POWER_CUT_SEED which ones.
"""

import os
import random
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from eventrail.exit_codes import ExitCode
from tests.kit.engine_child import Work
from tests.kit.history import Record, check_history, unanswered
from tests.kit.kill_cycles import LIVES_PER_LOG, RETRIES, Totals, check_log, live_and_die, stored_in
from tests.kit.put_aside import PutAside
from tests.power_cuts.loop_disk import LoopDisk

CUTS: Final = int(os.environ.get("POWER_CUTS", "200"))
CONTROL_CUTS: Final = 20
CLIENTS: Final = 8
ENDED: Final = {ExitCode.SYNC_FAILED, ExitCode.CORRUPT}
"""Whoever writes sees the cut as a failed sync, whoever starts in it as files that can't be read."""

pytestmark = pytest.mark.timeout(120 + CUTS)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[LoopDisk]:
    disk = LoopDisk(tmp_path)
    try:
        disk.start()
        yield disk
    finally:
        disk.stop()


def test_a_cut_loses_nothing_that_was_acknowledged(disk: LoopDisk) -> None:
    seed = int(os.environ.get("POWER_CUT_SEED", str(secrets.randbits(32))))
    print(f"POWER_CUT_SEED={seed}")
    totals = Totals()
    while totals.cycles < CUTS and not totals.violations:
        chance = random.Random(f"{seed}-{totals.cycles}")
        work = Work(str(disk.directory / f"from-{totals.cycles}"), 0, CLIENTS)
        put_aside = PutAside(Path(work.directory))
        history = _cuts(disk, work, chance, min(LIVES_PER_LOG, CUTS - totals.cycles), put_aside, totals)
        check_log(Path(work.directory), history, put_aside, totals)
        shutil.rmtree(work.directory)
    print(f"power cuts: seed {seed}, {totals}")
    assert totals.violations == []
    assert totals.cycles == CUTS
    assert totals.acknowledged > 0


def test_control_an_engine_that_syncs_nothing_is_caught_soon(disk: LoopDisk) -> None:
    totals = Totals()
    work = Work(str(disk.directory / "log"), 0, CLIENTS, syncs_nothing=True)
    put_aside = PutAside(Path(work.directory))
    history: list[Record] = []
    while totals.cycles < CONTROL_CUTS and not totals.violations:
        history += _cuts(disk, work, random.Random(totals.cycles), 1, put_aside, totals)
        totals.violations += check_history(history, stored_in(Path(work.directory)).events)
    print(f"power cuts without syncs: caught after {totals.cycles}: {totals.violations[:1]}")
    assert any("the log ends at" in violation for violation in totals.violations)


def _cuts(
    disk: LoopDisk, work: Work, chance: random.Random, cuts: int, put_aside: PutAside, totals: Totals
) -> list[Record]:
    history: list[Record] = []
    for _ in range(cuts):
        lost = tuple(unanswered(history)[-RETRIES:])
        life = replace(work, seed=chance.getrandbits(32), unanswered=lost)
        records, exit_code = live_and_die(life, chance, lambda _process: disk.cut(), hears_after=False)
        assert exit_code in ENDED, f"the child ended with {exit_code}"
        disk.remount()
        history += [*put_aside.news(), *records]
        totals.cycles += 1
        totals.retried += len(lost)
    return history
