"""The cases of the race, in the order of the goals, and what each contestant is asked in them."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from eventrail_client import EventrailClient
from tests.benchmarks.race.contestants import Eventrail, JetStream, Postgres, UmaDb
from tests.benchmarks.race.delays import by_nats, by_sse, of_jetstream, of_postgres, of_umadb
from tests.benchmarks.race.loads import Ran
from tests.benchmarks.race.python_clients import (
    READ_EVENTS,
    eventrail_appends,
    eventrail_reads,
    jetstream_appends,
    umadb_appends,
    umadb_reads,
)
from tests.kit.services import ADMIN_TOKEN

IDS_READ = 2_000


@dataclass(frozen=True, slots=True)
class Field:
    """All that run: Eventrail, again without its shortcut, publishing to JetStream, and on a log that was there."""

    eventrail: Eventrail
    application: Eventrail
    publishing: Eventrail
    large: Eventrail | None
    umadb: UmaDb
    postgres: Postgres
    jetstream: JetStream

    def pids(self) -> dict[str, int]:
        large = {} if self.large is None else {"large": self.large.pid}
        return large | {
            "eventrail": self.eventrail.pid,
            "application": self.application.pid,
            "publishing": self.publishing.pid,
            "umadb": self.umadb.pid,
            "postgres": self.postgres.pid,
            "jetstream": self.jetstream.pid,
        }


Act = Callable[[Field, float], Ran]


@dataclass(frozen=True, slots=True)
class Case:
    """`goals`: the least ratio of the rate of `by` to another's; of its median delay, the greatest."""

    title: str
    acts: Mapping[str, Act]
    goals: Mapping[str, float]
    is_delay: bool = False
    by: str = "eventrail"


def _single(connections: int, goals: Mapping[str, float], *others: str, condition: bool = False) -> Case:
    kind = "conditional" if condition else "single"
    acts: dict[str, Act] = {
        "eventrail": lambda field, seconds: field.eventrail.single(connections, seconds, condition=condition),
        "application": lambda field, seconds: field.application.single(connections, seconds, condition=condition),
        "umadb": lambda field, seconds: field.umadb.single(connections, seconds, condition=condition),
    }
    if "postgres" in others:
        acts["postgres"] = lambda field, seconds: field.postgres.single(connections, seconds)
    if "jetstream" in others:
        acts["jetstream"] = lambda field, seconds: field.jetstream.single(connections, seconds)
    return Case(f"{kind} appends, {connections} connection{'s'[: connections > 1]}", acts, goals)


@cache
def _ids(server: Eventrail) -> list[str]:
    """Of events at random, from the first to the last that there are now."""

    async def found() -> list[str]:
        async with EventrailClient(server.service.url, ADMIN_TOKEN) as client:
            head = (await client.head()).position
            places = random.Random(0).sample(range(head), IDS_READ)
            pages = [await client.read(after=place, limit=1) for place in places]
            return [page.events[0].id for page in pages]

    return asyncio.run(found())


def _batches(events: int, connections: int, goal: float) -> Case:
    acts: dict[str, Act] = {
        "eventrail": lambda field, seconds: field.eventrail.batches(events, connections, seconds),
        "umadb": lambda field, seconds: field.umadb.batches(events, connections, seconds),
    }
    return Case(
        f"batches of {events:,}, {connections} connection{'s'[: connections > 1]}: events", acts, {"umadb": goal}
    )


CLIENTS = Case(
    "Python clients, 64 tasks",
    {
        "eventrail": lambda field, seconds: asyncio.run(eventrail_appends(field.eventrail.service.url, 64, seconds)),
        "umadb": lambda field, seconds: asyncio.run(umadb_appends(field.umadb.url, 64, seconds)),
        "jetstream": lambda field, seconds: asyncio.run(jetstream_appends(field.jetstream.url, 64, seconds)),
    },
    {"umadb": 5, "jetstream": 3},
)
READING = Case(
    f"{READ_EVENTS:,} events read in order by the Python clients",
    {
        "eventrail": lambda field, _: asyncio.run(eventrail_reads(field.eventrail.service.url)),
        "umadb": lambda field, _: asyncio.run(umadb_reads(field.umadb.url)),
    },
    {"umadb": 2},
)
BY_ID = Case(
    "read of one event, 16 connections (ours by random ids, UmaDB's always the same position)",
    {
        "eventrail": lambda field, seconds: field.eventrail.reads(_ids(field.eventrail), 16, seconds),
        "application": lambda field, seconds: field.application.reads(_ids(field.application), 16, seconds),
        "umadb": lambda field, seconds: field.umadb.reads(1, 16, seconds),
    },
    {"umadb": 3},
)

BY_TAG = Case(
    "read of ten events by tag, 16 connections (ours by random tags, UmaDB's always the same)",
    {
        "eventrail": lambda field, seconds: field.eventrail.tagged(16, seconds),
        "umadb": lambda field, seconds: field.umadb.tagged(16, seconds),
    },
    {},
)
ARRIVAL = Case(
    "append to subscriber",
    {
        "eventrail": lambda field, seconds: asyncio.run(by_sse(field.eventrail.service.url, seconds)),
        "publishing": lambda field, seconds: asyncio.run(
            by_nats(field.publishing.service.url, field.jetstream.url, seconds)
        ),
        "umadb": lambda field, seconds: asyncio.run(of_umadb(field.umadb.url, seconds)),
        "jetstream": lambda field, seconds: asyncio.run(of_jetstream(field.jetstream.url, seconds)),
        "postgres": lambda field, seconds: asyncio.run(of_postgres(field.postgres.url, seconds)),
    },
    {"umadb": 1.0, "jetstream": 1.0, "postgres": 1.0},
    is_delay=True,
)

CASES = (
    _single(1, {"postgres": 1.0, "umadb": 1.3}, "postgres"),
    _single(16, {"umadb": 1.3}, "postgres"),
    _single(64, {"umadb": 1.6, "jetstream": 5.0}, "postgres", "jetstream"),
    _single(256, {"umadb": 1.2}),
    _single(16, {"umadb": 1.3}, condition=True),
    _single(64, {"umadb": 1.6}, condition=True),
    _batches(100, 1, 1.3),
    _batches(1_000, 4, 0.8),
    CLIENTS,
    READING,
    BY_ID,
    BY_TAG,
    ARRIVAL,
)


On = Callable[[Eventrail, float], Ran]


def _grown(title: str, act: On, goal: float = 0, *, is_delay: bool = False) -> Case:
    """On a log that has a history, beside one that has almost none; goal: 0 where there is none."""
    acts: dict[str, Act] = {
        "eventrail": lambda field, seconds: act(field.eventrail, seconds),
        "large": lambda field, seconds: act(_large(field), seconds),
    }
    return Case(f"{title}, on a log that was there", acts, {"eventrail": goal}, is_delay=is_delay, by="large")


GROWN_CASES = (
    _grown("single appends, 16 connections", lambda server, seconds: server.single(16, seconds), 0.9),
    _grown("single appends, 64 connections", lambda server, seconds: server.single(64, seconds), 0.9),
    _grown("conditional appends, 64 connections", lambda server, seconds: server.single(64, seconds, condition=True)),
    _grown("batches of 1,000, 4 connections: events", lambda server, seconds: server.batches(1_000, 4, seconds)),
    _grown(
        "Python client, 64 tasks",
        lambda server, seconds: asyncio.run(eventrail_appends(server.service.url, 64, seconds)),
    ),
    _grown(
        f"{READ_EVENTS:,} events read in order by the Python client",
        lambda server, _: asyncio.run(eventrail_reads(server.service.url)),
    ),
    _grown("read of one event, 16 connections", lambda server, seconds: server.reads(_ids(server), 16, seconds)),
    _grown("read of ten events by tag, 16 connections", lambda server, seconds: server.tagged(16, seconds)),
    _grown(
        "append to subscriber", lambda server, seconds: asyncio.run(by_sse(server.service.url, seconds)), is_delay=True
    ),
)


def _large(field: Field) -> Eventrail:
    assert field.large is not None, "these cases run where a log is given"
    return field.large
