"""Every bit of a 64 KiB log of three segments flipped, and sectors swapped, overwritten and zeroed by chance.

BIT_FLIP_STRIDE says of how many bits one is flipped (1: all 524,288), SECTOR_DAMAGES how many cases of chance there
are, BIT_FLIP_JOBS how many processes share them, BIT_FLIP_SEED which ones they are.
"""

import os
from pathlib import Path

import pytest

from eventrail.log.checking.verify import verify
from eventrail.log.events import Head, Page, Query, RecoveryReport
from tests.integration.engine.damage_runs import flip, run, shares
from tests.integration.engine.damage_trial import Opened, Trial
from tests.kit.seeds import seed_of
from tests.kit.small_log import SIZE_BYTES, SmallLog, make_small_log

STRIDE = int(os.environ.get("BIT_FLIP_STRIDE", "2003"))
SECTOR_DAMAGES = int(os.environ.get("SECTOR_DAMAGES", "150"))
JOBS = int(os.environ.get("BIT_FLIP_JOBS", "1"))
SEED = seed_of("BIT_FLIP_SEED", "BIT_FLIP_STRIDE", "SECTOR_DAMAGES")
CASES = SIZE_BYTES * 8 // STRIDE + SECTOR_DAMAGES


@pytest.mark.timeout(1_200 + CASES // 2)
@pytest.mark.parametrize("witness", [False, True], ids=["no witness", "head.json current"])
def test_no_damage_is_served_or_cut_in_silence(tmp_path: Path, *, witness: bool) -> None:
    print(f"BIT_FLIP_SEED={SEED}")
    parts = shares(tmp_path, witness=witness, stride=STRIDE, random_cases=SECTOR_DAMAGES, seed=SEED)
    verdicts = run(parts, JOBS)
    flips = sum(len(part.bits) for part in parts)
    print(
        f"bit flips, {'head.json current' if witness else 'no witness'}: seed {SEED}, {flips} flips and "
        f"{SECTOR_DAMAGES} sector damages, {dict(verdicts.ends)}, {len(verdicts.violations)} violations"
    )
    assert verdicts.violations == []
    assert sum(verdicts.ends.values()) == flips + SECTOR_DAMAGES
    assert not (witness and verdicts.ends["cut, into quarantine"])


def test_control_a_start_that_cuts_at_the_first_bad_line_is_caught(tmp_path: Path) -> None:
    """It believes the log to end there, whatever witness says otherwise."""
    log = make_small_log(tmp_path / "log", witness=False)

    def cut_and_open(log: SmallLog) -> Opened:
        log.cut(2, log.lines[-3].start)
        return log.open()

    assert "silently cut to" in _heard(Trial(log, witness=log.head, opens=cut_and_open))


def test_control_a_log_that_serves_what_it_finds_is_caught(tmp_path: Path) -> None:
    log = make_small_log(tmp_path / "log", witness=False)
    violations = _heard(Trial(log, witness=log.head, opens=Believer))
    assert "a page serves a damaged line" in violations
    assert "is served with other bytes" in violations


def test_control_a_verification_that_finds_nothing_is_caught(tmp_path: Path) -> None:
    log = make_small_log(tmp_path / "log", witness=False)
    sound = verify(log.directory)
    assert sound.damage is None
    assert "verify finds nothing" in _heard(Trial(log, witness=0, verifies=lambda _: sound))


class Believer:
    """A log whose reads check nothing."""

    def __init__(self, log: SmallLog) -> None:
        self._log = log
        self.head = Head(log.head, "")
        self.recovery = RecoveryReport(0, 0, 0, 0, 0, 0, 0, None, 0)

    def page(self, _query: Query) -> Page:
        return Page(b"".join(map(self._log.stored, range(3))), 0, 0, 0, 0, 0)

    def line_at(self, position: int) -> bytes:
        line = self._log.lines[position - 1]
        return self._log.stored(line.segment)[line.start : line.end]


def _heard(trial: Trial) -> str:
    """The violations of some flips in the last line but one."""
    log = trial.log
    first = 8 * (sum(map(len, log.contents[:2])) + log.lines[-2].start)
    for bit in range(first, first + 400, 41):
        trial.hear((flip(log, bit),))
    return "\n".join(trial.verdicts.violations)
