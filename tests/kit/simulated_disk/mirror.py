"""The files of a simulated disk as real ones, for programs that know nothing of it."""

from pathlib import Path

from tests.kit.simulated_disk.disk import SimulatedDisk


class Mirror:
    """A directory that is brought up to what processes see on a disk; only what has changed is written."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._written: dict[str, bytes] = {}

    def show(self, disk: SimulatedDisk) -> None:
        """Stale directories stay, empty."""
        files = {path: bytes(file.content) for path, file in disk.root.files()}
        for path in self._written.keys() - files.keys():
            (self.place / path).unlink()
        for path, content in files.items():
            if self._written.get(path) != content:
                target = self.place / path
                if path not in self._written:
                    target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        self._written = files
