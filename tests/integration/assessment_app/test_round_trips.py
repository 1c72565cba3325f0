"""How often a command asks PostgreSQL, and what it then knows: fewer round trips may not make it decide on the past."""

import asyncio
import dataclasses
from typing import Any

from assessment.app.commands import Commands
from assessment.app.interruption import Point
from contracts.events import SittingSubmitted
from tests.integration.assessment_app.counted import Counted
from tests.integration.assessment_app.orders import a_published, a_seat, save, start, submit
from tests.integration.assessment_app.world import Process, World, at, envelope, until

ASKED = ("BEGIN", "WITH taken", "WITH group_0_", "EXECUTE stamp_sittings")
"""What each round trip of a save or a submission begins with; a token that is not known yet is looked up before."""

WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'assessment commands' AND wait_event_type = 'Lock'"""


async def test_a_save_and_a_submission_take_four_round_trips(world: World, process: Process) -> None:
    published = await a_published(world, process)
    commands, side = Counted(process.means.commands_pool), Counted(process.means.candidate_keys._pool)
    process.means.candidate_keys._pool = side
    counted: Any = dataclasses.replace(process.means, commands_pool=commands)
    executing = Commands(counted)
    seats = [await a_seat(world, process, published, email) for email in ("first@example.org", "second@example.org")]
    for seat in seats:  # after the first, versions are remembered
        await process.execute(start(seat))
        commands.asked.clear()
        side.asked.clear()
        await executing.execute(envelope(), save(seat, 1))
        await executing.execute(envelope(), submit(seat))
    pairs = zip(commands.asked, 2 * ASKED, strict=True)
    assert [query.startswith(begins) for query, begins in pairs] == [True] * 8
    assert commands.asked[-1].endswith("; COMMIT")
    assert side.asked == []
    assert published.employer_id in commands.asked[0]


async def test_what_is_saved_while_a_submission_waits_for_its_row_is_submitted(world: World, process: Process) -> None:
    """The submission's statement began before the save was committed: what came with it is the past."""
    published = await a_published(world, process)
    seat = await a_seat(world, process, published)
    await process.execute(start(seat))
    appended, waited = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        appended.set()
        await waited.wait()

    saving = await world.process(interrupt=at(Point.APPENDED, hold))
    async with asyncio.TaskGroup() as both:
        both.create_task(saving.execute(save(seat, 1)))
        await appended.wait()
        submitted = both.create_task(process.execute(submit(seat)))
        await until(lambda: world.value(WAITING))
        waited.set()
    (fact,) = submitted.result().facts
    assert isinstance(fact, SittingSubmitted)
    assert [score.outcome for score in fact.scores] == ["unanswered", "correct"]
