"""The checker and the simulation find what they are for: each bug, put into the engine, is caught."""

from random import Random

import pytest

from tests.simulation.engine.fate import draw_fate
from tests.simulation.engine.runs import endings
from tests.simulation.engine.seeded_bugs import BUGS, Bug

ENOUGH_HISTORIES = 2_000


def caught_by(bug: Bug) -> str | None:
    """The first violation, with its seed; None where no history finds one."""
    with pytest.MonkeyPatch.context() as patch:
        bug.put_in(patch)
        seeds = (seed for seed in range(ENOUGH_HISTORIES) if bug.needs(draw_fate(Random(seed))))
        for ending in endings(seeds):
            if ending.violations:
                return f"seed {ending.seed}: {ending.violations[0]}"
    return None


@pytest.mark.timeout(1_800)
def test_every_seeded_bug_is_caught() -> None:
    found = {bug.name: caught_by(bug) for bug in BUGS}
    for name, violation in found.items():
        print(f"{name}: {violation}")
    caught = [name for name, violation in found.items() if violation]
    print(f"{len(caught)} of {len(BUGS)} seeded bugs caught")
    assert len(BUGS) >= 12
    assert [name for name, violation in found.items() if not violation] == []
