"""Every byte cut of the last two batches, and every subset of the last one's sectors zeroed or old.

TORN_STRIDE says of how many cases one is run (1: each), TORN_RANDOM how many of chance, TORN_SEED which ones.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from eventrail.log.events import Head, Page, Query, RecoveryReport
from eventrail.log.log import Log
from tests.integration.engine.torn_batches import (
    OLD,
    ZEROS,
    TornLog,
    Totals,
    all_states,
    start,
    states_of_chance,
    whole_events,
)
from tests.kit.memory_disk import memory_disk
from tests.kit.seeds import seed_of

STRIDE = int(os.environ.get("TORN_STRIDE", "7"))
CHANCES = int(os.environ.get("TORN_RANDOM", "100"))
SEED = seed_of("TORN_SEED", "TORN_STRIDE", "TORN_RANDOM")
SMALL_BATCH_BYTES = 4_200
LARGE_BATCH_BYTES = 30_000

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=memory_disk(tmp_path)) as directory:
        yield Path(directory) / "log"


def passed(what: str, totals: Totals) -> bool:
    print(f"{what}: seed {SEED}, every {STRIDE}., {totals}")
    assert totals.violations == []
    return totals.cases > 0


@pytest.mark.parametrize("witness", [None, 4, 8], ids=["no witness", "the batch before seen", "all seen"])
def test_a_cut_at_any_byte_keeps_what_was_whole_or_is_refused(place: Path, witness: int | None) -> None:
    log = TornLog(place, last_bytes=SMALL_BATCH_BYTES, witness=witness)
    begin = log.first if witness is None else log.before_first
    for size in range(begin + SEED % STRIDE, len(log.content) + 1, STRIDE):
        log.cut(size)
    assert passed("byte cuts", log.totals)
    assert bool(log.totals.refused) == (witness is not None)


@pytest.mark.parametrize("lost", [ZEROS, OLD], ids=["zeros", "old"])
@pytest.mark.parametrize("witness", [4, 8], ids=["the batch before seen", "all seen"])
def test_any_subset_of_sectors_may_be_lost(place: Path, witness: int, lost: int) -> None:
    log = TornLog(place, last_bytes=SMALL_BATCH_BYTES, witness=witness)
    assert len(log.sectors) <= 10
    for states in islice(all_states(len(log.sectors), lost), SEED % STRIDE, None, STRIDE):
        log.lose(states)
    assert passed("sector subsets", log.totals)
    assert bool(log.totals.refused) == (witness == 8)


def test_sectors_of_a_large_batch_may_be_lost_at_random(place: Path) -> None:
    log = TornLog(place, last_bytes=LARGE_BATCH_BYTES, witness=4)
    chance = random.Random(SEED)
    for _ in range(CHANCES):
        log.lose(states_of_chance(chance, len(log.sectors)))
    assert passed("random sectors", log.totals)
    assert log.totals.cut > 0


def test_control_a_start_that_believes_the_file_is_caught(place: Path) -> None:
    """It serves all whole lines up to the torn one, whatever append they belong to."""
    log = TornLog(place, last_bytes=SMALL_BATCH_BYTES, witness=4, opens=Believing)
    log.cut(len(log.content) - 1)
    assert any("bytes are served" in violation for violation in log.totals.violations)


def test_control_a_start_that_cuts_and_forgets_is_caught(place: Path) -> None:
    """It cuts the tail before the engine can see it, so that nothing is kept of it, and no witness is asked."""
    log = TornLog(place, last_bytes=SMALL_BATCH_BYTES, witness=8, opens=forgetting)
    log.cut(len(log.content) - 1)
    assert any("was seen" in violation for violation in log.totals.violations)
    assert any("are in quarantine" in violation for violation in log.totals.violations)


class Believing:
    """What must be caught."""

    def __init__(self, directory: Path) -> None:
        content = next((directory / "segments").iterdir()).read_bytes()
        self._lines = content[: content.rindex(b"\n") + 1]
        self.head = Head(self._lines.count(b"\n"), "")
        self.recovery = RecoveryReport(0, 0, 0, 0, 0, 0, 0, None, 0)

    def page(self, _query: Query) -> Page:
        return Page(self._lines, 0, 0, 0, 0, 0)


def forgetting(directory: Path) -> Log:
    """What must be caught."""
    end = sum(len(event.line) + 1 for event in whole_events(directory))
    os.truncate(next((directory / "segments").iterdir()), end)
    (directory / "head.json").unlink()
    return start(directory)
