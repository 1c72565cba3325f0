"""Small logs for tests of the engine: events by the shortest call, a clock that stands, ids that count."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from eventrail.log.events import Append, ConditionItem, NewEvent
from eventrail.log.files import Files, SystemFiles
from eventrail.log.identifiers import NewIds
from eventrail.log.log import Log
from eventrail.log.options import Options

NOON = 1_795_348_800_000_000
"""2026-11-22T12:00:00Z in microseconds."""

SMALL = Options(segment_bytes=64 * 1024 * 1024, extend_bytes=0, reserve_bytes=0)


def numbered_id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012x}"


def ids_from(numbers: Iterator[int]) -> NewIds:
    return lambda _microseconds, wanted: [numbered_id(next(numbers)) for _ in range(wanted)]


next_ids = ids_from(count(0xABC000))
"""Never the same twice in one run, so that a log that is opened again gives new ids."""


def event(
    data: bytes = b"{}", *tags: str, number: int | None = None, kind: str = "event", meta: bytes = b"{}"
) -> NewEvent:
    return NewEvent(kind, tags, data, None if number is None else numbered_id(number), meta)


def append(*events: NewEvent, unless: tuple[ConditionItem, ...] = ()) -> Append:
    return Append(events, unless)


class HastyFiles(SystemFiles):
    """Syncs nothing, and looks into no mount table: for sweeps over thousands of starts that no power cut can meet."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_data(self, descriptor: int) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass

    def file_system_kind(self, path: Path) -> str:
        return "tmpfs"


def overwrite(path: Path, content: bytes | bytearray) -> None:
    """Without cutting it to nothing before: some file systems flush such a file when it is closed, which takes time."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.ftruncate(descriptor, os.write(descriptor, content))
    finally:
        os.close(descriptor)


def crash(log: Log) -> None:
    """Leave the files as they are, as a killed process does; only the lock goes with it."""
    log._segments.close()
    log._surroundings.files.close(log._lock)


def open_log(
    directory: Path,
    options: Options = SMALL,
    *,
    witness_position: int | None = None,
    now: int = NOON,
    files: Files | None = None,
) -> Log:
    return Log.open(
        directory,
        options,
        witness_position=witness_position,
        clock=lambda: now,
        new_ids=next_ids,
        files=files or SystemFiles(),
    )
