"""When the head is written down: after a whole while without work, beside nothing else, on a clock that stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from eventrail.log.commit_queue import CommitQueue, _Working
from eventrail.log.events import Outcome
from eventrail.log.writer import Writer
from tests.kit.logs import append, event, open_log

IDLE_SECONDS = 2.0


@dataclass
class StandingLoop:
    """An event loop's clock and calls, which a test makes when it likes."""

    now: float = 100.0
    soon: list[Callable[[], None]] = field(default_factory=list)
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_soon(self, call: Callable[[], None]) -> None:
        self.soon.append(call)

    def call_later(self, seconds: float, call: Callable[[], None]) -> object:
        self.later.append((self.now + seconds, call))
        return call

    def run_soon(self) -> None:
        calls, self.soon = self.soon, []
        for call in calls:
            call()

    def advance(self, seconds: float) -> None:
        """To a later time, with all that is due by then."""
        self.now += seconds
        due = [call for time, call in self.later if time <= self.now]
        self.later = [(time, call) for time, call in self.later if time > self.now]
        for call in due:
            call()


@dataclass
class StandingWriter:
    """Work is done when a test says so."""

    work: list[tuple[Callable[[], Any], Callable[[Any], None]]] = field(default_factory=list)

    def do(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.work.append((work, done))

    def finish(self) -> None:
        work, done = self.work.pop(0)
        done(work())


@dataclass
class Caller:
    answers: list[Outcome] = field(default_factory=list)

    def is_gone(self) -> bool:
        return False

    def settle(self, outcome: Outcome) -> None:
        self.answers.append(outcome)

    def refuse(self, error: Exception) -> None:
        raise error


def standing(directory: Path) -> tuple[CommitQueue, StandingLoop, StandingWriter]:
    loop, writer = StandingLoop(), StandingWriter()
    queue = CommitQueue(open_log(directory), on_fatal=lambda _failure: None, idle_seconds=IDLE_SECONDS)
    queue._working = _Working(cast("Any", loop), cast("Writer", writer))
    queue._go_on()
    return queue, loop, writer


def test_the_head_is_written_down_when_nothing_came_for_the_whole_while(tmp_path: Path) -> None:
    queue, loop, writer = standing(tmp_path)
    caller = Caller()
    loop.advance(0.5)
    queue.submit(append(event()), caller)
    loop.run_soon()
    writer.finish()
    loop.run_soon()
    loop.advance(1.5)
    assert writer.work == [], "the while began again behind the append"
    loop.advance(0.25)
    assert writer.work == []
    loop.advance(0.25)
    assert len(writer.work) == 1
    assert not (tmp_path / "head.json").exists()
    writer.finish()
    assert (tmp_path / "head.json").exists()
    assert (len(caller.answers), loop.later) == (1, []), "a log that stays idle is not looked at again"
    queue.submit(append(event()), caller)
    loop.run_soon()
    writer.finish()
    assert len(caller.answers) == 2


def test_what_comes_while_the_head_is_being_written_waits_for_it(tmp_path: Path) -> None:
    queue, loop, writer = standing(tmp_path)
    loop.advance(IDLE_SECONDS)
    caller = Caller()
    queue.submit(append(event()), caller)
    loop.run_soon()
    assert (len(writer.work), queue.unanswered_appends) == (1, 1), "the writer has one piece of work at a time"
    writer.finish()
    assert (len(writer.work), len(caller.answers)) == (1, 0)
    writer.finish()
    assert (len(caller.answers), queue.unanswered_appends) == (1, 0)
    loop.run_soon()
    loop.advance(IDLE_SECONDS)
    assert len(writer.work) == 1, "and the head behind it is written down too"


def test_appends_of_one_turn_are_one_batch_and_who_is_answered_may_be_back_for_the_next(tmp_path: Path) -> None:
    queue, loop, writer = standing(tmp_path)
    first, second, back = [Caller(), Caller()], Caller(), Caller()
    for caller in first:
        queue.submit(append(event()), caller)
    assert writer.work == [], "what else comes in this turn goes along"
    loop.run_soon()
    assert len(writer.work) == 1
    queue.submit(append(event()), second)
    assert loop.soon == [], "the writer is busy"
    writer.finish()
    assert [len(caller.answers) for caller in (*first, second)] == [1, 1, 0]
    assert writer.work == []
    queue.submit(append(event()), back)
    loop.run_soon()
    assert len(writer.work) == 1
    loop.advance(IDLE_SECONDS)
    assert len(writer.work) == 1, "no head beside a batch"
    writer.finish()
    assert [len(caller.answers) for caller in (*first, second, back)] == [1, 1, 1, 1]
