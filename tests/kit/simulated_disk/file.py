"""A simulated file: what processes see of it, and what of that the disk itself holds."""

from random import Random

SECTOR_BYTES = 512

_KEPT = (0.0, 0.5, 0.5, 0.9, 1.0)
"""How likely each thing that was not synced survives, drawn anew for each crash and file."""


def draw_kept(chance: Random) -> float:
    return chance.choice(_KEPT)


class SimulatedFile:
    """A page cache over sectors of 512 bytes, of which each is written whole or not at all.

    `content` is what every process sees. `_unsynced` holds, for each sector written since the last sync, what the
    disk held before; `_differing` the same for sectors that the cache believes to be clean and the disk never got.
    """

    __slots__ = ("_differing", "_given_up", "_sizes", "_synced_size", "_unsynced", "content", "lock_holder")

    def __init__(self) -> None:
        self.content = bytearray()
        self.lock_holder: object | None = None
        self._synced_size = 0
        self._sizes: list[int] = []
        self._unsynced: dict[int, bytes] = {}
        self._differing: dict[int, bytes] = {}
        # Cut off since the last sync: the disk may have taken these sectors back, and give zeros.
        self._given_up: set[int] = set()

    def write(self, data: bytes | memoryview, offset: int) -> None:
        size = len(self.content)
        end = offset + len(data)
        self._touch(min(offset, size), end)
        if offset > size:
            self.content.extend(bytes(offset - size))
        self.content[offset:end] = data
        if end > size:
            self._sizes.append(end)

    def truncate(self, size: int) -> None:
        held = len(self.content)
        if size == held:
            return
        self._touch(min(size, held), max(size, held))
        if size < held:
            self._given_up.update(range(-(-size // SECTOR_BYTES), -(-held // SECTOR_BYTES)))
            del self.content[size:]
        else:
            self.content.extend(bytes(size - held))
        self._sizes.append(size)

    def sync(self) -> None:
        self._unsynced.clear()
        self._given_up.clear()
        self._sizes.clear()
        self._synced_size = len(self.content)

    def fail_sync(self, chance: Random) -> None:
        """Some sectors reach the disk, all are taken to be clean: a second sync will not write them."""
        kept = draw_kept(chance)
        for sector, old in self._unsynced.items():
            if chance.random() >= kept:
                self._differing[sector] = old
        self._unsynced.clear()
        self._given_up.clear()

    def misdirect(self, chance: Random) -> bool:
        """The disk writes one unsynced sector to another's place and tells nobody; seen after a loss of power."""
        places = range(len(self.content) // SECTOR_BYTES)
        sources = [sector for sector in self._unsynced if sector in places]
        targets = [sector for sector in places if sector not in self._unsynced]
        if not sources or not targets:
            return False
        source, target = chance.choice(sources), chance.choice(targets)
        self._differing[target] = bytes(self.content[source * SECTOR_BYTES : (source + 1) * SECTOR_BYTES])
        self._differing[source] = self._unsynced.pop(source)
        return True

    def lose_power(self, chance: Random) -> None:
        """Of sizes any since the last sync; of each unsynced sector the old bytes, the new ones, or zeros."""
        size = chance.choice((self._synced_size, *self._sizes)) if self._sizes else len(self.content)
        kept = draw_kept(chance)
        reach = max(size, len(self.content))
        self.content.extend(bytes(reach - len(self.content)))
        for sector, old in self._unsynced.items():
            if chance.random() >= kept:
                self._place(sector, b"" if sector in self._given_up and chance.random() < 0.5 else old)
        for sector, old in self._differing.items():
            self._place(sector, old)
        del self.content[size:]
        self._differing.clear()
        self.lock_holder = None
        self.sync()

    def flip_bit(self, chance: Random) -> int:
        """Rot: one bit, wherever it lies; returns its byte's offset."""
        offset = chance.randrange(len(self.content))
        self.content[offset] ^= 1 << chance.randrange(8)
        return offset

    def _touch(self, start: int, end: int) -> None:
        for sector in range(start // SECTOR_BYTES, -(-end // SECTOR_BYTES)):
            if sector not in self._unsynced:
                old = self._differing.pop(sector, None)
                if old is None:
                    old = bytes(self.content[sector * SECTOR_BYTES : (sector + 1) * SECTOR_BYTES])
                self._unsynced[sector] = old

    def _place(self, sector: int, data: bytes) -> None:
        start = sector * SECTOR_BYTES
        end = min(start + SECTOR_BYTES, len(self.content))
        if start < end:
            self.content[start:end] = data.ljust(SECTOR_BYTES, b"\0")[: end - start]
