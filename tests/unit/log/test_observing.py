"""The writer's observer is told of each commit once it is durable, and of nothing else."""

from pathlib import Path

import pytest

from eventrail.log.errors import DiskFull
from eventrail.log.events import Appended, ConditionItem, Replayed
from eventrail.log.log import Log
from eventrail.log.observing import Commit
from tests.kit.logs import SMALL, HastyFiles, append, event


class Watching:
    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.heads: list[int] = []
        self.log: Log | None = None

    def committed(self, commit: Commit) -> None:
        assert self.log is not None
        self.heads.append(self.log.head.position)
        self.commits.append(commit)


class FullOnce(HastyFiles):
    full = False

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        if self.full:
            raise OSError(28, "full")
        return super().write_at(descriptor, data, offset)


@pytest.fixture
def watching() -> Watching:
    return Watching()


def opened(directory: Path, watching: Watching, files: HastyFiles) -> Log:
    watching.log = Log.open(directory, SMALL, files=files, observer=watching)
    return watching.log


def test_a_commit_is_told_with_its_outcomes_after_its_head_is_visible(tmp_path: Path, watching: Watching) -> None:
    log = opened(tmp_path, watching, HastyFiles())
    one, two = append(event(b"1", number=1)), append(event(b"2"), event(b"3"))
    log.commit([one, two])
    assert watching.heads == [3]
    told = watching.commits[0]
    assert (told.appends, told.outcomes) == ([one, two], [Appended(1, 1), Appended(2, 3)])
    assert (told.first, told.last) == (1, 3)
    assert told.size_bytes == log.statistics().size_bytes
    assert told.sync_seconds is not None
    assert told.seconds >= told.sync_seconds >= 0
    log.close()


def test_a_commit_without_new_events_synced_nothing(tmp_path: Path, watching: Watching) -> None:
    log = opened(tmp_path, watching, HastyFiles())
    one = append(event(b"1", number=1))
    log.commit([one])
    log.commit([one, append(event(b"2"), unless=(ConditionItem(),))])
    told = watching.commits[1]
    assert told.outcomes[0] == Replayed(1, 1)
    assert (told.first, told.last, told.size_bytes, told.sync_seconds) == (2, 1, 0, None)
    log.close()


def test_an_undone_batch_is_told_to_nobody(tmp_path: Path, watching: Watching) -> None:
    files = FullOnce()
    log = opened(tmp_path, watching, files)
    files.full = True
    with pytest.raises(DiskFull):
        log.commit([append(event(b"1"))])
    files.full = False
    assert watching.commits == []
    log.commit([append(event(b"1"))])
    assert [told.last for told in watching.commits] == [1]
    log.close()
