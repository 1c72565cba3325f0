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
        self._notes: list[object] = []
        self._directories: dict[str, SimulatedDirectory] = {}

    @property
    def trace_hash(self) -> str:
        """Over every call, every fault and whatever was noted, in order."""
        return blake2b(repr(self._notes).encode(), digest_size=16).hexdigest()

    def note(self, fact: object) -> None:
        """Add to the trace; `fact` never changes any more."""
        self._notes.append(fact)

    def lose_power(self) -> None:
        self._directories.clear()
        self.root.lose_power(self.faults.chance)

    def directory(self, path: Path) -> SimulatedDirectory:
        return self._directory(str(path))

    def place(self, path: Path) -> tuple[SimulatedDirectory, SimulatedFile | None]:
        """The directory of a file, and the file where it stands."""
        directory = self._directory(str(path).rpartition("/")[0])
        node = directory.entries.get(path.name)
        return directory, node if isinstance(node, SimulatedFile) else None

    def file(self, path: Path) -> SimulatedFile | None:
        return self.place(path)[1]

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

    def _directory(self, path: str) -> SimulatedDirectory:
        """No directory is ever removed while the power is on, so what was found once is found again."""
        found = self._directories.get(path)
        if found is None:
            found = self._directories[path] = self._walk_to(path)
        return found

    def _walk_to(self, path: str) -> SimulatedDirectory:
        node: SimulatedFile | SimulatedDirectory = self.root
        for name in filter(None, path.split("/")):
            if not isinstance(node, SimulatedDirectory) or name not in node.entries:
                raise FileNotFoundError(errno.ENOENT, "no such directory", path)
            node = node.entries[name]
        if not isinstance(node, SimulatedDirectory):
            raise NotADirectoryError(errno.ENOTDIR, "not a directory", path)
        return node
