"""What was found damaged while the log was open: by reads, and by the scrub. It stays until a scrub finds it healed."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

DAMAGES_KEPT: Final = 1_000
"""More are counted by nobody: whoever sees that many restores a backup."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place that is not what was written; `segment` is the first position of the segment's file, `file` its name."""

    segment: int
    file: str
    offset: int
    first_position: int
    last_position: int
    reason: str

    def __str__(self) -> str:
        positions = f"positions {self.first_position} to {self.last_position}"
        return f"segments/{self.file}, byte {self.offset}, {positions}: {self.reason}"


class Damages:
    """Any thread adds and reads; of several reports of one line the first stays."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[tuple[int, int], Damage] = {}

    def add(self, damage: Damage) -> None:
        with self._lock:
            if len(self._known) < DAMAGES_KEPT:
                self._known.setdefault((damage.segment, damage.first_position), damage)

    def heal(self, segment: int) -> None:
        """Forget what was found in a segment that was since verified as a whole."""
        with self._lock:
            self._known = {place: damage for place, damage in self._known.items() if damage.segment != segment}

    def known(self) -> tuple[Damage, ...]:
        """By position."""
        with self._lock:
            return tuple(self._known[place] for place in sorted(self._known))
