"""The engine's files on a simulated disk, as one process has them until it ends."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from tests.kit.simulated_disk.directory import SimulatedDirectory
from tests.kit.simulated_disk.disk import SimulatedDisk
from tests.kit.simulated_disk.faults import ENDS
from tests.kit.simulated_disk.file import SimulatedFile


class ProcessEnded(BaseException):
    """The process was killed, or the power went, in this call; every later call says so too."""


class SimulatedFiles:
    """`Files` with the faults of its disk; the process, or the power, ends at its `last`-th call of those `counted`.

    Nothing counted is every call. `at_sync` is called in each `sync_data`, as another thread might run.
    """

    def __init__(self, disk: SimulatedDisk, last: int | None = None, counted: frozenset[str] = frozenset()) -> None:
        self._disk = disk
        self._faults = disk.faults
        self._open: dict[int, tuple[SimulatedFile, str]] = {}
        self._next = 3
        self._calls_left = last
        self._counted = counted
        self._ending: str | None = None
        self.ended_by: str | None = None
        self.at_sync: Callable[[], None] | None = None

    def end(self, kind: str) -> None:
        """Take the process away. The page cache outlives a kill, and not the power."""
        self.ended_by = kind
        for file, _ in self._open.values():
            if file.lock_holder is self:
                file.lock_holder = None
        self._open.clear()
        self._disk.note(kind)
        if kind == "power cut":
            self._disk.lose_power()

    def open(self, path: Path, flags: int) -> int:
        self._begin("open", path.name, flags)
        if self._faults.strike("no descriptors"):
            raise OSError(errno.EMFILE, "too many open files", str(path))
        directory, file = self._disk.place(path)
        if file is None:
            if not flags & os.O_CREAT:
                raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
            self._refuse_full()
            file = SimulatedFile()
            directory.put(path.name, file)
        elif flags & os.O_EXCL:
            raise FileExistsError(errno.EEXIST, "the file exists", str(path))
        if flags & os.O_TRUNC:
            self._disk.give_room(len(file.content))
            file.truncate(0)
        self._next += 1
        self._open[self._next] = file, path.name
        self._end()
        return self._next

    def close(self, descriptor: int) -> None:
        file, _ = self._called("close", descriptor)
        if file.lock_holder is self:
            file.lock_holder = None
        del self._open[descriptor]
        self._end()

    def size(self, descriptor: int) -> int:
        return len(self._called("size", descriptor)[0].content)

    def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
        file, _ = self._called("read_at", descriptor, length, offset)
        if self._faults.strike("read error"):
            raise OSError(errno.EIO, "a simulated read error")
        if length > 1 and self._faults.strike("short read"):
            length = self._faults.chance.randrange(1, length)
        return bytes(file.content[offset : offset + length])

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        file, _ = self._called("write_at", descriptor, len(data), offset)
        length = len(data)
        if self._ending or self._faults.strike("short write"):
            length = self._faults.chance.randint(1, length)
        if self._faults.strike("write error"):
            raise OSError(errno.EIO, "a simulated write error")
        length = self._room_for(file, offset, length)
        file.write(data[:length], offset)
        self._end()
        return length

    def sync_data(self, descriptor: int) -> None:
        file, _ = self._called("sync_data", descriptor)
        if self.at_sync is not None:
            self.at_sync()
        self._sync(file)

    def sync(self, descriptor: int) -> None:
        self._sync(self._called("sync", descriptor)[0])

    def truncate(self, descriptor: int, size: int) -> None:
        file, _ = self._called("truncate", descriptor, size)
        if self._faults.strike("write error"):
            raise OSError(errno.EIO, "a simulated write error")
        self._resize(file, size)
        self._end()

    def allocate(self, descriptor: int, size: int) -> None:
        file, _ = self._called("allocate", descriptor, size)
        if size > len(file.content):
            self._resize(file, size)
        self._end()

    def try_lock(self, descriptor: int) -> bool:
        file, _ = self._called("try_lock", descriptor)
        if file.lock_holder is not None:
            return False
        file.lock_holder = self
        return True

    def list_directory(self, path: Path) -> list[str]:
        self._begin("list_directory", path.name)
        return sorted(self._disk.directory(path).entries)

    def make_directory(self, path: Path) -> None:
        self._begin("make_directory", path.name)
        node = self._disk.root
        for name in path.parts[1:]:
            below = node.entries.get(name)
            if below is None:
                self._refuse_full()
                below = SimulatedDirectory()
                node.put(name, below)
            assert isinstance(below, SimulatedDirectory), "no file stands where the engine wants a directory"
            node = below
        self._end()

    def sync_directory(self, path: Path) -> None:
        self._begin("sync_directory", path.name)
        if self._faults.strike("failed directory sync"):
            raise OSError(errno.EIO, "a simulated failure of a directory's sync", str(path))
        self._disk.directory(path).sync()
        self._end()

    def replace(self, source: Path, target: Path) -> None:
        self._begin("replace", target.name)
        assert source.parent == target.parent, "a rename between directories is two changes: not simulated"
        directory, replaced = self._disk.place(target)
        directory.rename(source.name, target.name)
        if replaced is not None:
            self._disk.give_room(len(replaced.content))
        self._end()

    def remove(self, path: Path) -> None:
        self._begin("remove", path.name)
        directory, file = self._disk.place(path)
        if file is not None:
            directory.remove(path.name)
            self._disk.give_room(len(file.content))
        self._end()

    def file_system_kind(self, path: Path) -> str:
        self._begin("file_system_kind", path.name)
        return "ext4"

    def capacity(self, path: Path) -> int:
        self._begin("capacity", path.name)
        return 1 << 40

    def forget_cached(self, descriptor: int) -> None:
        self._called("forget_cached", descriptor)

    def _called(self, call: str, descriptor: int, *arguments: int) -> tuple[SimulatedFile, str]:
        if self.ended_by is not None:
            raise ProcessEnded(self.ended_by)
        found = self._open[descriptor]
        self._begin(call, found[1], *arguments)
        return found

    def _begin(self, call: str, name: str, *arguments: int) -> None:
        """Every call comes through here: note it, and decide whether the process lives through it."""
        if self.ended_by is not None:
            raise ProcessEnded(self.ended_by)
        self._disk.note((call, name, *arguments))
        if self._calls_left is not None and (not self._counted or call in self._counted):
            self._calls_left -= 1
            if self._calls_left <= 0 and self._ending is None:
                self._end_here()

    def _end_here(self) -> None:
        """Before this call, or in the midst of it or after it."""
        kind = self._faults.chance.choice(ENDS)
        self._faults.struck[kind] += 1
        self._ending = kind
        if self._faults.chance.random() < 0.4:
            self._end()

    def _end(self) -> None:
        if self._ending:
            self.end(self._ending)
            raise ProcessEnded(self._ending)

    def _sync(self, file: SimulatedFile) -> None:
        if self._faults.strike("failed sync"):
            file.fail_sync(self._faults.chance)
            raise OSError(errno.EIO, "a simulated failure of a sync")
        if self._faults.draw("misdirected write") and file.misdirect(self._faults.chance):
            self._faults.struck["misdirected write"] += 1
        file.sync()
        self._end()

    def _resize(self, file: SimulatedFile, size: int) -> None:
        growth = size - len(file.content)
        if growth < 0:
            self._disk.give_room(-growth)
        elif (taken := self._disk.take_room(growth)) < growth:
            self._disk.give_room(taken)
            raise self._no_room()
        file.truncate(size)

    def _room_for(self, file: SimulatedFile, offset: int, length: int) -> int:
        """How much of a write fits: what stands already needs no room."""
        held = max(len(file.content) - offset, 0)
        fits = min(length, held + self._disk.take_room(max(length - held, 0)))
        if fits == 0:
            raise self._no_room()
        return fits

    def _refuse_full(self) -> None:
        if self._disk.room_bytes is not None and self._disk.room_bytes <= 0:
            raise self._no_room()

    def _no_room(self) -> OSError:
        self._faults.struck["no room"] += 1
        return OSError(errno.ENOSPC, "no room on the simulated disk")
