"""python -m tests.benchmarks.race: Eventrail beside UmaDB, PostgreSQL and JetStream, in rounds, in one run.

Every server is durable before it answers. In each round each case is run once by each, in another order every time.
A table goes to standard output, everything that was measured to .local/race.json.
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
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from embedded.postgres import PostgresServer
from tests.benchmarks.race.cases import CASES, Case, Field
from tests.benchmarks.race.contestants import Eventrail, JetStream, Postgres, UmaDb
from tests.benchmarks.race.loads import h2load
from tests.benchmarks.race.machine import Times, cpu_seconds, load, memory_mib
from tests.benchmarks.race.python_clients import fill
from tests.kit.processes import Processes

FILE = Path(".local/race.json")
NAMES = {"eventrail": "Eventrail", "application": "without shortcut", "umadb": "UmaDB", "postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one case: `cpu_microseconds` of the server for each, `stolen` from 0 to 1."""

    case: str
    by: str
    round: int
    rate: float
    cpu_microseconds: float
    stolen: float
    load: float


def main() -> int:
    options = _options()
    if h2load() is None:
        sys.stderr.write("h2load is not installed: it is in Debian's nghttp2-client\n")
        return 2
    cases = [case for case in CASES if options.only in case.title]
    chance = random.Random(options.seed)
    measured: list[Measured] = []
    with field(options.directory) as servers:
        asyncio.run(fill([servers.eventrail.service.url, servers.application.service.url], servers.umadb.url))
        for number in range(options.rounds):
            for case in cases:
                measured += _round(case, servers, number, options.seconds, chance)
        memory = memory_mib(servers.eventrail.pid)
    FILE.parent.mkdir(exist_ok=True)
    kept = {"measured": [asdict(one) for one in measured], "memory_mib": memory, "processors": os.cpu_count()}
    FILE.write_text(json.dumps(kept, indent=1))
    print("\n".join(table(cases, measured)))
    print(f"\nmemory of Eventrail at most: {memory:.0f} MiB")
    stolen, loads = [one.stolen for one in measured], [one.load for one in measured]
    print(f"stolen {min(stolen):.0%} to {max(stolen):.0%}, load {min(loads):.1f} to {max(loads):.1f}")
    return 0


@contextmanager
def field(directory: Path | None) -> Iterator[Field]:
    """All servers, below one directory of one disk."""
    with tempfile.TemporaryDirectory(prefix="race-", dir=directory) as made, ExitStack() as stack:
        processes = Processes(Path(made), [])
        stack.callback(processes.kill_all)
        postgres = stack.enter_context(PostgresServer(Path(made) / "postgres", password="race"))
        yield Field(
            Eventrail(processes),
            Eventrail(processes, "application", shortcut=False),
            UmaDb(processes),
            Postgres(postgres),
            JetStream(processes),
        )


def _round(case: Case, servers: Field, number: int, seconds: float, chance: random.Random) -> Iterator[Measured]:
    pids = servers.pids()
    for by in chance.sample(list(case.acts), len(case.acts)):
        time.sleep(0.2)  # what the one before left to be written is not the next one's
        times, busy = Times.now(), cpu_seconds(pids[by])
        ran = case.acts[by](servers, seconds)
        cpu = (cpu_seconds(pids[by]) - busy) / max(ran.requests, 1) * 1e6
        one = Measured(case.title, by, number, ran.requests / ran.seconds, cpu, Times.now().stolen_since(times), load())
        print(
            f"{case.title}: {by} {one.rate:,.0f}/s, {cpu:.1f} µs, stolen {one.stolen:.0%}, load {one.load:.1f}",
            flush=True,
        )
        yield one


def table(cases: list[Case], measured: list[Measured]) -> Iterator[str]:
    """Medians, and the median of each round's ratio, which the machine's moods touch least."""
    yield "| case | " + " | ".join([*NAMES.values(), "JetStream"]) + " | ratios (goal) |"
    yield "|---" * 7 + "|"
    for case in cases:
        cells = [
            _cell([one for one in measured if (one.case, one.by) == (case.title, by)]) for by in (*NAMES, "jetstream")
        ]
        ratios = [
            f"{_ratio(case.title, other, measured):.2f} of {NAMES.get(other, 'JetStream')} ({goal:g})"
            for other, goal in case.goals.items()
        ]
        yield f"| {case.title} | " + " | ".join(cells) + f" | {', '.join(ratios)} |"


def _cell(runs: list[Measured]) -> str:
    if not runs:
        return ""
    rate = statistics.median(one.rate for one in runs)
    cpu = statistics.median(one.cpu_microseconds for one in runs)
    return f"{rate:,.0f}/s, {cpu:.1f} µs"


def _ratio(title: str, other: str, measured: list[Measured]) -> float:
    rates = {(one.round, one.by): one.rate for one in measured if one.case == title}
    return statistics.median(
        rate / max(rates[number, other], 1e-9) for (number, by), rate in rates.items() if by == "eventrail"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.race", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each run")
    parser.add_argument("--quick", action="store_true", help="one round of short runs")
    parser.add_argument("--only", default="", help="cases whose title has this in it")
    parser.add_argument("--seed", default=str(time.time_ns()), help="of the order")
    parser.add_argument("--directory", type=Path, help="on the disk to be measured")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 2.0
    return options


if __name__ == "__main__":
    sys.exit(main())
