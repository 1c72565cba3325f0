"""What starts have put into quarantine, in the order of the lives: nothing of it may have been acknowledged before."""

from pathlib import Path

from tests.kit.history import Quarantined


class PutAside:
    """Looks into a log's quarantine again and again; `news` is what was not there at the look before."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "quarantine"
        self._known: set[str] = set()

    @property
    def count(self) -> int:
        return len(self._known)

    def news(self) -> list[Quarantined]:
        """A start puts aside before its life answers anything: these records go before those of that life."""
        found = [path for path in sorted(self._directory.glob("*")) if path.name not in self._known]
        self._known.update(path.name for path in found)
        return [Quarantined(path.read_bytes()) for path in found]
