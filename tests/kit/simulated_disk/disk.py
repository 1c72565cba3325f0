"""The simulated disk: a tree of files, its room, and what a crash leaves of it."""

import errno
from hashlib import blake2b
from pathlib import Path

from tests.kit.simulated_disk.directory import SimulatedDirectory
from tests.kit.simulated_disk.faults import Faults
from tests.kit.simulated_disk.file import SimulatedFile


class SimulatedDisk:
    """Outlives every process on it. `room_bytes` is what all files together may still grow; None is no bound."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.root = SimulatedDirectory()
        self.room_bytes: int | None = None
        self._trace = blake2b()

    @property
    def trace_hash(self) -> str:
        """Over every call, every fault and whatever was noted, in order."""
        return self._trace.hexdigest()

    def note(self, text: str) -> None:
        self._trace.update(text.encode())

    def lose_power(self) -> None:
        self.root.lose_power(self.faults.chance)

    def directory(self, path: Path) -> SimulatedDirectory:
        node: SimulatedFile | SimulatedDirectory = self.root
        for name in path.parts[1:]:
            if not isinstance(node, SimulatedDirectory) or name not in node.entries:
                raise FileNotFoundError(errno.ENOENT, "no such directory", str(path))
            node = node.entries[name]
        if not isinstance(node, SimulatedDirectory):
            raise NotADirectoryError(errno.ENOTDIR, "not a directory", str(path))
        return node

    def file(self, path: Path) -> SimulatedFile | None:
        node = self.directory(path.parent).entries.get(path.name)
        return node if isinstance(node, SimulatedFile) else None

    def take_room(self, length: int) -> int:
        """How much of `length` more bytes there is room for; it is taken."""
        if self.room_bytes is None or length <= 0:
            return length
        taken = min(length, max(self.room_bytes, 0))
        self.room_bytes -= taken
        return taken

    def give_room(self, length: int) -> None:
        if self.room_bytes is not None:
            self.room_bytes += length
