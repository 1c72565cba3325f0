"""What a history will meet: its log's options and its faults, a few kinds of many in each, drawn from its seed."""

from dataclasses import dataclass
from random import Random
from typing import Final

from eventrail.log.options import Options
from tests.kit.simulated_disk.faults import ERRORS, SILENT

_CALM_SHARE: Final = 0.6
"""The share of histories that a kind of fault stays away from."""

_ERROR_RATES: Final = (0.002, 0.02)
_SYNC_ERROR_RATES: Final = (0.02, 0.15)
_SILENT_RATES: Final = (0.02, 0.2)
_DAMAGED_SHARE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Fate:
    """`rates` are the faults of each call; a disk that `fills` does so now and then, between calls.

    `rots` is whether a bit flips on the disk while the power is off, and `misdirects` whether the disk may write a
    sector to another's place: such a history ends with the first start after it.
    """

    options: Options
    lives: int
    rates: dict[str, float]
    fills: bool
    clock_jumps: bool
    rots: bool
    misdirects: bool


def draw_fate(chance: Random) -> Fate:
    rates = {
        **_some(chance, [kind for kind in ERRORS if kind not in {"no room", "failed sync"}], _ERROR_RATES),
        **_some(chance, ["failed sync"], _SYNC_ERROR_RATES),
        **_some(chance, SILENT, _SILENT_RATES),
    }
    damage = chance.random() / _DAMAGED_SHARE
    if 0.5 <= damage < 1:
        rates["misdirected write"] = 0.5
    return Fate(
        options=Options(
            segment_bytes=chance.choice((1_200, 3_000, 12_000)),
            extend_bytes=chance.choice((0, 700, 4_096)),
            reserve_bytes=chance.choice((0, 600, 20_000, 20_000)),
            scrub_pause_seconds=1.0,
        ),
        lives=chance.randint(1, 5),
        rates=rates,
        fills=chance.random() < 0.3,
        clock_jumps=chance.random() < 0.3,
        rots=damage < 0.5,
        misdirects=0.5 <= damage < 1,
    )


def _some(chance: Random, kinds: "list[str] | tuple[str, ...]", rates: tuple[float, ...]) -> dict[str, float]:
    return {kind: chance.choice(rates) for kind in kinds if chance.random() >= _CALM_SHARE}
