"""How fast the tables are made from the log: the live executor beside the bulk one, over HTTP and a durable PostgreSQL.

python -m tests.benchmarks.rebuild [DIRECTORY] [--events N] [--live-events N] [--rounds N]

The rounds alternate. Each has a database of its own, into which the live executor applies the log as the projector
does, from the first event on; then the bulk one fills a generation beside it. Where the live one came to the end, both
generations are compared table by table.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assessment.projections.filling import Filled, fill
from assessment.projections.log_identity import cursor_of
from assessment.projections.opening import Opening
from assessment.projections.progress import Quiet
from assessment.projections.runner import BATCH_EVENTS, apply_committed
from assessment.projections.workers import Workers, many_processes
from assessment.read_models.checkpoints import adopt_log, read_checkpoint
from assessment.read_models.comparison import digests
from assessment.read_models.generations import NEXT
from assessment.read_models.tables import LIVE
from assessment.settings import DatabaseSettings
from embedded.postgres import PostgresServer
from eventrail_client.follow import Follower
from tests.benchmarks.race.machine import Times, cpu_seconds, load
from tests.benchmarks.rebuild.lived_log import make_lived_log
from tests.kit.backends import a_postgres
from tests.kit.databases import a_copy_of, fresh_name, migrate
from tests.kit.processes import Processes
from tests.kit.services import SERVICE_TOKEN, Service, start_eventrail

END: Final = datetime(2026, 11, 1, tzinfo=UTC)
NAMES: Final = ("live", "bulk")
KEPT_FIGURES: Final = Path(".local/rebuild.json")
KEPT_KEYS: Final = 2**62


@dataclass(frozen=True, slots=True)
class Place:
    """Where the figures are made: a log that is served, and a PostgreSQL with a migrated template."""

    eventrail: Service
    postgres: Any
    template: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Processor seconds: of this process, of PostgreSQL, of Eventrail."""

    events: int
    seconds: float
    cpu: tuple[float, float, float]

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds

    def told(self) -> dict[str, Any]:
        ours, database, log = (round(one / self.events * 1e6, 2) for one in self.cpu)
        return {
            "events_per_second": round(self.events_per_second),
            "microseconds_of_cpu": {"executor": ours, "postgresql": database, "eventrail": log},
        }


class Watch:
    """Time and processor time from its making on."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._began, self._cpu = time.perf_counter(), self._now()

    def rate(self, events: int) -> Rate:
        seconds = time.perf_counter() - self._began
        ours, database, log = (now - before for now, before in zip(self._now(), self._cpu, strict=True))
        return Rate(events, seconds, (ours, database, log))

    def _now(self) -> tuple[float, float, float]:
        place = self._place
        return sum(os.times()[:4]), cpu_seconds(place.postgres.child.pid), cpu_seconds(place.eventrail.child.pid)


@contextmanager
def a_database(place: Place) -> Iterator[Opening]:
    name = fresh_name()
    place.postgres.execute(f"CREATE DATABASE {name}{a_copy_of(place.template)}")
    yield Opening(DatabaseSettings(database_url=place.postgres.url(name)), place.eventrail.url, SERVICE_TOKEN)
    place.postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def a_round(place: Place, live_events: int, processes: int) -> dict[str, Any]:
    stolen, began_load = Times.now(), load()
    with a_database(place) as opening:
        live = asyncio.run(_live(place, opening, live_events))
        with many_processes(opening, processes) as workers:
            watch = Watch(place)
            filled = asyncio.run(_bulk(opening, workers))
        bulk = watch.rate(filled.position)
        same = asyncio.run(_compared(opening)) if live.events == filled.position else None
    machine = {"stolen": round(Times.now().stolen_since(stolen), 3), "load": round(began_load, 1)}
    return {"live": live.told(), "bulk": bulk.told(), **_parts(filled), "equal": same, **machine}


async def _bulk(opening: Opening, workers: Workers) -> Filled:
    async with opening.store() as store, opening.connection() as connection:
        return await fill(connection, store, NEXT, Quiet(), now=END, workers=workers)


async def _live(place: Place, opening: Opening, events: int) -> Rate:
    """As the projector does it: the same batches, each in a transaction of its own."""
    watch = Watch(place)
    async with opening.store() as store, opening.connection() as connection:
        head = await store.head()
        await adopt_log(connection, head.log_id)
        checkpoint = await read_checkpoint(connection)
        async with Follower(store, cursor_of(checkpoint)) as follower:
            while checkpoint.position < min(events, head.position):
                appends = await follower.batch(max_events=BATCH_EVENTS)
                checkpoint = await apply_committed(connection, appends, checkpoint)
    return watch.rate(checkpoint.position)


async def _compared(opening: Opening) -> bool:
    async with opening.connection() as connection:
        live, rebuilt = [await digests(connection, schema, KEPT_KEYS) for schema in (LIVE, NEXT)]
    assert live == rebuilt, "the two executors made different tables"
    return True


def _parts(filled: Filled) -> dict[str, float]:
    names = ("fold_seconds", "copy_seconds", "rules_seconds")
    return {name: round(getattr(filled, name), 2) for name in names}


@contextmanager
def a_place(directory: Path, log: Path) -> Iterator[Place]:
    processes = Processes(directory, [])
    try:
        with a_postgres(durable=True) as postgres:
            assert isinstance(postgres, PostgresServer), "its processor time is read from its process"
            template = fresh_name()
            postgres.execute(f"CREATE DATABASE {template}")
            migrate(postgres.url(template))
            yield Place(start_eventrail(processes, log), postgres, template)
    finally:
        processes.kill_all()


def run(given: argparse.Namespace, directory: Path, log: Path) -> dict[str, Any]:
    if not (log / "log.json").exists():
        make_lived_log(log, given.events, given.seed, END, lambda position: _tell(f"{position:,} events made"))
    with a_place(directory, log) as place:
        rounds = []
        for number in range(given.rounds):
            rounds.append(a_round(place, given.live_events, given.processes))
            _tell(f"round {number + 1}: {json.dumps(rounds[-1])}")
    return {"events": given.events, "rounds": rounds, **_medians(rounds)}


def _medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    rates = {name: [one[name]["events_per_second"] for one in rounds] for name in NAMES}
    ratios = [bulk / live for live, bulk in zip(rates["live"], rates["bulk"], strict=True)]
    return {
        "live_events_per_second": round(statistics.median(rates["live"])),
        "bulk_events_per_second": round(statistics.median(rates["bulk"])),
        "ratio": round(statistics.median(ratios), 1),
    }


def _table(found: dict[str, Any]) -> Iterator[str]:
    yield "| | live executor | bulk executor |"
    yield "|---|---|---|"
    for number, one in enumerate(found["rounds"], 1):
        rates = (f"{one[name]['events_per_second']:,}/s" for name in NAMES)
        yield f"| round {number}, load {one['load']}, stolen {one['stolen']:.0%} | {' | '.join(rates)} |"
    yield f"| median | {found['live_events_per_second']:,}/s | {found['bulk_events_per_second']:,}/s |"
    for who in ("executor", "postgresql", "eventrail"):
        spent = (statistics.median(one[name]["microseconds_of_cpu"][who] for one in found["rounds"]) for name in NAMES)
        yield f"| processor time of an event, {who} | {' | '.join(f'{one:.1f} µs' for one in spent)} |"
    yield f"\nbulk is {found['ratio']} times as fast, over {found['events']:,} events"


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, help="of the log, which is kept; without it a temporary one")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--live-events", type=int, default=200_000, help="how far the live executor goes")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="that fold in bulk")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rebuild-") as temporary:
        found = run(given, Path(temporary), given.directory or Path(temporary) / "log")
    KEPT_FIGURES.parent.mkdir(exist_ok=True)
    KEPT_FIGURES.write_text(json.dumps(found, indent=2))
    sys.stdout.write("\n".join(_table(found)) + f"\nkept in {KEPT_FIGURES}\n")


if __name__ == "__main__":
    main()
