"""The operator's commands over a real Eventrail and the projector as its own process."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from eventrail_client.client import EventrailClient
from tests.integration.assessment_app.orders import a_published, a_seat, save
from tests.integration.assessment_app.world import World, a_world, until
from tests.kit.databases import service_url
from tests.kit.processes import Processes
from tests.kit.servers import Database
from tests.kit.services import SERVICE_TOKEN, assessment_environment, start_eventrail, start_projector


@asynccontextmanager
async def a_system(
    processes: Processes, database_url: str, tmp_path: Path
) -> AsyncIterator[tuple[World, Mapping[str, str]]]:
    eventrail = start_eventrail(processes, tmp_path / "log")
    environment = assessment_environment(database_url, eventrail.url)
    async with EventrailClient(eventrail.url, SERVICE_TOKEN) as store, a_world(database_url) as world:
        world.store = store
        yield world, environment


def assessment(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "assessment.cli", *arguments)
    return subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False, timeout=300)


def answer(environment: Mapping[str, str], *arguments: str) -> Any:
    finished = assessment(environment, "projections", *arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


async def test_projections_on_the_command_line(processes: Processes, database_url: str, tmp_path: Path) -> None:
    async with a_system(processes, database_url, tmp_path) as (world, environment):
        assert answer(environment, "status")["projector"] == "never started"
        projector = start_projector(processes, environment)
        process = await world.process()
        seat = await a_seat(world, process, await a_published(world, process))
        last = (await process.execute(save(seat, 1, "🍵"))).last

        async def applied() -> bool:
            position = await world.value("SELECT position FROM live.checkpoint")
            state = await world.value("SELECT state FROM scratch.projector_status")
            return (position, state) == (last, "following")

        await until(applied)
        standing = answer(environment, "status")
        assert (standing["position"], standing["lag"], standing["projector"]) == (last, 0, "following")
        verified = assessment(environment, "projections", "verify")
        assert "all tables are equal" in verified.stdout
        assert "saved_answers" in verified.stdout
        assert "folding the log" in verified.stderr
        rebuilt = answer(environment, "rebuild")
        assert (rebuilt["equal"], rebuilt["swapped_at"]) == (True, last)
        assert rebuilt["tables"]["saved_answers"] == {"rows": 1, "rebuilt_rows": 1, "equal": True}
        assert answer(environment, "status")["generations"] == {"previous": last}
        assert answer(environment, "rollback")["swapped_at"] == last
        await world.side.execute("DELETE FROM live.saved_answers")
        assert assessment(environment, "projections", "verify").returncode == 1
        assert projector.stop() == 0


def only_line(finished: subprocess.CompletedProcess[str]) -> str:
    """What is said to the operator; what a library logs of a connection that was given up may stand beside it."""
    [line] = [line for line in finished.stderr.splitlines() if line.startswith("assessment: ")]
    return line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["projections", "status"], "not migrated"),
        (["serve"], "not migrated"),
    ],
)
async def test_an_operators_mistakes_are_one_line(
    processes: Processes, empty_database_url: str, tmp_path: Path, arguments: list[str], said: str
) -> None:
    eventrail = start_eventrail(processes, tmp_path / "log")
    environment = {**assessment_environment(empty_database_url, eventrail.url), "ASSESSMENT_PORT": "0"}
    finished = assessment(environment, *arguments)
    assert finished.returncode == 1
    assert said in only_line(finished)
    assert "Traceback" not in finished.stderr


async def test_a_rollback_to_nothing_is_one_line(processes: Processes, database_url: str, tmp_path: Path) -> None:
    eventrail = start_eventrail(processes, tmp_path / "log")
    finished = assessment(assessment_environment(database_url, eventrail.url), "projections", "rollback")
    assert finished.returncode == 1
    assert "no generation before" in only_line(finished)


@pytest.mark.parametrize("process", ["serve", "project"])
@pytest.mark.parametrize(("login", "said"), [("superuser", "does not bind postgres"), ("service", "fsync")])
async def test_a_database_that_is_not_safe_is_refused_in_one_line(
    processes: Processes, postgres: Database, database_url: str, tmp_path: Path, process: str, login: str, said: str
) -> None:
    eventrail = start_eventrail(processes, tmp_path / "log")
    postgres.execute(f"ALTER DATABASE {database_url.rpartition('/')[2]} SET synchronous_commit = off")
    url = database_url if login == "superuser" else service_url(database_url)
    environment = {**assessment_environment(url, eventrail.url), "ASSESSMENT_PORT": "0"}
    finished = assessment({**environment, "ASSESSMENT_UNSAFE_DATABASE": "refused"}, process)
    assert finished.returncode == 1
    assert said in only_line(finished)
    assert "Traceback" not in finished.stderr


def test_misuse_is_told_apart() -> None:
    finished = assessment({}, "projections", "nonsense")
    assert finished.returncode == 2
    missing = assessment({}, "migrate")
    assert (missing.returncode, missing.stderr) == (1, "assessment: ASSESSMENT_DATABASE_URL: is needed and not set\n")
