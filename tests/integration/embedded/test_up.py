"""One command starts everything, shows it once, stops it in order, and goes on with the same data."""

import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from embedded.child import Child
from embedded.failures import ServerFailed
from embedded.health import answers_ok
from embedded.ports import free_port, is_free
from embedded.postgres import PostgresServer
from embedded.up_settings import Commands, Settings
from tests.kit.processes import Processes

UP = (sys.executable, str(Path(__file__).with_name("stand_in_up.py")))
START_SECONDS = 240.0


@dataclass(slots=True)
class System:
    """One data directory and its ports; each `start` is one `just up`."""

    processes: Processes
    directory: Path
    environment: dict[str, str]
    starts: int = 0

    def begin(self, **extra: str) -> Child:
        self.starts += 1
        return self.processes.start(f"up-{self.starts}", UP, {**self.environment, **extra})

    def start(self, **extra: str) -> Child:
        child = self.begin(**extra)
        child.wait_until(lambda: "Ctrl-C stops everything" in child.log, timeout_seconds=START_SECONDS)
        return child

    @property
    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "credentials.json").read_text())
        return found

    def told(self, role: str) -> Mapping[str, str]:
        found: dict[str, str] = json.loads((self.directory / f"{role}.json").read_text())
        return found

    def query(self, statement: str) -> str:
        address = urlsplit(self.credentials["postgres_url"])
        assert address.password is not None
        server = PostgresServer(self.directory / "postgresql", password=address.password, port=address.port)
        return server.execute(statement, address.path.removeprefix("/"))

    @property
    def ports(self) -> list[int]:
        urls = [self.credentials["nats_url"], self.credentials["postgres_url"]]
        return [int(self.environment["EVENTRAIL_PORT"]), int(self.environment["ASSESSMENT_PORT"])] + [
            urlsplit(url).port or 0 for url in urls
        ]


@pytest.fixture
def system(processes: Processes, tmp_path: Path) -> System:
    directory = tmp_path / "data"
    ports = {"EVENTRAIL_PORT": str(free_port()), "ASSESSMENT_PORT": str(free_port())}
    return System(processes, directory, {"LOCAL_DIRECTORY": str(directory), **ports})


def test_it_starts_shows_and_stops_everything(system: System) -> None:
    up = system.start()
    for url in (system.credentials["eventrail"]["url"], system.credentials["assessment"]["url"]):
        up.wait_until(partial(answers_ok, url), timeout_seconds=120)
        assert url in up.log
    for name in ("postgresql", "nats", "eventrail", "assessment", "projector"):
        assert f"  {name} " in up.log
    assert up.log.count("Ctrl-C stops everything") == 1
    assert "\x1b" not in up.log, "no control sequences where there is no terminal"
    ports = system.ports
    assert up.stop(timeout_seconds=120) == 0
    assert all(is_free(port) for port in ports)
    assert "was stopped" not in up.log
    assert "database system is shut down" in (system.directory / "logs" / "postgresql.log").read_text()


def test_credentials_are_private_complete_and_kept(system: System) -> None:
    system.start().stop()
    first = system.credentials
    assert set(first) == {"eventrail", "assessment", "nats_url", "postgres_url"}
    assert set(first["eventrail"]) == {"url", "admin_token", "append_token", "read_token"}
    assert set(first["assessment"]) == {"url", "operator_token", "employer_id", "employer_key"}
    assert (first["assessment"]["employer_id"], first["assessment"]["employer_key"]) == ("e1", "key-of-e1")
    for name in ("credentials.json", "secrets.json", "tokens.json"):
        assert stat.S_IMODE((system.directory / name).stat().st_mode) == 0o600
    system.start().stop()
    assert system.credentials == first
    created = [json.loads(line) for line in (system.directory / "employers.log").read_text().splitlines()]
    bearer = f"Bearer {first['assessment']['operator_token']}"
    assert created == [[bearer, "the-first-employer", {"name": "First employer"}]], "created once"


def test_services_are_told_hashes_and_their_own_token_only(system: System) -> None:
    system.start().stop()
    secrets = json.loads((system.directory / "secrets.json").read_text())
    web, store = system.told("web"), system.told("eventrail")
    assert web["ASSESSMENT_EVENTRAIL_TOKEN"] == secrets["assessment_token"]
    owner = {"ASSESSMENT_OWNER_DATABASE_URL": system.credentials["postgres_url"]}
    assert system.told("migrate") == {**web, **owner}
    assert secrets["postgres_service_password"] in web["ASSESSMENT_DATABASE_URL"]
    tokens = (system.directory / "tokens.json").read_text()
    assert store["EVENTRAIL_TOKENS_FILE"] == str(system.directory / "tokens.json")
    clear = [value for name, value in secrets.items() if name not in {"postgres_service_password", "nats_password"}]
    assert not [value for value in clear if value in tokens]
    others = [value for value in clear if value != secrets["assessment_token"]]
    assert not [value for value in others if value in json.dumps([web, store])]


def test_the_next_start_goes_on_with_the_same_data_and_ports(system: System) -> None:
    system.start()
    ports = system.ports
    system.query("CREATE TABLE kept AS SELECT '🌍' AS text")
    system.processes.started[-1].stop()
    system.start()
    assert system.ports == ports
    assert system.query("SELECT text FROM kept") == "🌍"


def test_a_killed_system_leaves_nothing_running_and_starts_again(system: System) -> None:
    up = system.start()
    system.query("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(up.pid, signal.SIGKILL)  # the starter alone, as the kernel would do when memory is short
    assert up.wait(120) == -signal.SIGKILL
    system.start()
    assert system.query("SELECT number FROM kept") == "7"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_request_to_stop_is_heard(system: System, number: signal.Signals) -> None:
    up = system.start()
    os.kill(up.pid, number)
    assert up.wait(120) == 0
    assert all(is_free(port) for port in system.ports)


def test_a_second_start_says_in_one_line_that_it_runs(system: System) -> None:
    first = system.start()
    second = system.begin()
    assert second.wait(120) == 3
    assert len(second.log.splitlines()) == 1
    assert f"It runs already: {system.directory} is in use by process {first.pid}, which serves http" in second.log
    url = system.credentials["assessment"]["url"]
    first.wait_until(lambda: answers_ok(url), timeout_seconds=120)


@pytest.mark.parametrize("variable", ["EVENTRAIL_PORT", "ASSESSMENT_PORT"])
def test_a_taken_port_is_one_line(system: System, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = system.begin(**{variable: str(port)})
        assert up.wait(120) == 2
    assert len(up.log.splitlines()) == 1
    assert f"port {port} of 127.0.0.1 is taken by another program" in up.log


@pytest.mark.parametrize("value", ["0", "65536", "four", "\u0661"])
def test_a_bad_port_is_one_line(system: System, value: str) -> None:
    up = system.begin(EVENTRAIL_PORT=value)
    assert up.wait(120) == 2
    assert up.log == f"EVENTRAIL_PORT is {value!r}: a number from 1 to 65535 is needed\n"


@pytest.mark.parametrize("value", ["1", "65535"])
def test_the_outermost_ports_are_good(value: str) -> None:
    assert Settings.read({"EVENTRAIL_PORT": value}, Commands()).eventrail_port == int(value)


def test_the_two_ports_must_differ(system: System) -> None:
    up = system.begin(EVENTRAIL_PORT="4000", ASSESSMENT_PORT="4000")
    assert up.wait(120) == 2
    assert up.log == "EVENTRAIL_PORT and ASSESSMENT_PORT are both 4000\n"


def test_a_part_that_ends_is_named_with_its_log_and_the_rest_is_stopped(system: System) -> None:
    up = system.start()
    assert answers_ok(f"{system.credentials['eventrail']['url']}/end", timeout_seconds=120)
    assert up.wait(120) == 1
    assert "eventrail: ended with exit code 7" in up.log
    assert "    eventrail says hello" in up.log
    assert all(is_free(port) for port in system.ports)


def test_a_migration_that_fails_stops_the_start(system: System) -> None:
    up = system.begin(STAND_IN_FAILS="migrate")
    assert up.wait(START_SECONDS) == 1
    assert "migrate: ended with exit code 7" in up.log
    assert "    migrate says hello" in up.log
    assert not (system.directory / "web.json").exists()


def test_a_damaged_file_of_secrets_is_said_and_not_replaced(system: System) -> None:
    system.start().stop()
    (system.directory / "secrets.json").write_text("{")
    up = system.begin()
    assert up.wait(START_SECONDS) == 1
    assert "secrets.json: this file of secrets is damaged" in up.log
    assert (system.directory / "secrets.json").read_text() == "{"


@pytest.mark.parametrize("tenths", [0, 3, 6, 9])
def test_a_request_to_stop_is_heard_at_any_moment_of_the_start(system: System, tenths: int) -> None:
    up = system.begin()
    up.wait_until(lambda: "Starting" in up.log, timeout_seconds=120)
    with pytest.raises(ServerFailed, match="still runs after"):
        up.wait(tenths / 10)
    os.kill(up.pid, signal.SIGTERM)
    assert up.wait(120) == 0
    assert "Traceback" not in up.log
    assert system.start().exit_code is None
