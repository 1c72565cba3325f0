"""Which faults strike, how often, and how often each has."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Final

ERRORS: Final = (
    "read error",
    "write error",
    "failed sync",
    "failed directory sync",
    "no descriptors",
    "no room",
)
"""Kinds that a call raises."""

SILENT: Final = ("short write", "short read")
"""Kinds that a call only shows in its answer."""

ENDS: Final = ("kill", "power cut")
"""Kinds that end the process at a call: before it, after it, or in the midst of a write."""

DAMAGES: Final = ("misdirected write", "rot")
"""Kinds that nothing on this machine can survive but for noticing them."""


class Faults:
    """The one source of chance of a simulated disk. `rates` says how likely each kind is at each call."""

    def __init__(self, chance: Random, rates: Mapping[str, float]) -> None:
        self.chance = chance
        self.rates = dict(rates)
        self.struck: Counter[str] = Counter()

    def strike(self, kind: str) -> bool:
        """Whether this kind happens now; counted."""
        struck = self.draw(kind)
        self.struck[kind] += struck
        return struck

    def draw(self, kind: str) -> bool:
        rate = self.rates.get(kind)
        return rate is not None and self.chance.random() < rate

    @property
    def errors(self) -> int:
        """How many errors calls have raised so far."""
        return sum(self.struck[kind] for kind in ERRORS)

    def cease(self) -> None:
        self.rates.clear()
