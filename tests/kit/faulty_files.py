"""The engine's files with faults on demand: errors at a call, short writes, a disk that fills up, a trace of calls."""

import errno
from collections import deque
from pathlib import Path

from eventrail.log.files import SystemFiles


class FaultyFiles(SystemFiles):
    """Real files; what `fail_next` names fails once, before it has done anything.

    `room_bytes` is how much all files together may still grow; a write gets what is left, then ENOSPC.
    `longest_write_bytes` and `longest_read_bytes` cut every such call short.
    """

    def __init__(self) -> None:
        self.trace: list[tuple[str, str]] = []
        self.room_bytes: int | None = None
        self.longest_write_bytes: int | None = None
        self.longest_read_bytes: int | None = None
        self.kind = "ext4"
        self._names: dict[int, str] = {}
        self._failures: dict[str, deque[OSError | None]] = {}

    def fail_next(self, call: str, error_number: int, *, after: int = 0) -> None:
        """Let the next `call` fail, or the one behind `after` more that succeed."""
        failure = OSError(error_number, errno.errorcode[error_number])
        self._failures.setdefault(call, deque()).extend([*([None] * after), failure])

    def calls(self, *names: str) -> list[tuple[str, str]]:
        return [call for call in self.trace if call[0] in names]

    def open(self, path: Path, flags: int) -> int:
        self._called("open", path.name)
        descriptor = super().open(path, flags)
        self._names[descriptor] = path.name
        return descriptor

    def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
        self._called("read_at", self._names[descriptor])
        longest = length if self.longest_read_bytes is None else self.longest_read_bytes
        return super().read_at(descriptor, min(length, longest), offset)

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        self._called("write_at", self._names[descriptor])
        length = len(data) if self.longest_write_bytes is None else min(len(data), self.longest_write_bytes)
        if self.room_bytes is not None:
            size = self.size(descriptor)
            length = min(length, max(size + self.room_bytes - offset, 0))
            if length == 0:
                raise OSError(errno.ENOSPC, "no room")
            self.room_bytes -= max(offset + length - size, 0)
        return super().write_at(descriptor, data[:length], offset)

    def truncate(self, descriptor: int, size: int) -> None:
        self._called("truncate", self._names[descriptor])
        if self.room_bytes is not None:
            self.room_bytes += self.size(descriptor) - size
        super().truncate(descriptor, size)

    def allocate(self, descriptor: int, size: int) -> None:
        self._called("allocate", self._names[descriptor])
        growth = max(size - self.size(descriptor), 0)
        if self.room_bytes is not None:
            if growth > self.room_bytes:
                raise OSError(errno.ENOSPC, "no room")
            self.room_bytes -= growth
        super().allocate(descriptor, size)

    def sync_data(self, descriptor: int) -> None:
        self._called("sync_data", self._names[descriptor])
        super().sync_data(descriptor)

    def sync(self, descriptor: int) -> None:
        self._called("sync", self._names[descriptor])
        super().sync(descriptor)

    def sync_directory(self, path: Path) -> None:
        self._called("sync_directory", path.name)
        super().sync_directory(path)

    def replace(self, source: Path, target: Path) -> None:
        self._called("replace", target.name)
        super().replace(source, target)

    def file_system_kind(self, path: Path) -> str:
        return self.kind

    def _called(self, call: str, name: str) -> None:
        self.trace.append((call, name))
        failures = self._failures.get(call)
        if failures and (failure := failures.popleft()) is not None:
            raise failure
