"""SIGKILL, EIO and ENOSPC at the N-th system call of a life with rolls, sealing, recovery and a clean stop.

SYSTEM_CALL_STRIDE says of how many calls one is disturbed (1: each); SYSTEM_CALL_SEED, which ones, and what is done.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.engine.system_call_sweep import (
    CHANGES_SOMETHING,
    ENDS_BY_EIO,
    ENDS_BY_ENOSPC,
    REFUSED_BY_DISKS,
    Scene,
    Sweep,
    Totals,
)
from tests.kit.memory_disk import memory_disk
from tests.kit.scripted_life import Script
from tests.kit.seeds import seed_of

STRIDE = int(os.environ.get("SYSTEM_CALL_STRIDE", "29"))
SEED = seed_of("SYSTEM_CALL_SEED", "SYSTEM_CALL_STRIDE")

pytestmark = pytest.mark.timeout(1_200 + 60_000 // STRIDE)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a disk: what is injected is the kernel's answer, not the disk's."""
    with tempfile.TemporaryDirectory(dir=memory_disk(tmp_path)) as directory:
        yield Path(directory)


@pytest.fixture
def sweep(place: Path) -> Sweep:
    print(f"SYSTEM_CALL_SEED={SEED}")
    return Sweep(place, stride=STRIDE, offset=SEED)


def scenes(sweep: Sweep) -> Iterator[Scene]:
    return sweep.scenes(Script("", SEED))


def passed(what: str, totals: Totals) -> bool:
    ends = ", ".join(f"{code}: {count}" for code, count in sorted(totals.ends.items(), key=str))
    print(
        f"{what}: seed {SEED}, every {STRIDE}. of {totals.calls} calls, {totals.cases} cases, ends {{{ends}}}, "
        f"{totals.acknowledged} acknowledged, {len(totals.violations)} violations"
    )
    assert totals.violations == []
    return totals.cases > 0


def test_a_life_killed_at_any_call_loses_nothing(sweep: Sweep) -> None:
    for scene in scenes(sweep):
        for call in sweep.calls(scene):
            sweep.kill(scene, call)
    assert passed("SIGKILL at a system call", sweep.totals)


def test_a_recovery_killed_at_any_call_loses_nothing(sweep: Sweep) -> None:
    """The second crash: each start that is another one than those seen before, killed at each of its calls."""
    seen: set[tuple[str, ...]] = set()
    for scene in scenes(sweep):
        for call in sweep.calls(scene, CHANGES_SOMETHING):
            sweep.kill_recovery(scene, call, seen)
    assert passed(f"SIGKILL at a system call of {len(seen)} recoveries", sweep.totals)


def test_nothing_is_acknowledged_after_a_failed_call_that_made_it_durable(sweep: Sweep) -> None:
    for scene in scenes(sweep):
        for call in sweep.calls(scene, REFUSED_BY_DISKS):
            sweep.fail(scene, call, "EIO", ENDS_BY_EIO)
    assert passed("EIO at a system call", sweep.totals)


def test_a_disk_that_is_full_for_one_call_loses_nothing(sweep: Sweep) -> None:
    for scene in scenes(sweep):
        for call in sweep.calls(scene, CHANGES_SOMETHING, need_room=True):
            sweep.fail(scene, call, "ENOSPC", ENDS_BY_ENOSPC)
    assert passed("ENOSPC at a system call", sweep.totals)


def test_a_disk_that_stays_full_is_started_on_and_read(sweep: Sweep) -> None:
    for scene in scenes(sweep):
        for call in sweep.calls(scene, ("pwrite64",)):
            sweep.fill(scene, call)
    assert passed("ENOSPC from a write on", sweep.totals)


def test_control_an_acknowledgement_before_the_write_is_caught(place: Path) -> None:
    sweep = Sweep(place)
    scene = next(sweep.scenes(Script("", 1, acknowledges_first=True)))
    for call in sweep.calls(scene, ("fdatasync", "pwrite64")):
        sweep.kill(scene, call)
    assert any("the log ends at" in violation for violation in sweep.totals.violations)


def test_control_a_sync_whose_failure_is_ignored_is_caught(place: Path) -> None:
    sweep = Sweep(place)
    scene = next(sweep.scenes(Script("", 1, ignores_failed_syncs=True)))
    for call in sweep.calls(scene, ("fdatasync",))[:2]:
        sweep.fail(scene, call, "EIO", ENDS_BY_EIO)
    assert any("acknowledged behind fdatasync" in violation for violation in sweep.totals.violations)
