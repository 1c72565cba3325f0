"""The sweeper in its process: killed between the append and its COMMIT, and gone on from by the next one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.assessment_app.orders import a_published, a_seat, save, start
from tests.integration.assessment_app.test_command_line import a_system, answer
from tests.integration.assessment_app.world import until
from tests.kit.processes import Processes
from tests.kit.services import start_projector

AN_HOUR = timedelta(hours=1)


async def test_a_killed_process_is_gone_on_from(processes: Processes, database_url: str, tmp_path: Path) -> None:
    async with a_system(processes, database_url, tmp_path) as (world, environment):
        process = await world.process()
        seat = await a_seat(world, process, await a_published(world, process, time_limit_seconds=60))
        began = datetime.now(UTC) - AN_HOUR
        await process.execute(replace(start(seat), now=began))
        await process.execute(replace(save(seat, 1), now=began))
        standing = answer(environment, "status")
        assert standing["unswept"] == 1
        assert standing["unswept_seconds"] > 60
        dying = start_projector(processes, {**environment, "ASSESSMENT_INTERRUPTION": "appended:kill"})
        assert dying.wait(120) == -9
        assert await world.value("SELECT count(*) FROM live.submissions") == 0
        start_projector(processes, environment, name="next")

        async def swept() -> bool:
            return bool(await world.value("SELECT count(*) = 1 FROM live.submissions WHERE cause = 'sweeper'"))

        await until(swept)
        assert len((await world.store.read(types=["sitting.submitted"])).events) == 1
        assert answer(environment, "status")["unswept"] == 0
