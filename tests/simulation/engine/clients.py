"""The clients of a running log: what they send and read, and the records they keep of it."""

from itertools import count
from typing import Protocol

from eventrail.log.errors import LogError, SyncFailed
from eventrail.log.events import Append, Appended, ConditionFailed, Head, IdReused, Outcome, Page, Query, Replayed
from tests.kit.history import Acknowledged, Asked, Record, Refused, Served, View
from tests.simulation.engine.workload import Workload, append_of, query_of


class OpenLog(Protocol):
    """What clients can ask of a log."""

    @property
    def head(self) -> Head: ...

    def commit(self, batch: list[Append]) -> list[Outcome]: ...
    def page(self, query: Query) -> Page: ...


class Clients:
    """Everything that is asked of the log goes through here, and into `records`."""

    def __init__(self, workload: Workload) -> None:
        self.records: list[Record] = []
        self._workload = workload
        self._reads = count(1)

    def append(self, log: OpenLog) -> None:
        """One batch. Raises what the log raises where it can't go on; a refusal of the whole batch is an answer."""
        calls = self._workload.batch(log.head.position)
        self.records += calls
        try:
            outcomes = log.commit([append_of(call) for call in calls])
        except SyncFailed:
            raise
        except LogError:
            self.records += [Refused(call.call) for call in calls]
        else:
            self.records += [answer_of(call.call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]

    def append_one(self, log: OpenLog) -> bool:
        """One new event without a condition; whether it was taken."""
        call = self._workload.plain()
        self.records.append(call)
        answer = answer_of(call.call, log.commit([append_of(call)])[0])
        self.records.append(answer)
        return isinstance(answer, Acknowledged) and answer.replayed is False

    def browse(self, log: OpenLog) -> None:
        self.read(log, "browser", self._workload.view(log.head.position))

    def look_on(self, log: OpenLog) -> None:
        """A reader at the end of the log, while the writer is at work."""
        self.read(log, "follower", View(after=max(log.head.position - 2, 0)))

    def read(self, log: OpenLog, client: str, view: View) -> list[bytes]:
        """The lines of a view; raises `RangeDamaged`."""
        name = f"read-{next(self._reads)}"
        self.records.append(Asked(name, client, view))
        page = log.page(query_of(view))
        lines = page.lines.split(b"\n")[:-1]
        self.records.append(Served(name, tuple(lines), page.head))
        return lines


def answer_of(call: str, outcome: Outcome) -> Record:
    if isinstance(outcome, Appended | Replayed):
        return Acknowledged(call, outcome.first, outcome.last, isinstance(outcome, Replayed))
    if isinstance(outcome, IdReused):
        return Refused(call, "id", outcome.position)
    if isinstance(outcome, ConditionFailed):
        return Refused(call, "condition", outcome.position)
    return Refused(call)
