"""The whole system as child processes, in the order in which each needs the one before."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from embedded.child import Child, Launch
from embedded.credentials import Credentials, credentials_of, read_credentials, write_credentials
from embedded.first_employer import with_employer
from embedded.health import answers_ok
from embedded.nats import NatsServer
from embedded.ports import free_port
from embedded.postgres import PostgresServer
from embedded.private_file import write_private
from embedded.secrets_file import Secrets, load_or_create, tokens_document
from embedded.service_environment import migration_environment, service_environment
from embedded.up_settings import Settings

READY_SECONDS = 60.0
MIGRATE_SECONDS = 120.0
DATABASE = "assessment"
SERVICE_LOGIN = "assessment_service"


@dataclass(frozen=True, slots=True)
class Started:
    """One process of the running system; when it was ready is None where nothing can be asked."""

    name: str
    child: Child
    address: str
    ready_seconds: float | None


def start_all(settings: Settings, running: ExitStack) -> tuple[Started, ...]:
    """Starts everything and leaves how to stop it in `running`. Raises ServerFailed or DirectoryInUse."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    secrets = load_or_create(settings.directory / "secrets.json")
    write_private(settings.directory / "tokens.json", tokens_document(secrets))
    last = read_credentials(settings.credentials_file)
    postgres, nats = _servers(settings, secrets, last)
    credentials = credentials_of(
        secrets,
        eventrail_url=f"http://127.0.0.1:{settings.eventrail_port}",
        assessment_url=f"http://127.0.0.1:{settings.assessment_port}",
        nats_url=nats.url,
        postgres_url=postgres.url(DATABASE),
        known=last,
    )
    database_url = postgres.url_of(SERVICE_LOGIN, secrets.postgres_service_password, DATABASE)
    services = _Services(settings, service_environment(settings, credentials, secrets, database_url), running)
    started = (
        _timed("postgresql", f"127.0.0.1:{postgres.port}", lambda: _start_postgres(postgres, running)),
        _timed("nats", f"127.0.0.1:{nats.port}", lambda: _start_nats(nats, running)),
        services.serve("eventrail", settings.commands.eventrail, credentials.eventrail.url),
        *services.run("migrate", settings.commands.migrate, migration_environment(credentials)),
        services.serve("assessment", settings.commands.web, credentials.assessment.url),
        services.serve("projector", settings.commands.projector, None),
    )
    if (complete := with_employer(credentials)) != last:
        write_credentials(settings.credentials_file, complete)
    return started


def _servers(settings: Settings, secrets: Secrets, last: Credentials | None) -> tuple[PostgresServer, NatsServer]:
    """On the ports of the last time where those are free, so that what somebody noted down stays true."""
    postgres = PostgresServer(
        settings.directory / "postgresql",
        password=secrets.postgres_password,
        port=free_port(urlsplit(last.postgres_url).port if last else None),
        log_file=settings.logs / "postgresql.log",
    )
    nats = NatsServer(
        settings.directory / "nats",
        password=secrets.nats_password,
        port=free_port(urlsplit(last.nats_url).port if last else None),
        log_file=settings.logs / "nats.log",
    )
    return postgres, nats


def _timed(name: str, address: str, start: Callable[[], Child]) -> Started:
    began = time.monotonic()
    return Started(name, start(), address, time.monotonic() - began)


def _start_postgres(server: PostgresServer, running: ExitStack) -> Child:
    running.callback(server.stop)
    server.start()
    if not server.execute(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608 - a constant
        server.execute(f"CREATE DATABASE {DATABASE}")
    return server.child


def _start_nats(server: NatsServer, running: ExitStack) -> Child:
    running.callback(server.stop)
    server.start()
    return server.child


@dataclass(frozen=True, slots=True)
class _Services:
    """Our own services, all with the same environment; one that ends may be told more."""

    settings: Settings
    environment: Mapping[str, str]
    running: ExitStack

    def serve(self, name: str, command: tuple[str, ...], url: str | None) -> Started:
        if url is None:
            return Started(name, self._start(name, command), "follows the log", None)
        return _timed(name, url, lambda: self._ready(name, command, url))

    def run(self, name: str, command: tuple[str, ...], told: Mapping[str, str]) -> tuple[()]:
        """To its end; nothing is left running, so nothing is returned."""
        child = self._start(name, command, told)
        if child.finish(MIGRATE_SECONDS) != 0:
            raise child.failed(f"ended with exit code {child.exit_code}")
        return ()

    def _ready(self, name: str, command: tuple[str, ...], url: str) -> Child:
        child = self._start(name, command)
        child.wait_until(lambda: answers_ok(f"{url}/health/ready"), timeout_seconds=READY_SECONDS)
        return child

    def _start(self, name: str, command: tuple[str, ...], told: Mapping[str, str] | None = None) -> Child:
        log_file = self.settings.logs / f"{name}.log"
        environment = {**self.environment, **(told or {})}
        child = Child.start(Launch(name, command, log_file, environment, self.settings.directory))
        self.running.callback(child.stop)
        return child
