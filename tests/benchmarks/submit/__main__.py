"""python -m tests.benchmarks.submit: submissions through the service and through its plain twin, side by side.

In each round both take the same candidates' submissions, in a chance order. The service runs whole: log, NATS,
projector and row-level security; PostgreSQL commits durably for both. A table goes to standard output, everything that
was measured to .local/submit.json.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import uvloop

from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
from tests.benchmarks.profile import profiled
from tests.benchmarks.race.machine import Times, load
from tests.benchmarks.submit.contestants import Candidates, Field, caught_up, open_field
from tests.benchmarks.submit.load import Asked, ask
from tests.kit.processes import Processes

FILE: Final = Path(".local/submit.json")
SERVICE: Final = "service"
TWIN: Final = "twin"
WARMING: Final = 400
COUNTED: Final = ("web", "eventrail", "postgres")
"""What a submission needs before it is answered; the projector and NATS come after."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: `cpu_microseconds` a submission by part, `stolen` from 0 to 1."""

    by: str
    round: int
    rate: float
    p50_milliseconds: float
    p99_milliseconds: float
    cpu_microseconds: dict[str, float]
    stolen: float
    load: float

    @property
    def counted_microseconds(self) -> float:
        return sum(self.cpu_microseconds.get(part, 0) for part in COUNTED)

    @property
    def whole_microseconds(self) -> float:
        return sum(self.cpu_microseconds.values())


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="submit-", dir=options.directory) as made, ExitStack() as stack:
        directory = Path(made)
        processes = Processes(directory, [])
        postgres = stack.enter_context(PostgresServer(directory / "postgres", password="submit"))
        nats = stack.enter_context(NatsServer(directory / "nats", password="submit"))
        stack.callback(processes.kill_all)
        field = open_field(directory, processes, postgres, nats)
        measured = uvloop.run(_rounds(field, options))
    FILE.parent.mkdir(exist_ok=True)
    kept = {"measured": [asdict(one) for one in measured], "processors": os.cpu_count(), "seed": options.seed}
    FILE.write_text(json.dumps({**kept, "connections": options.connections}, indent=1))
    print("\n".join(table(measured)))
    return 0


async def _rounds(field: Field, options: argparse.Namespace) -> list[Measured]:
    chance = random.Random(options.seed)
    candidates = await Candidates.of(field)
    measured: list[Measured] = []
    await candidates.started(WARMING)
    await candidates.analyze()
    for number in range(-1, options.rounds):
        requests = candidates.submissions(await candidates.started(options.submissions if number >= 0 else WARMING))
        for by in chance.sample((SERVICE, TWIN), 2):
            one = await _run(field, by, number, requests, options)
            if number >= 0:  # the one before the first is for connections, their plans and what is remembered
                measured.append(one)
                print(_told(one), flush=True)
    return measured


async def _run(field: Field, by: str, number: int, requests: list[bytes], options: argparse.Namespace) -> Measured:
    await asyncio.sleep(0.2)  # what the one before left to be written is not the next one's
    times, before = Times.now(), field.spent_seconds(by)
    with profiled(field.web.child.pid, "submissions", options.profiles if by == SERVICE and number >= 0 else None):
        answered = await ask(field.service_of(by).port, options.connections, Asked(requests, 201))
    stolen, average = Times.now().stolen_since(times), load()
    await caught_up(field)
    after = field.spent_seconds(by)
    spent = {part: (after[part] - seconds) / len(requests) * 1e6 for part, seconds in before.items()}
    p50, p99 = answered.latency_milliseconds(50), answered.latency_milliseconds(99)
    return Measured(by, number, answered.rate, p50, p99, spent, stolen, average)


def table(measured: list[Measured]) -> Iterator[str]:
    """Medians, and the medians of each round's ratios, which the machine's moods touch least."""
    parts = (*COUNTED, "nats", "projector", "postgres for it")
    yield "| | submissions/s | p50 | p99 | " + " | ".join(parts) + " |"
    yield "|---" * (4 + len(parts)) + "|"
    for by in (SERVICE, TWIN):
        runs = [one for one in measured if one.by == by]
        cells = [_median([one.cpu_microseconds.get(part, 0) for one in runs]) for part in parts]
        rate, p50 = _median([one.rate for one in runs]), _median([one.p50_milliseconds for one in runs])
        p99 = _median([one.p99_milliseconds for one in runs])
        yield (
            f"| {by} | {rate:,.0f} | {p50:.1f} ms | {p99:.1f} ms | " + " | ".join(f"{c:,.0f} µs" for c in cells) + " |"
        )
    pairs = [(ours, theirs) for ours in measured for theirs in measured if _is_pair(ours, theirs)]
    yield ""
    yield f"rate: {_median([ours.rate / theirs.rate for ours, theirs in pairs]):.2f} of the twin's (0.4)"
    counted = _median([ours.counted_microseconds / theirs.counted_microseconds for ours, theirs in pairs])
    whole = _median([ours.whole_microseconds / theirs.whole_microseconds for ours, theirs in pairs])
    yield f"processor time before the answer: {counted:.2f} of the twin's (2.5); with NATS and projector {whole:.2f}"
    stolen, loads = [one.stolen for one in measured], [one.load for one in measured]
    yield f"stolen {min(stolen):.0%} to {max(stolen):.0%}, load {min(loads):.1f} to {max(loads):.1f}"


def _is_pair(ours: Measured, theirs: Measured) -> bool:
    return (ours.by, theirs.by, ours.round) == (SERVICE, TWIN, theirs.round)


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def _told(one: Measured) -> str:
    spent = ", ".join(f"{part} {cpu:,.0f}" for part, cpu in one.cpu_microseconds.items())
    return f"{one.by}: {one.rate:,.0f}/s, µs: {spent}; stolen {one.stolen:.0%}, load {one.load:.1f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.submit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--submissions", type=int, default=1_000, help="of each run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--seed", default=str(time.time_ns()), help="of the order")
    parser.add_argument("--directory", type=Path, help="on the disk to be measured")
    parser.add_argument("--profiles", type=Path, help="keep there where the web process's time went")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.submissions = 1, 300
    return options


if __name__ == "__main__":
    sys.exit(main())
