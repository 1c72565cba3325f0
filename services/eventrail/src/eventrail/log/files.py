"""The system calls that the engine makes, as a port: tests put a failing or a simulated disk in its place."""

import errno
import fcntl
import os
from pathlib import Path
from typing import Final, Protocol

from eventrail.log import file_system

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The errors that say no more than that something is full."""
NO_DESCRIPTORS: Final = frozenset({errno.EMFILE, errno.ENFILE})
"""The errors that say no more than that too many files are open; whatever was to be opened was not touched."""


class Files(Protocol):
    """Calls by descriptor may be short, as the system's are; every failure is an `OSError`."""

    def open(self, path: Path, flags: int) -> int: ...
    def close(self, descriptor: int) -> None: ...
    def size(self, descriptor: int) -> int: ...
    def read_at(self, descriptor: int, length: int, offset: int) -> bytes: ...
    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int: ...
    def sync_data(self, descriptor: int) -> None: ...
    def sync(self, descriptor: int) -> None: ...
    def truncate(self, descriptor: int, size: int) -> None: ...
    def try_lock(self, descriptor: int) -> bool: ...
    def list_directory(self, path: Path) -> list[str]: ...
    def make_directory(self, path: Path) -> None: ...
    def sync_directory(self, path: Path) -> None: ...
    def replace(self, source: Path, target: Path) -> None: ...
    def remove(self, path: Path) -> None: ...
    def file_system_kind(self, path: Path) -> str: ...

    def capacity(self, path: Path) -> int:
        """The bytes of the whole file system that holds `path`, used or not."""
        ...

    def allocate(self, descriptor: int, size: int) -> None:
        """Give a file `size` bytes of room that nobody else can take; what stands in it stays."""
        ...

    def forget_cached(self, descriptor: int) -> None:
        """Let the next reads of a file come from the disk, as far as the system likes."""
        ...


class SystemFiles:
    """The operating system's files. Python opens with O_CLOEXEC and repeats calls that a signal interrupts."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags, 0o640)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def size(self, descriptor: int) -> int:
        return os.fstat(descriptor).st_size

    def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
        return os.pread(descriptor, length, offset)

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        return os.pwrite(descriptor, data, offset)

    def sync_data(self, descriptor: int) -> None:
        os.fdatasync(descriptor)

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def try_lock(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def list_directory(self, path: Path) -> list[str]:
        return sorted(entry.name for entry in path.iterdir())

    def make_directory(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def file_system_kind(self, path: Path) -> str:
        return file_system.kind_of(path)

    def capacity(self, path: Path) -> int:
        figures = os.statvfs(path)
        return figures.f_blocks * figures.f_frsize

    def allocate(self, descriptor: int, size: int) -> None:
        os.posix_fallocate(descriptor, 0, size)

    def forget_cached(self, descriptor: int) -> None:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
