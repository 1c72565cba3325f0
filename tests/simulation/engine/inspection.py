"""What stands on a simulated disk, read by a program that is not the engine."""

from pathlib import Path

from docs.tools.independent_reader import BrokenLogError, ReadLog, read_log
from tests.kit.simulated_disk.disk import SimulatedDisk
from tests.kit.simulated_disk.mirror import Mirror


class Inspector:
    """Looks at the log in `directory` of one disk; `mirror` may have shown another disk before."""

    def __init__(self, disk: SimulatedDisk, directory: Path, mirror: Mirror) -> None:
        self._disk = disk
        self._name = directory.name
        self._mirror = mirror
        self._evidence: set[str] = set()

    def read(self) -> ReadLog | str:
        """The log, or in words why it is none; an empty one where none was made yet."""
        self._mirror.show(self._disk)
        directory = self._mirror.place / self._name
        if not (directory / "log.json").exists():
            return ReadLog("", [], b"")
        try:
            return read_log(directory)
        except (BrokenLogError, OSError, ValueError) as broken:
            return f"the independent reader finds a broken log: {broken}"

    def new_evidence(self) -> list[bytes]:
        """What was put into quarantine since it was looked at."""
        found = {path: file for path, file in self._disk.root.files() if "/quarantine/" in path}
        new = [bytes(file.content) for path, file in found.items() if path not in self._evidence]
        self._evidence |= found.keys()
        return new

    def has_reserve(self) -> bool:
        """Whether the reserve has the room of any tail: of a whole segment, which one batch may make a large one."""
        sizes = {path: len(file.content) for path, file in self._disk.root.files()}
        segments = [size for path, size in sizes.items() if path.startswith(f"{self._name}/segments/")]
        return sizes.get(f"{self._name}/reserve", 0) >= max(segments, default=0) > 0
