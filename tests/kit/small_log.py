"""A log of exactly 64 KiB in three segments, on a disk in memory, to be damaged a thousand times a second."""

import os
import shutil
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventrail.log.events import Append
from eventrail.log.files import SystemFiles
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, crash, event, open_log

SIZE_BYTES: Final = 64 * 1024
LAST_BATCHES_BYTES: Final = 5_000
OPTIONS: Final = Options(segment_bytes=SIZE_BYTES * 2 // 5, extend_bytes=0)
TEXTS: Final = ('{"é":"🌍"}', '"\\u0000\\n"', '"' + "x🌍" * 900 + '"', "1e400", '["' + "ab," * 1_900 + '"]')


class MemoryFiles(SystemFiles):
    """A disk in memory has nothing to sync, and the mount table needs no look at each of a million starts."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_data(self, descriptor: int) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass

    def file_system_kind(self, path: Path) -> str:
        return "tmpfs"


@dataclass(frozen=True)
class Line:
    """Where a line stands: its segment by number, its bytes from `start` to `end` with the newline."""

    segment: int
    start: int
    end: int
    position: int
    synced: int
    raw: bytes


class SmallLog:
    """The log as it should be, and its files, which may be damaged and made whole again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.paths = sorted((directory / "segments").iterdir())
        self.contents = [path.read_bytes() for path in self.paths]
        self.lines = [line for number, content in enumerate(self.contents) for line in _lines(number, content)]
        self.first_open_position = int(self.paths[-1].stem)
        self.last_batch = self.lines[-1].synced + 1
        self._firsts = [(line.segment, line.start) for line in self.lines]
        self._descriptors = [os.open(path, os.O_RDWR) for path in self.paths]

    @property
    def text(self) -> bytes:
        return b"".join(self.contents)

    @property
    def head(self) -> int:
        return self.lines[-1].position

    def line_at(self, segment: int, offset: int) -> Line:
        """The line that a byte belongs to; a newline belongs to the line that it ends."""
        return self.lines[bisect_right(self._firsts, (segment, offset)) - 1]

    def write(self, segment: int, offset: int, data: bytes) -> None:
        os.pwrite(self._descriptors[segment], data, offset)

    def cut(self, segment: int, size: int) -> None:
        os.ftruncate(self._descriptors[segment], size)

    def stored(self, segment: int) -> bytes:
        return self.paths[segment].read_bytes()

    def make_whole(self, segment: int) -> None:
        """Put back a segment, and take away what a start has put aside."""
        os.ftruncate(self._descriptors[segment], len(self.contents[segment]))
        os.pwrite(self._descriptors[segment], self.contents[segment], 0)
        shutil.rmtree(self.directory / "quarantine", ignore_errors=True)

    def open(self) -> Log:
        return open_log(self.directory, OPTIONS, files=MemoryFiles())


def make_small_log(directory: Path, *, witness: bool) -> SmallLog:
    """Index files are there for the sealed segments; with `witness` the head is written down, as at a clean stop."""
    log = open_log(directory, OPTIONS, files=MemoryFiles())
    number = 0
    while log.statistics().size_bytes < SIZE_BYTES - LAST_BATCHES_BYTES:
        log.commit(_batch(number))
        number += 1
    last = [append(event(b"1", "a:1")), append(event(b'"PAD"'), event(b"[]", "b:2", "c:3"))]
    log.commit([*last[:1], _padded(log, directory, last)])
    while log.maintain():
        pass
    crash(log)
    if witness:
        open_log(directory, OPTIONS, files=MemoryFiles()).close()
    made = SmallLog(directory)
    assert len(made.text) == SIZE_BYTES, len(made.text)
    assert len(made.paths) == 3
    return made


def _batch(number: int) -> list[Append]:
    texts = [TEXTS[(number + step) % len(TEXTS)].encode() for step in range(3)]
    if number % 3:
        return [append(event(texts[0], f"a:{number % 5}"))]
    return [append(event(texts[0]), event(texts[1], "b:2")), append(event(texts[2], f"a:{number % 5}"))]


def _padded(log: Log, directory: Path, last: list[Append]) -> Append:
    """The last append, filled up so that the log has the size it must have."""
    probe = directory.with_name(directory.name + "-probe")
    shutil.copytree(directory, probe)
    shorter = open_log(probe, OPTIONS, files=MemoryFiles())
    shorter.commit(last)
    missing = SIZE_BYTES - shorter.statistics().size_bytes
    crash(shorter)
    shutil.rmtree(probe)
    assert missing >= 0, f"the log is {-missing} bytes too long already"
    return append(event(b'"PAD' + b"x" * missing + b'"'), *last[1].events[1:])


def _lines(segment: int, content: bytes) -> list[Line]:
    found, start = [], 0
    for raw in content.splitlines(keepends=True):
        position = int(raw[len(b'{"position":') : raw.index(b",")])
        synced = int(raw[raw.rindex(b'"synced":') + len(b'"synced":') : raw.rindex(b',"hash":')])
        found.append(Line(segment, start, start + len(raw), position, synced, raw))
        start += len(raw)
    return found
