"""The upkeep thread: its rate, its rest, and what it tells."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from eventrail.log.errors import SyncFailed
from eventrail.upkeep import Upkeep, UpkeepOptions

FAST = UpkeepOptions(scrub_bytes_per_second=1_000_000_000, idle_seconds=0.001, retry_seconds=0.001)


@dataclass
class PretendedLog:
    """Does at each call what `piece` does, and ends after `calls` of them."""

    piece: Callable[[int], bool]
    calls: int
    scrubbed_bytes: int = 0
    done: int = 0
    told: tuple[str, ...] = ()
    ended: threading.Event = field(default_factory=threading.Event)

    def maintain(self) -> bool:
        self.done += 1
        if self.done >= self.calls:
            self.ended.set()
        return self.piece(self.done)

    def alarms(self) -> tuple[str, ...]:
        return self.told


def kept_up(log: PretendedLog, options: UpkeepOptions = FAST) -> list[SyncFailed]:
    failures: list[SyncFailed] = []
    upkeep = Upkeep(log, options, failures.append)
    upkeep.start()
    assert log.ended.wait(30)
    upkeep.stop()
    return failures


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Of upkeep alone: what an earlier test has left behind may speak at any time."""
    return [record for record in caplog.records if record.name == "eventrail.upkeep"]


def test_pieces_are_done_until_it_is_stopped() -> None:
    log = PretendedLog(lambda number: number < 50, 100)
    assert kept_up(log) == []
    assert log.done >= 100


@pytest.mark.parametrize(("read_bytes", "more", "rest"), [(0, 1, 0.0), (0, 0, 7.0), (50, 1, 0.5), (50, 0, 0.5)])
def test_reading_is_paced_and_nothing_else(read_bytes: int, more: int, rest: float) -> None:
    log = PretendedLog(lambda _number: bool(more), 1)

    def piece(_number: int) -> bool:
        log.scrubbed_bytes += read_bytes
        return bool(more)

    log.piece = piece
    upkeep = Upkeep(log, UpkeepOptions(scrub_bytes_per_second=100, idle_seconds=7.0), lambda _failure: None)
    assert upkeep._piece() == rest


def test_a_failed_disk_ends_it_and_is_handed_on() -> None:
    failure = SyncFailed("fdatasync", "EIO")

    def fail(_number: int) -> bool:
        raise failure

    log = PretendedLog(fail, 1)
    assert kept_up(log) == [failure]
    assert log.done == 1


def test_any_other_failure_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    def fail_first(number: int) -> bool:
        if number == 1:
            raise OSError(5, "injected")
        return False

    with caplog.at_level(logging.ERROR, "eventrail.upkeep"):
        assert kept_up(PretendedLog(fail_first, 3)) == []
    assert [record.message for record in told(caplog)] == ["upkeep failed"]


def test_an_alarm_is_told_once_and_again_when_it_came_back(caplog: pytest.LogCaptureFixture) -> None:
    log = PretendedLog(lambda _number: False, 1)
    upkeep = Upkeep(log, FAST, lambda _failure: None)
    damage = "range-damaged: segments/1.ndjson, byte 0"
    with caplog.at_level(logging.INFO, "eventrail.upkeep"):
        for log.told in (
            ("disk-stalled: for 5 s",),
            ("disk-stalled: for 6 s", damage),
            (damage, "range-damaged: segments/2.ndjson, byte 7"),
            (),
            (damage,),
        ):
            upkeep._tell()
    assert [(record.levelname, record.message) for record in told(caplog)] == [
        ("ERROR", "alarm"),
        ("ERROR", "alarm"),
        ("ERROR", "alarm"),
        ("INFO", "an alarm is over"),
        ("INFO", "an alarm is over"),
        ("INFO", "an alarm is over"),
        ("ERROR", "alarm"),
    ]


def test_it_may_be_stopped_before_it_was_started() -> None:
    log = PretendedLog(lambda _number: False, 1)
    Upkeep(log, FAST, lambda _failure: None).stop()
    assert log.done == 0
