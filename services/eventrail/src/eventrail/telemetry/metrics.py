"""What is counted while appends come and go; cheap enough to be always on."""

from collections import defaultdict
from collections.abc import Iterable

from eventrail.log.observing import Commit, Observer
from eventrail.telemetry.histogram import COUNTS, SECONDS, Histogram


class Metrics:
    """`answered` and `refused` belong to the event loop, `committed` to the writer's thread."""

    def __init__(self) -> None:
        self.appends: dict[str, int] = defaultdict(int)
        self.append_seconds = Histogram(SECONDS)
        self.batch_appends = Histogram(COUNTS)
        self.batch_events = Histogram(COUNTS)
        self.sync_seconds = Histogram(SECONDS)
        self.events = 0
        self.line_bytes = 0

    def answered(self, outcome: str, seconds: float) -> None:
        """An append that the writer has answered, with the time from its arrival at the queue."""
        self.appends[outcome] += 1
        self.append_seconds.observe(seconds)

    def refused(self, outcome: str) -> None:
        """An append that never came to the writer, or that it could not answer."""
        self.appends[outcome] += 1

    def committed(self, commit: Commit) -> None:
        self.batch_appends.observe(len(commit.appends))
        if commit.sync_seconds is None:
            return
        events = commit.last - commit.first + 1
        self.batch_events.observe(events)
        self.sync_seconds.observe(commit.sync_seconds)
        self.events += events
        self.line_bytes += commit.size_bytes


class Observers:
    """Several observers as one."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def committed(self, commit: Commit) -> None:
        for observer in self._observers:
            observer.committed(commit)
