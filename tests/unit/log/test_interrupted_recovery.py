"""A start that is cut short at any of its calls, and the next ones too: recovery may be repeated at will."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log import recovery
from eventrail.log.events import Appended
from eventrail.log.files import SystemFiles
from eventrail.log.options import Options
from tests.kit.logs import HastyFiles, append, crash, event, open_log

OPTIONS = Options(segment_bytes=1_300, extend_bytes=300, reserve_bytes=600)
SEGMENT = f"{3:020}.ndjson"


class PowerLostError(BaseException):
    """No handler of the engine's may catch it, as none runs when a process dies."""


class DyingFiles(HastyFiles):
    """Dies before the N-th call that changes anything, or, of a write, in the middle of it."""

    def __init__(self, calls_left: int) -> None:
        self.calls_left = calls_left

    def _step(self) -> None:
        if self.calls_left == 0:
            raise PowerLostError
        self.calls_left -= 1

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        if self.calls_left == 0:
            super().write_at(descriptor, data[: len(data) // 2], offset)
        self._step()
        return super().write_at(descriptor, data, offset)


def _stepping(name: str) -> Callable[..., object]:
    def call(self: DyingFiles, *arguments: object) -> object:
        self._step()
        return getattr(HastyFiles, name)(self, *arguments)

    return call


CHANGING = (
    "open",
    "truncate",
    "sync",
    "sync_data",
    "sync_directory",
    "replace",
    "make_directory",
    "allocate",
    "remove",
)
for changing in CHANGING:
    setattr(DyingFiles, changing, _stepping(changing))


def torn_log(directory: Path) -> tuple[bytes, bytes]:
    """Two segments and one and a half events of an append; returns what is whole of the open one, and the rest."""
    log = open_log(directory, OPTIONS, files=HastyFiles())
    for number, size in ((1, 300), (2, 300), (3, 200)):
        log.commit([append(event(b"1" * size, number=number))])
    whole = log.statistics().size_bytes
    log.commit([append(event(number=4), event(number=5), event(number=6))])
    crash(log)
    path = directory / "segments" / SEGMENT
    sealed = (directory / "segments" / f"{1:020}.ndjson").stat().st_size
    content = path.read_bytes().rstrip(b"\0")
    first, second, _ = content[whole - sealed :].splitlines(keepends=True)
    torn = first + second[:50]
    path.write_bytes(content[: whole - sealed] + torn + bytes(200))
    return content[: whole - sealed], torn


def start(directory: Path, calls: int) -> bool:
    """Whether a start came to its end within so many calls."""
    files = DyingFiles(calls)
    try:
        log = open_log(directory, OPTIONS, files=files)
    except PowerLostError:
        return False
    files.calls_left = 1_000
    crash(log)
    return True


def calls_of_a_start(directory: Path) -> int:
    torn_log(directory)
    return next(calls for calls in range(1_000) if start_anew(directory / str(calls), calls))


def start_anew(directory: Path, calls: int) -> bool:
    torn_log(directory)
    return start(directory, calls)


def assert_recovered(directory: Path, whole: bytes, torn: bytes) -> None:
    log = open_log(directory, OPTIONS, files=HastyFiles())
    assert log.head.position == 3
    assert log.commit([append(event(number=7))]) == [Appended(4, 4)]
    crash(log)
    assert (directory / "segments" / SEGMENT).read_bytes().startswith(whole)
    assert [path.read_bytes() for path in (directory / "quarantine").iterdir()] == [torn]
    assert [stored.position for stored in read_log(directory).events] == [1, 2, 3, 4]


def test_a_start_may_die_at_any_call_and_the_next_ones_too(tmp_path: Path) -> None:
    """Three deaths in a row, at calls that are apart by every distance of a few."""
    calls = calls_of_a_start(tmp_path / "count")
    assert calls > 12
    for first in range(calls):
        for second in {first // 2, first, min(first + 2, calls - 1)}:
            directory = tmp_path / f"{first}-{second}"
            whole, torn = torn_log(directory)
            for death in (first, second, first):
                start(directory, death)
            assert_recovered(directory, whole, torn)


def test_control_a_recovery_that_cuts_before_it_keeps_the_evidence_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_first(files: SystemFiles, path: Path, content: bytes) -> None:
        segment = path.parent.parent / "segments" / SEGMENT
        with segment.open("r+b") as file:
            file.truncate(segment.read_bytes().index(content))
        files.make_directory(path.parent)
        path.write_bytes(content)

    monkeypatch.setattr(recovery, "write_file", cut_first)
    caught = 0
    for calls in range(20):
        directory = tmp_path / str(calls)
        whole, torn = torn_log(directory)
        start(directory, calls)
        try:
            assert_recovered(directory, whole, torn)
        except (AssertionError, FileNotFoundError):
            caught += 1
    assert caught
