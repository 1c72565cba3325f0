"""The whole system of a test: log, two web processes and the projector over one database and one NATS."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.child import Child
from tests.kit.databases import a_copy_of, fresh_name, service_url
from tests.kit.processes import Processes
from tests.kit.servers import Database, Messages
from tests.kit.services import (
    SERVE,
    Service,
    assessment_environment,
    start_eventrail,
    start_projector,
    start_web,
)

LINK_BASE = "https://tests.example/take"
ORIGIN = "https://app.example"
PATIENT = {
    "ASSESSMENT_LOCK_SECONDS": "60",
    "ASSESSMENT_STATEMENT_SECONDS": "60",
    "ASSESSMENT_APPEND_SECONDS": "60",
    "ASSESSMENT_IDLE_TRANSACTION_SECONDS": "90",
    "ASSESSMENT_COMMAND_SECONDS": "120",
    "ASSESSMENT_PROJECTION_WAIT_SECONDS": "60",
}
"""A disk or a processor that others use stands still for seconds; tests that are about a limit set their own."""


@dataclass(slots=True)
class System:
    directory: Path
    processes: Processes
    database: Database
    database_name: str
    messages: Messages
    eventrail: Service
    webs: tuple[Service, ...]
    projector: Child
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return self.webs[0].url

    def another_web(
        self,
        name: str,
        environment: Mapping[str, str] | None = None,
        *,
        port: int | None = None,
        program: Sequence[str] = SERVE,
    ) -> Service:
        """One more web process beside the others, told something of its own."""
        told = {**self.environment, **(environment or {})}
        return start_web(self.processes, told, port=port, name=name, program=program)

    def asked(self, statement: str) -> str:
        """What the database answers, as text."""
        return self.database.execute(statement, self.database_name)


@contextmanager
def a_system(
    directory: Path,
    database: Database,
    template: str,
    messages: Messages,
    environment: Mapping[str, str] | None = None,
    *,
    webs: int = 2,
) -> Iterator[System]:
    name = fresh_name()
    database.execute(f"CREATE DATABASE {name}{a_copy_of(template)}")
    directory.mkdir(parents=True, exist_ok=True)
    processes = Processes(directory, [])
    try:
        eventrail = start_eventrail(processes, directory / "log", nats_url=messages.url)
        told = assessment_environment(
            service_url(database.url(name)),
            eventrail.url,
            messages.url,
            {
                "ASSESSMENT_LINK_BASE_URL": LINK_BASE,
                "ASSESSMENT_CORS_ORIGINS": ORIGIN,
                **PATIENT,
                **(environment or {}),
            },
        )
        started = tuple(start_web(processes, told, name=f"web-{number}") for number in range(webs))
        projector = start_projector(processes, told)
        yield System(directory, processes, database, name, messages, eventrail, started, projector, told)
    finally:
        processes.kill_all()
        database.execute(f"DROP DATABASE {name} WITH (FORCE)")
