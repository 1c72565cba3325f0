"""Many histories, in as many processes as asked for, and what came of them all."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.kit.memory_disk import memory_disk
from tests.kit.simulated_disk.mirror import Mirror
from tests.simulation.engine.history import Ending, History

_SHARE: Final = 200
"""How many histories a process takes at a time."""

_LONGEST_LIST: Final = 20


@dataclass(slots=True)
class Totals:
    """Of a run: `violations` begin with the seed that replays them."""

    histories: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def add(self, ending: Ending) -> None:
        self.histories += 1
        self.counts += ending.counts
        self.struck += ending.struck
        self.violations += [f"seed {ending.seed}: {violation}" for violation in ending.violations]

    def merge(self, other: "Totals") -> None:
        self.histories += other.histories
        self.counts += other.counts
        self.struck += other.struck
        self.violations = (self.violations + other.violations)[:_LONGEST_LIST]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        struck = ", ".join(f"{count} {kind}" for kind, count in sorted(self.struck.items()))
        return f"{self.histories} histories, {counts}; faults: {struck}; {len(self.violations)} violations"


def simulate(seed: int, histories: int, jobs: int) -> Totals:
    """Histories of the seeds from `seed` on."""
    shares = [range(first, min(first + _SHARE, seed + histories)) for first in range(seed, seed + histories, _SHARE)]
    totals = Totals()
    if jobs == 1:
        for share in shares:
            totals.merge(simulate_share(share))
        return totals
    with get_context("forkserver").Pool(jobs) as processes:
        for part in processes.imap_unordered(simulate_share, shares):
            totals.merge(part)
    return totals


def simulate_share(seeds: range) -> Totals:
    totals = Totals()
    for ending in endings(seeds):
        totals.add(ending)
    return totals


def endings(seeds: Iterable[int]) -> Iterator[Ending]:
    """One history after the other."""
    place = Path(tempfile.mkdtemp(prefix="simulation-", dir=memory_disk(Path(tempfile.gettempdir()))))
    mirror = Mirror(place)
    try:
        for seed in seeds:
            yield History(seed, mirror).run()
    finally:
        shutil.rmtree(place)
