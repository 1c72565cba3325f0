"""Many damages of one small log, by several processes: every bit, or chance."""

import random
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.integration.engine.damage_trial import Patch, Trial, Verdicts
from tests.kit.memory_disk import memory_disk
from tests.kit.small_log import SIZE_BYTES, SmallLog, make_small_log

SECTOR_BYTES: Final = 512
_CONTEXT = get_context("forkserver")


@dataclass(frozen=True)
class Share:
    """What one process does: flips of the bits `bits`, and `random_cases` cases of chance."""

    directory: str
    witness: bool
    bits: range
    random_cases: int
    seed: int


def run(shares: Iterable[Share], jobs: int) -> Verdicts:
    total, parts = Verdicts(), [*shares]
    with _CONTEXT.Pool(jobs) as pool:
        for done, verdicts in enumerate(pool.imap_unordered(work, parts), 1):
            total.add(verdicts)
            if done % 16 == 0:
                print(f"{done} of {len(parts)} parts: {dict(total.ends)}", flush=True)
    return total


def shares(place: Path, *, witness: bool, stride: int, random_cases: int, seed: int) -> list[Share]:
    """Parts of some seconds; `stride` is of how many bits one is flipped."""
    parts = max(1, min(256, SIZE_BYTES * 8 // stride // 2_000))
    return [
        Share(
            directory=str(place),
            witness=witness,
            bits=range(seed % stride + stride * part, SIZE_BYTES * 8, stride * parts),
            random_cases=random_cases // parts + (part < random_cases % parts),
            seed=seed * 1_000 + part,
        )
        for part in range(parts)
    ]


def work(share: Share) -> Verdicts:
    """All cases of a share, on a log of its own."""
    with tempfile.TemporaryDirectory(dir=memory_disk(Path(share.directory))) as directory:
        log = make_small_log(Path(directory) / "log", witness=share.witness)
        trial = Trial(log, witness=log.head if share.witness else 0)
        for bit in share.bits:
            trial.hear((flip(log, bit),))
        chance = random.Random(share.seed)
        for _ in range(share.random_cases):
            trial.hear(tuple(damage(log, chance)))
        return trial.verdicts


def flip(log: SmallLog, bit: int) -> Patch:
    """The log's bit of this number, counted through all segments."""
    offset, in_byte = divmod(bit, 8)
    for segment, content in enumerate(log.contents):
        if offset < len(content):
            return Patch(segment, offset, bytes([content[offset] ^ 1 << in_byte]))
        offset -= len(content)
    raise AssertionError(f"the log has no bit {bit}")


def damage(log: SmallLog, chance: random.Random) -> Iterator[Patch]:
    """Several bits, two sectors that changed places, one written where another belongs, or a sector of zeros."""
    match chance.randrange(4):
        case 0:
            for _ in range(chance.randint(2, 12)):
                yield flip(log, chance.randrange(SIZE_BYTES * 8))
        case 1:
            one, other = _sector(log, chance), _sector(log, chance)
            length = min(len(one.data), len(other.data))
            yield Patch(one.segment, one.offset, other.data[:length])
            yield Patch(other.segment, other.offset, one.data[:length])
        case 2:
            one, other = _sector(log, chance), _sector(log, chance)
            yield Patch(one.segment, one.offset, other.data[: len(one.data)])
        case _:
            one = _sector(log, chance)
            yield Patch(one.segment, one.offset, bytes(len(one.data)))


def _sector(log: SmallLog, chance: random.Random) -> Patch:
    """A sector as it should be."""
    segment = chance.randrange(len(log.contents))
    offset = chance.randrange(0, len(log.contents[segment]), SECTOR_BYTES)
    return Patch(segment, offset, log.contents[segment][offset : offset + SECTOR_BYTES])
