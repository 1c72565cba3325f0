"""`just demo` against a system that others use too: checked to its end, and loud when something isn't as told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.credentials import AssessmentAccess, Credentials, EventrailAccess, write_credentials
from tests.integration.assessment_http.system import System
from tests.kit.services import ADMIN_TOKEN, APPEND_TOKEN, OPERATOR_TOKEN, READ_TOKEN

ROOT = Path(__file__).parents[3]
DEMO = (sys.executable, "-m", "tests.kit.demo")


def run(file: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "CREDENTIALS": str(file)}
    return subprocess.run(DEMO, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)


def written(system: System, path: Path, *, operator_token: str = OPERATOR_TOKEN, nats_url: str | None = None) -> Path:
    access = Credentials(
        eventrail=EventrailAccess(
            url=system.eventrail.url, admin_token=ADMIN_TOKEN, append_token=APPEND_TOKEN, read_token=READ_TOKEN
        ),
        assessment=AssessmentAccess(url=system.url, operator_token=operator_token),
        nats_url=nats_url or system.messages.url,
        postgres_url=system.database.url(system.database_name),
    )
    write_credentials(path, access)
    return path


def test_it_ends_with_equal_tables(system: System, tmp_path: Path) -> None:
    finished = run(written(system, tmp_path / "credentials.json"))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "all tables are equal at position" in finished.stdout
    assert "409 The assessment was submitted already" in finished.stdout


@pytest.mark.parametrize(
    ("broken", "told"),
    [({"operator_token": "wrong"}, "was answered with 401"), ({"nats_url": "nats://127.0.0.1:9"}, "NATS")],
)
def test_it_fails_loudly(system: System, tmp_path: Path, broken: dict[str, str], told: str) -> None:
    finished = run(written(system, tmp_path / "credentials.json", **broken))
    assert finished.returncode == 1, finished.stdout
    assert told in finished.stderr


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    finished = run(tmp_path / "none.json")
    assert finished.returncode == 1
    assert "start the system" in finished.stderr
