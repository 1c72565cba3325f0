"""python -m tests.benchmarks.race: Eventrail beside UmaDB, PostgreSQL and JetStream, in rounds, in one run.

Every server is durable before it answers. In each round each case is run once by each, in another order every time.
A table goes to standard output, everything that was measured to .local/race.json.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from embedded.postgres import PostgresServer
from tests.benchmarks.profile import profiled
from tests.benchmarks.race.cases import CASES, GROWN_CASES, Case, Field
from tests.benchmarks.race.contestants import Eventrail, JetStream, Postgres, UmaDb
from tests.benchmarks.race.loads import h2load
from tests.benchmarks.race.machine import Times, cpu_seconds, load, memory_mib
from tests.benchmarks.race.python_clients import fill
from tests.benchmarks.race.table import NAMES, Measured, delay_table, percentiles, table
from tests.kit.processes import Processes

Server = TypeVar("Server")

FILE = Path(".local/race.json")


def main() -> int:
    options = _options()
    if h2load() is None:
        sys.stderr.write("h2load is not installed: it is in Debian's nghttp2-client\n")
        return 2
    candidates = (*CASES, *GROWN_CASES) if options.log else CASES
    cases = [case for case in candidates if options.only in case.title]
    chance = random.Random(options.seed)
    measured: list[Measured] = []
    with field(options.directory, options.log) as (servers, starts):
        read = [one for one in (servers.eventrail, servers.application, servers.large) if one is not None]
        asyncio.run(fill([one.service.url for one in read], servers.umadb.url))
        for number in range(options.rounds):
            for case in cases:
                measured += _round(case, servers, number, options, chance)
        memory = {name: memory_mib(pid) for name, pid in servers.pids().items()}
    FILE.parent.mkdir(exist_ok=True)
    kept = {
        "measured": [asdict(one) for one in measured],
        "memory_mib": memory,
        "start_seconds": starts,
        "processors": os.cpu_count(),
    }
    FILE.write_text(json.dumps(kept, indent=1))
    print("\n".join(table(cases, measured)))
    print("\ndelays, ms: p50 / p99 / p99.9\n\n" + "\n".join(delay_table(cases, measured)))
    print("\nmemory of one process at most: " + _listed(memory, "{:.0f} MiB"))
    print("from the start to the first answer: " + _listed(starts, "{:.2f} s"))
    stolen, loads = [one.stolen for one in measured], [one.load for one in measured]
    print(f"stolen {min(stolen):.0%} to {max(stolen):.0%}, load {min(loads):.1f} to {max(loads):.1f}")
    return 0


@contextmanager
def field(directory: Path | None, log: Path | None) -> Iterator[tuple[Field, dict[str, float]]]:
    """All servers, below one directory of one disk, and how long each took to its first answer."""
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    starts: dict[str, float] = {}

    def started(name: str, start: Callable[[], Server]) -> Server:
        begun = time.perf_counter()
        server = start()
        starts[name] = time.perf_counter() - begun
        return server

    with tempfile.TemporaryDirectory(prefix="race-", dir=directory) as made, ExitStack() as stack:
        processes = Processes(Path(made), [])
        stack.callback(processes.kill_all)
        if log is not None:
            shutil.copytree(log, Path(made) / "large")
            os.sync()  # or what is still to be written of the copy holds up every sync that is measured
        server = PostgresServer(Path(made) / "postgres", password="race")
        postgres = started("postgres", lambda: Postgres(stack.enter_context(server)))
        jetstream = started("jetstream", lambda: JetStream(processes))
        servers = Field(
            eventrail=started("eventrail", lambda: Eventrail(processes)),
            application=Eventrail(processes, "application", shortcut=False),
            publishing=Eventrail(processes, "publishing", nats_url=jetstream.url),
            large=started("large", lambda: Eventrail(processes, "large")) if log else None,
            umadb=started("umadb", lambda: UmaDb(processes)),
            postgres=postgres,
            jetstream=jetstream,
        )
        yield servers, starts


def _round(
    case: Case, servers: Field, number: int, options: argparse.Namespace, chance: random.Random
) -> Iterator[Measured]:
    pids = servers.pids()
    for by in chance.sample(list(case.acts), len(case.acts)):
        time.sleep(0.2)  # what the one before left to be written is not the next one's
        times, busy = Times.now(), cpu_seconds(pids[by])
        with profiled(pids[by], case.title, options.profiles if by == "eventrail" else None):
            ran = case.acts[by](servers, options.seconds)
        cpu = (cpu_seconds(pids[by]) - busy) / max(ran.requests, 1) * 1e6
        stolen, delays = Times.now().stolen_since(times), percentiles(ran.delays_seconds)
        one = Measured(case.title, by, number, ran.requests / ran.seconds, cpu, stolen, load(), delays)
        print(
            f"{case.title}: {by} {one.rate:,.0f}/s, {cpu:.1f} µs, {' / '.join(f'{delay:.2f}' for delay in delays)} ms, "
            f"stolen {stolen:.0%}, load {one.load:.1f}",
            flush=True,
        )
        yield one


def _listed(figures: dict[str, float], form: str) -> str:
    return ", ".join(f"{NAMES[name]} {form.format(figure)}" for name, figure in figures.items())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.race", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each run")
    parser.add_argument("--quick", action="store_true", help="one round of short runs")
    parser.add_argument("--only", default="", help="cases whose title has this in it")
    parser.add_argument("--seed", default=str(time.time_ns()), help="of the order")
    parser.add_argument("--directory", type=Path, help="on the disk to be measured")
    parser.add_argument(
        "--log", type=Path, help="the data directory of a stopped Eventrail: a copy of it is appended to, too"
    )
    parser.add_argument("--profiles", type=Path, help="keep there where Eventrail's time went, case by case")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 2.0
    if options.log is not None and not (options.log / "log.json").is_file():
        parser.error(f"--log {options.log}: no log lives there")
    return options


if __name__ == "__main__":
    sys.exit(main())
