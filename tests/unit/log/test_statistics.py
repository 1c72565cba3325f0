"""What the log says of itself, and what one piece of upkeep is."""

import time
from pathlib import Path

from eventrail.log.log import SEGMENTS_WAITING, Log
from eventrail.log.options import Options
from tests.kit.logs import HastyFiles, append, event
from tests.unit.log.test_observing import Watching

ONE_EACH = Options(segment_bytes=300, extend_bytes=0, reserve_bytes=0, scrub_pause_seconds=0)
"""An event for each segment."""


class Looking(HastyFiles):
    """Asks the log, while the disk is at a sync, for how long it has been."""

    log: Log | None = None
    stalled_seconds: float | None = None

    def sync_data(self, descriptor: int) -> None:
        if self.log is not None:
            self.stalled_seconds = self.log.statistics().stalled_seconds


def test_totals_name_recovery_reserve_scrub_and_what_is_not_indexed_yet(tmp_path: Path) -> None:
    log = Log.open(tmp_path, ONE_EACH, files=HastyFiles())
    for number in range(1, 5):
        log.commit([append(event())])
        told = log.statistics()
        assert (told.events, told.segments, told.head) == (number, number, log.head)
        assert told.unindexed_segments == min(number - 1, SEGMENTS_WAITING + 1)
    told = log.statistics()
    assert told.recovery is log.recovery
    assert told.reserve_whole
    assert told.scrub.rounds == 0
    log.close()


def test_the_size_after_a_restart_is_that_of_all_lines(tmp_path: Path) -> None:
    log = Log.open(tmp_path, ONE_EACH, files=HastyFiles())
    for number in range(4):
        log.commit([append(event(b"1" * (number + 1)))])
    size_bytes = log.statistics().size_bytes
    log.close()
    assert size_bytes == sum(path.stat().st_size for path in (tmp_path / "segments").iterdir())
    again = Log.open(tmp_path, ONE_EACH, files=HastyFiles())
    assert (again.statistics().size_bytes, again.statistics().segments) == (size_bytes, 4)
    again.close()


def test_a_commit_works_off_no_more_than_it_must(tmp_path: Path) -> None:
    log = Log.open(tmp_path, ONE_EACH, files=HastyFiles())
    for _ in range(8):
        log.commit([append(event())])
    assert log.statistics().unindexed_segments == SEGMENTS_WAITING + 1
    log.close()


def test_upkeep_indexes_first_and_scrubs_when_that_is_done(tmp_path: Path) -> None:
    log = Log.open(tmp_path, ONE_EACH, files=HastyFiles())
    for _ in range(4):
        log.commit([append(event())])
    assert log.statistics().unindexed_segments == 3
    for left in (2, 1):
        assert log.maintain()
        assert (log.statistics().unindexed_segments, log.scrubbed_bytes) == (left, 0)
    while not log.scrubbed_bytes:
        log.maintain()
    assert log.statistics().unindexed_segments == 0
    log.close()


def test_times_are_no_longer_than_what_they_are_of(tmp_path: Path) -> None:
    files, watching = Looking(), Watching()
    begun = time.monotonic()
    log = watching.log = files.log = Log.open(tmp_path, ONE_EACH, files=files, observer=watching)
    log.commit([append(event())])
    elapsed = time.monotonic() - begun
    assert log.statistics().stalled_seconds == 0
    assert files.stalled_seconds is not None
    assert 0 <= files.stalled_seconds <= watching.commits[0].seconds <= elapsed
    log.close()
