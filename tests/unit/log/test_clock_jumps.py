"""A clock that jumps while the log is open: times never go back, and a jump ahead is not written."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.clock import boot_seconds
from eventrail.log.errors import AppendsSuspended, ClockJumped
from eventrail.log.events import Appended, Query, Replayed
from eventrail.log.log import Log
from tests.kit.logs import NOON, SMALL, append, event, next_ids

HOUR = 3_600.0


@dataclass
class Clocks:
    """What the machine says the time is, and how long it has been up."""

    ahead_seconds: float = 0.0
    up_seconds: float = 0.0

    def now(self) -> int:
        return NOON + round((self.up_seconds + self.ahead_seconds) * 1_000_000)

    def steady(self) -> float:
        return self.up_seconds


def opened(directory: Path, clocks: Clocks) -> Log:
    return Log.open(directory, SMALL, clock=clocks.now, steady=clocks.steady, new_ids=next_ids)


@pytest.mark.parametrize("beyond", [-0.001, 0, 0.001])
def test_a_jump_ahead_over_the_tolerance_refuses_appends_until_it_is_back(tmp_path: Path, beyond: float) -> None:
    clocks = Clocks()
    log = opened(tmp_path, clocks)
    log.commit([append(event(number=1))])
    clocks.ahead_seconds = HOUR + beyond
    if beyond <= 0:
        assert log.alarms() == ()
        assert log.commit([append(event())]) == [Appended(2, 2)]
        log.close()
        return
    with pytest.raises(ClockJumped, match="3600 s ahead"):
        log.commit([append(event())])
    assert [alarm.partition(":")[0] for alarm in log.alarms()] == ["clock-jumped"]
    assert log.commit([append(event(number=1))]) == [Replayed(1, 1)]
    assert log.page(Query()).count == 1
    clocks.ahead_seconds = 0
    assert log.alarms() == ()
    assert log.commit([append(event())]) == [Appended(2, 2)]
    log.close()
    assert all(line.fields["time"] < "2026-11-22T12:00:01" for line in read_log(tmp_path).events)


def test_the_time_that_passes_is_no_jump(tmp_path: Path) -> None:
    clocks = Clocks()
    log = opened(tmp_path, clocks)
    for number in range(1, 4):
        clocks.up_seconds += 10 * HOUR
        assert log.commit([append(event())]) == [Appended(number, number)]
    log.close()


def test_a_clock_that_goes_back_holds_the_time_and_may_return(tmp_path: Path) -> None:
    clocks = Clocks(up_seconds=100)
    log = opened(tmp_path, clocks)
    times = []
    for ahead in (0, -5 * HOUR, 0.000001):
        clocks.ahead_seconds = ahead
        log.commit([append(event())])
        times.append(read_log(tmp_path).events[-1].fields["time"])
    log.close()
    assert times == ["2026-11-22T12:01:40.000000Z"] * 2 + ["2026-11-22T12:01:40.000001Z"]


def test_corrections_do_not_add_up_to_a_jump(tmp_path: Path) -> None:
    clocks = Clocks()
    log = opened(tmp_path, clocks)
    for number in range(1, 5):
        clocks.ahead_seconds += 0.7 * HOUR
        assert log.commit([append(event())]) == [Appended(number, number)]
    log.close()


def test_a_jump_is_told_as_a_suspension() -> None:
    assert issubclass(ClockJumped, AppendsSuspended)
    assert ClockJumped(7_200.4).reason == "the clock has jumped 7200 s ahead of the time that has passed"


def test_the_steady_time_goes_on() -> None:
    assert 0 < boot_seconds() <= boot_seconds()
