"""Faults one after the other on one log, and after each of them: is the stream the log, and each effect there once?"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docs.tools.independent_reader import Event, read_log
from tests.integration.eventrail.copies import differences, stream_info
from tests.integration.eventrail.nats_faults.faults import FAULTS
from tests.integration.eventrail.nats_faults.stage import SERVE, Stage, staged
from tests.integration.eventrail.publishing import published

FAULTS_PER_LOG = 20
FIRST_APPENDS = 30
RESTARTED = 0.3
SETTLE_SECONDS = 240.0
POLL_SECONDS = 0.1


@dataclass
class Totals:
    faults: Counter[str] = field(default_factory=Counter)
    appends: int = 0
    events: int = 0
    effects: int = 0
    gaps: int = 0
    doubles: int = 0
    projections: int = 0
    violations: list[str] = field(default_factory=list)


def deck(chance: random.Random, count: int, kinds: Sequence[str] = tuple(FAULTS)) -> list[str]:
    """Every kind once before any kind comes again."""
    cards: list[str] = []
    while len(cards) < count:
        cards.extend(chance.sample(kinds, len(kinds)))
    return cards[:count]


async def play(
    directory: Path,
    seed: int,
    faults: Sequence[str],
    *,
    program: Sequence[str] = SERVE,
    grace_seconds: float = SETTLE_SECONDS,
) -> Totals:
    """All of the faults, or as many as it takes to find a violation.

    grace_seconds: how long the stream may differ from the log after the publisher says that it is done.
    """
    totals = Totals()
    for begin in range(0, len(faults), FAULTS_PER_LOG):
        place = directory / f"from-{begin}"
        place.mkdir()
        chance = random.Random(f"{seed}-{begin}")
        async with staged(place, chance, program) as stage:
            await _on_one_log(stage, faults[begin : begin + FAULTS_PER_LOG], totals, grace_seconds)
        if totals.violations:
            break
    return totals


async def _on_one_log(stage: Stage, faults: Sequence[str], totals: Totals, grace_seconds: float) -> None:
    async with stage.traffic.flowing():
        await stage.traffic.more(FIRST_APPENDS)
    for fault in faults:
        try:
            async with stage.traffic.flowing():
                await FAULTS[fault](stage)
                if stage.chance.random() < RESTARTED:
                    await stage.projection.restart()
                    totals.projections += 1
                await stage.traffic.more(FIRST_APPENDS)
        except TimeoutError:
            totals.violations.append(f"{fault}: appends stopped, or something else did")
        totals.faults[fault] += 1
        totals.violations += [f"{fault}: {what}" for what in await _violations(stage, grace_seconds)]
        if totals.violations:
            break
    totals.appends += len(stage.traffic.acknowledged)
    totals.events += stage.web.head
    totals.effects += len(stage.effects.hashes)
    totals.gaps += stage.effects.gaps
    totals.doubles += stage.effects.doubles


async def _violations(stage: Stage, grace_seconds: float) -> list[str]:
    """What is wrong when the traffic is at rest and everybody had time to come to its end."""
    stored = (await asyncio.to_thread(read_log, stage.log)).events
    begun = done = time.monotonic()
    found, unlike = [*stage.traffic.failures, *_lost(stage, stored)], list[str]()
    while not (found := found or _final(stage)):
        if under_way := await _under_way(stage, stored):
            done = time.monotonic()
        elif not (unlike := await _unlike(stage, stored)):
            return []
        elif time.monotonic() - done > grace_seconds:
            return unlike
        if time.monotonic() - begun > SETTLE_SECONDS:
            return under_way or unlike
        await asyncio.sleep(POLL_SECONDS)
    return found


def _final(stage: Stage) -> list[str]:
    """What no waiting mends."""
    gaps, doubles, failure = stage.effects.gaps, stage.effects.doubles, stage.projection.failure
    return [f"{gaps} gaps, {doubles} double effects {failure}"] if gaps or doubles or failure else []


def _lost(stage: Stage, stored: Sequence[Event]) -> list[str]:
    """Appends that were answered and don't stand where they were said to."""
    ids = [event.fields["id"] for event in stored]
    return [
        f"an append was acknowledged from {first} to {last} and is not there"
        for first, last, sent in stage.traffic.acknowledged
        if ids[first - 1 : last] != list(sent)
    ]


async def _under_way(stage: Stage, stored: Sequence[Event]) -> list[str]:
    """What projection and publisher have not done yet, by what they say."""
    if stage.effects.hashes != [event.fields["hash"] for event in stored]:
        return [f"{len(stage.effects.hashes)} effects of {len(stored)} events"]
    if not await asyncio.to_thread(published, stage.web):
        return [f"the publisher is not done: {stage.web.get('/stats').json['publisher']}"]
    return []


async def _unlike(stage: Stage, stored: Sequence[Event]) -> list[str]:
    """How the stream differs from the log at this moment."""
    info = await asyncio.to_thread(stream_info, stage.nats.url)
    if info is None or info.state.messages != len(stored):
        return [f"the stream has {info and info.state.messages} of {len(stored)} messages"]
    return await asyncio.to_thread(differences, stage.nats.url, stage.log, stage.effects.cursor.log_id)
