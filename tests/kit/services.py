"""Our services as processes: what each needs to be told, and where it then answers."""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.child import Child
from embedded.ports import free_port
from tests.kit.processes import Processes

ROOT = Path(__file__).parents[2]
SERVE = ("-m", "assessment.cli", "serve")
ADMIN_TOKEN = "admin-token-of-a-test"
APPEND_TOKEN = "append-token-of-a-test"
READ_TOKEN = "read-token-of-a-test"
SERVICE_TOKEN = "assessment-token-of-a-test"
OPERATOR_TOKEN = "operator-token-of-a-test"
UNLIMITED = {
    "ASSESSMENT_PUBLIC_REQUESTS_PER_MINUTE": "0",
    "ASSESSMENT_FAILED_AUTHENTICATIONS_PER_MINUTE": "0",
    "ASSESSMENT_MAILED_CODES_PER_MINUTE": "0",
}
"""Whole suites come from one address here; those that are about limits set their own."""
SCOPES = {
    ADMIN_TOKEN: ("admin", "append", "read"),
    APPEND_TOKEN: ("append",),
    READ_TOKEN: ("read",),
    SERVICE_TOKEN: ("append", "read"),
}


@dataclass(frozen=True, slots=True)
class Service:
    child: Child
    url: str
    environment: Mapping[str, str]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def write_tokens(path: Path) -> Path:
    tokens = [{"sha256": sha256(token), "scopes": scopes} for token, scopes in SCOPES.items()]
    path.write_text(json.dumps({"tokens": tokens}))
    return path


def start_eventrail(
    processes: Processes,
    directory: Path,
    *,
    nats_url: str = "",
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
    name: str = "eventrail",
) -> Service:
    """Serves the log in `directory`, over restarts on the port that is given."""
    port = free_port() if port is None else port
    told = {
        "EVENTRAIL_DATA_DIRECTORY": str(directory),
        "EVENTRAIL_HOST": "127.0.0.1",
        "EVENTRAIL_PORT": str(port),
        "EVENTRAIL_TOKENS_FILE": str(write_tokens(processes.directory / "tokens.json")),
        **({"EVENTRAIL_NATS_URL": nats_url} if nats_url else {}),
        **(environment or {}),
    }
    return _service(processes, name, (sys.executable, "-m", "eventrail.cli", "serve"), told, port)


def assessment_environment(
    database_url: str, eventrail_url: str, nats_url: str = "", environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    return {
        "ASSESSMENT_HOST": "127.0.0.1",
        "ASSESSMENT_DATABASE_URL": database_url,
        "ASSESSMENT_UNSAFE_DATABASE": "allowed",  # a test's PostgreSQL need not survive a crash of the machine
        "ASSESSMENT_EVENTRAIL_URL": eventrail_url,
        "ASSESSMENT_EVENTRAIL_TOKEN": SERVICE_TOKEN,
        "ASSESSMENT_OPERATOR_TOKEN_SHA256": sha256(OPERATOR_TOKEN),
        "ASSESSMENT_LINK_BASE_URL": "http://127.0.0.1",
        **UNLIMITED,
        **({"ASSESSMENT_NATS_URL": nats_url} if nats_url else {}),
        **(environment or {}),
    }


def start_web(
    processes: Processes,
    environment: Mapping[str, str],
    *,
    port: int | None = None,
    name: str = "web",
    program: Sequence[str] = SERVE,
) -> Service:
    """Serves; another program than the service's own is one of the tests, which breaks it."""
    port = free_port() if port is None else port
    told = {**environment, "ASSESSMENT_PORT": str(port)}
    if program is not SERVE:
        told["PYTHONPATH"] = str(ROOT)
    return _service(processes, name, (sys.executable, *program), told, port)


def start_projector(processes: Processes, environment: Mapping[str, str], *, name: str = "projector") -> Child:
    """At work soon after; what it has applied shows in the database."""
    return processes.start(name, (sys.executable, "-m", "assessment.cli", "project"), environment)


def _service(
    processes: Processes, name: str, command: tuple[str, ...], environment: Mapping[str, str], port: int
) -> Service:
    url = f"http://127.0.0.1:{port}"
    return Service(processes.start(name, command, environment, ready_url=f"{url}/health/ready"), url, environment)
