"""The service with all that it needs, its twin, and candidates who are about to submit: the same ones to both."""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from assessment.app.server_secret import load_secrets
from assessment.app.vault import open_keys
from assessment.read_models.connections import plain_values
from embedded.child import Child
from embedded.nats import NatsServer
from embedded.ports import free_port
from embedded.postgres import PostgresServer
from tests.benchmarks.race.machine import cpu_seconds
from tests.benchmarks.submit.load import Answered, Asked, ask, request
from tests.integration.assessment_http.api import Api, a_session
from tests.integration.assessment_http.steps import Assessment, Employer, a_published, an_employer, right_answers
from tests.kit.databases import fresh_name, migrate, service_url
from tests.kit.processes import Processes
from tests.kit.services import ROOT, Service, assessment_environment, start_eventrail, start_projector, start_web

INVITED_AT_ONCE: Final = 100
STARTING_CONNECTIONS: Final = 16
WITHOUT_LIMITS: Final = {
    "ASSESSMENT_TAKE_REQUESTS_PER_MINUTE": "0",
    "ASSESSMENT_KEY_REQUESTS_PER_MINUTE": "0",
    "ASSESSMENT_UNSAFE_DATABASE": "refused",
}
COPIED: Final = ("employers", "assessments", "versions", "candidates", "invites", "sittings")
PROJECTOR_SESSIONS: Final = "SELECT pid FROM pg_stat_activity WHERE application_name = 'assessment projector'"
POLL_SECONDS: Final = 0.05
CATCH_UP_SECONDS: Final = 120.0

_ASYNCPG: Final[Any] = asyncpg


@dataclass(frozen=True, slots=True)
class Field:
    """Both contestants on one PostgreSQL, each with a database of its own."""

    postgres: PostgresServer
    nats: NatsServer
    eventrail: Service
    web: Service
    projector: Child
    twin: Service
    database: str
    twin_database: str

    def service_of(self, by: str) -> Service:
        return self.twin if by == "twin" else self.web

    def spent_seconds(self, by: str) -> dict[str, float]:
        """By part, the processor time so far of a contestant's processes; PostgreSQL serves both, one at a time.

        What PostgreSQL does for the projector, after the answer, is told apart by the session's name.
        """
        postgres = cpu_seconds(self.postgres.child.pid)
        if by == "twin":
            return {"web": cpu_seconds(self.twin.child.pid), "postgres": postgres}
        found = self.postgres.execute(PROJECTOR_SESSIONS)
        after = sum(cpu_seconds(int(pid)) for pid in found.split())
        return {
            "web": cpu_seconds(self.web.child.pid),
            "eventrail": cpu_seconds(self.eventrail.child.pid),
            "postgres": postgres - after,
            "nats": cpu_seconds(self.nats.child.pid),
            "projector": cpu_seconds(self.projector.pid),
            "postgres for it": after,
        }


def open_field(directory: Path, processes: Processes, postgres: PostgresServer, nats: NatsServer) -> Field:
    """Start everything; PostgreSQL is durable, and the service's login is bound by row-level security."""
    database, twin_database = fresh_name(), fresh_name()
    for name in (database, twin_database):
        postgres.execute(f"CREATE DATABASE {name}")
        migrate(postgres.url(name))
    eventrail = start_eventrail(processes, directory / "log", nats_url=nats.url)
    told = assessment_environment(service_url(postgres.url(database)), eventrail.url, nats.url, WITHOUT_LIMITS)
    web, projector = start_web(processes, told), start_projector(processes, told)
    twin = _twin(processes, postgres.url(twin_database))
    return Field(postgres, nats, eventrail, web, projector, twin, database, twin_database)


def _twin(processes: Processes, database_url: str) -> Service:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"TWIN_DATABASE_URL": database_url, "TWIN_PORT": str(port), "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "tests.benchmarks.submit.twin")
    return Service(processes.start("twin", command, told, ready_url=f"{url}/health/ready"), url, told)


@dataclass(slots=True)
class Candidates:
    """Who submits: invited and started through the service, then copied to the twin's tables."""

    field: Field
    employer: Employer
    assessment: Assessment
    answers: bytes

    @classmethod
    async def of(cls, field: Field) -> "Candidates":
        async with a_session() as session:
            employer = await an_employer(Api(session, field.web.url))
            assessment = await a_published(employer)
            one = await cls(field, employer, assessment, b"").started(1)
            page = (await employer.api.with_token(one[0]).get("/v1/take")).expect(200)
        answers = msgspec.json.encode({"answers": right_answers(page.json["questions"])})
        return cls(field, employer, assessment, answers)

    async def started(self, count: int) -> list[str]:
        """New candidates' tokens; each has started, on both sides."""
        tokens: list[str] = []
        path = f"{self.assessment.path}/invites"
        token = self.employer.api.token or ""
        while len(tokens) < count:
            named = [f"{len(tokens) + number}-{time.time_ns()}" for number in range(INVITED_AT_ONCE)]
            invites = [{"name": "Ada", "email": f"{one}@example.org"} for one in named[: count - len(tokens)]]
            body = msgspec.json.encode({"invites": invites})
            sent = await self._ask([request("POST", path, token, body, named[0])], 201)
            tokens += [item["token"] for item in msgspec.json.decode(sent.bodies[0])["items"]]
        await self._ask([request("POST", "/v1/take/start", one, b"") for one in tokens], 200)
        await caught_up(self.field)
        await self._copy()
        return tokens

    def submissions(self, tokens: Sequence[str]) -> list[bytes]:
        return [request("POST", "/v1/take/submit", one, self.answers, f"submit-{one}") for one in tokens]

    async def _ask(self, requests: list[bytes], expected: int) -> Answered:
        return await ask(self.field.web.port, STARTING_CONNECTIONS, Asked(requests, expected))

    async def _copy(self) -> None:
        """What the twin does not have yet; its answer keys are plain."""
        ours, twin = await self._connections()
        try:
            for table in COPIED:
                await _copied(ours, twin, table)
            secrets = await load_secrets(ours)
            for row in await ours.fetch("SELECT assessment_id, sealed_keys FROM live.versions"):
                plain = open_keys(secrets, row["assessment_id"], row["sealed_keys"]).decode()
                statement = "UPDATE live.versions SET sealed_keys = $2 WHERE assessment_id = $1"
                await twin.execute(statement, row["assessment_id"], plain)
        finally:
            await ours.close()
            await twin.close()

    async def analyze(self) -> None:
        """Once, when there are rows: each time again, all would plan their statements again."""
        for name in (self.field.database, self.field.twin_database):
            self.field.postgres.execute("ANALYZE", name)

    async def _connections(self) -> tuple[Any, Any]:
        names = (self.field.database, self.field.twin_database)
        ours, twin = [await _ASYNCPG.connect(self.field.postgres.url(name)) for name in names]
        for one in (ours, twin):
            await plain_values(one)
        return ours, twin


async def _copied(ours: Any, twin: Any, table: str) -> None:
    """Rows that were copied before stay as the twin has made them."""
    rows = await ours.fetch(f"SELECT * FROM live.{table}")
    names = list(rows[0].keys())
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    shown = ", ".join(f'"{name}"' for name in names)
    inserting = f"INSERT INTO live.{table} ({shown}) VALUES ({places}) ON CONFLICT DO NOTHING"
    await twin.executemany(inserting, [tuple(row) for row in rows])


async def caught_up(field: Field) -> None:
    """Wait until the projector has applied all that the log holds: what it still does would be others' time."""
    connection = await _ASYNCPG.connect(field.postgres.url(field.database))
    try:
        async with asyncio.timeout(CATCH_UP_SECONDS):
            while True:
                stamped = await connection.fetchval("SELECT max(last) FROM live.command_keys")
                if await connection.fetchval("SELECT position FROM live.checkpoint") >= stamped:
                    return
                await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()
