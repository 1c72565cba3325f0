"""A simulated directory: its names are the disk's only after it was synced itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.kit.simulated_disk.file import SimulatedFile, draw_kept


@dataclass(frozen=True, slots=True)
class _Change:
    """One step that is done or not done: a name goes, a name comes, or both at once."""

    gone: str | None
    come: str | None
    node: "SimulatedFile | SimulatedDirectory | None"


class SimulatedDirectory:
    """`entries` is what every process sees; changes since the last sync survive a crash each by itself or not."""

    def __init__(self) -> None:
        self.entries: dict[str, SimulatedFile | SimulatedDirectory] = {}
        self._synced: dict[str, SimulatedFile | SimulatedDirectory] = {}
        self._changes: list[_Change] = []

    def put(self, name: str, node: "SimulatedFile | SimulatedDirectory") -> None:
        self._change(_Change(None, name, node))

    def rename(self, source: str, target: str) -> None:
        self._change(_Change(source, target, self.entries[source]))

    def remove(self, name: str) -> None:
        self._change(_Change(name, None, None))

    def sync(self) -> None:
        self._synced = dict(self.entries)
        self._changes.clear()

    def lose_power(self, chance: Random) -> None:
        kept = draw_kept(chance)
        self.entries = self._synced
        for change in self._changes:
            if chance.random() < kept:
                _apply(change, self.entries)
        self.sync()
        for node in self.entries.values():
            node.lose_power(chance)

    def files(self, above: str = "") -> Iterator[tuple[str, SimulatedFile]]:
        """All files under this directory, with their paths from it, in order."""
        for name, node in sorted(self.entries.items()):
            if isinstance(node, SimulatedFile):
                yield above + name, node
            else:
                yield from node.files(f"{above}{name}/")

    def _change(self, change: _Change) -> None:
        _apply(change, self.entries)
        self._changes.append(change)


def _apply(change: _Change, entries: "dict[str, SimulatedFile | SimulatedDirectory]") -> None:
    if change.gone is not None:
        entries.pop(change.gone, None)
    if change.come is not None and change.node is not None:
        entries[change.come] = change.node
