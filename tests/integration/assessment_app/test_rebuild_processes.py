"""`assessment projections rebuild` with several processes, over a real Eventrail; and what it says when one fails."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from assessment.projections.workers import PART_EVENTS, parts_of
from contracts.append import NewEvent
from tests.integration.assessment_app.orders import a_published, a_seat, save, submit
from tests.integration.assessment_app.test_command_line import a_system
from tests.integration.assessment_app.world import World
from tests.kit.processes import Processes

SMALL_PARTS = "from assessment.projections import workers; workers.PART_EVENTS = 1"
DYING = f"""import os, signal; {SMALL_PARTS}
async def died(*_): os.kill(os.getpid(), signal.SIGKILL)
workers._fold = died"""


def rebuild(environment: Mapping[str, str], changed: str = SMALL_PARTS) -> subprocess.CompletedProcess[str]:
    program = f"{changed}\nimport sys; from assessment import cli; sys.exit(cli.main())"
    command = (sys.executable, "-c", program, "projections", "rebuild", "--processes", "3", "--json")
    return subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False, timeout=300)


async def some_life(world: World) -> None:
    world.project()
    process = await world.process()
    published = await a_published(world, process)
    for number in range(3):
        seat = await a_seat(world, process, published, f"{number}@example.org")
        await process.execute(save(seat, 1))
        await process.execute(save(seat, 2))
        await process.execute(submit(seat))


async def test_three_processes_make_the_tables_that_are_there(
    processes: Processes, database_url: str, tmp_path: Path
) -> None:
    async with a_system(processes, database_url, tmp_path) as (world, environment):
        await some_life(world)
        finished = rebuild(environment)
        assert finished.returncode == 0, finished.stderr
        answer = json.loads(finished.stdout)
        assert (answer["equal"], answer["events"]) == (True, (await world.store.head()).position)
        assert answer["tables"]["submissions"] == {"rows": 3, "rebuilt_rows": 3, "equal": True}


async def test_a_part_that_fails_is_told_in_one_line(processes: Processes, database_url: str, tmp_path: Path) -> None:
    async with a_system(processes, database_url, tmp_path) as (world, environment):
        await some_life(world)
        await world.stop_projector()
        assert "has died" in refusal(rebuild(environment, DYING))
        await world.store.append([NewEvent(data=msgspec.Raw(b"{}"), type="sitting.levitated")])
        assert "sitting.levitated" in refusal(rebuild(environment))
        assert await world.value("SELECT to_regnamespace('next') IS NULL")


def refusal(finished: subprocess.CompletedProcess[str]) -> str:
    """The one line that says why."""
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    (line,) = (line for line in finished.stderr.splitlines() if line.startswith("assessment: "))
    return line


def test_no_process_folds_less_than_is_worth_it() -> None:
    two = 2 * PART_EVENTS
    assert [parts_of(events, 3) for events in (0, two - 1, two, two + 1, 100 * two)] == [1, 1, 2, 2, 3]
    assert [parts_of(100 * two, processes) for processes in (0, 1, 2)] == [1, 1, 2]
