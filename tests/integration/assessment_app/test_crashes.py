"""Crashes at the await points: before the append nothing happened, after it the fact stands and is applied once."""

import asyncio

import pytest

from assessment.app.commands import LogUnavailable, Overloaded, Refused
from assessment.app.interruption import Point
from contracts.append import AppendResult, Condition, NewEvent
from eventrail_client.errors import Unavailable
from eventrail_client.memory import MemoryEventStore
from tests.integration.assessment_app.orders import a_draft, a_published, a_seat, create_employer, new_id, publish, save
from tests.integration.assessment_app.world import Process, World, a_world, at

KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'assessment commands' AND state = 'idle in transaction'"""


class Crashed(Exception):  # noqa: N818 (what a client sees of a process that is gone)
    """The process ended here."""


async def crash() -> None:
    raise Crashed


@pytest.mark.parametrize("point", [Point.BEGUN, Point.LOCKED, Point.PROJECTED])
async def test_before_the_append_a_crash_leaves_nothing(world: World, process: Process, point: Point) -> None:
    crashing = await world.process(interrupt=at(point, crash))
    employer_id, key = new_id(), new_id()
    with pytest.raises(Crashed):
        await crashing.execute(create_employer(employer_id), key)
    assert (await world.log.head()).position == 0
    assert (await process.execute(create_employer(employer_id), key)).last == 1


async def test_after_the_append_a_retry_gets_the_original_answer(world: World, process: Process) -> None:
    crashing = await world.process(interrupt=at(Point.APPENDED, crash))
    employer_id, key = new_id(), new_id()
    with pytest.raises(Crashed):
        await crashing.execute(create_employer(employer_id), key)
    answer = await process.execute(create_employer(employer_id), key)
    assert (answer.first, answer.last) == (1, 1)
    await world.drained()
    assert await world.rows("SELECT position FROM live.employers") == [(1,)]
    assert (await world.log.head()).position == 1


async def test_a_database_that_fails_after_the_append_does_not_hide_the_success(world: World, process: Process) -> None:
    killing = await world.process(interrupt=at(Point.APPENDED, lambda: world.side.execute(KILL)))
    published = await a_published(world, process)
    seat = await a_seat(world, process, published)
    answer = await killing.execute(save(seat, 1))
    assert await world.value("SELECT position FROM live.sittings") == answer.last
    assert await world.value("SELECT count(*) FROM live.saved_answers") == 1


async def test_a_database_that_fails_before_the_append_is_tried_again(world: World, process: Process) -> None:
    killing = await world.process(interrupt=at(Point.LOCKED, lambda: world.side.execute(KILL)))
    answer = await killing.execute(create_employer(new_id()))
    assert (answer.first, answer.replayed) == (1, False)


async def test_without_a_projector_what_is_not_applied_is_answered_as_a_success_all_the_same(world: World) -> None:
    killing = await world.process(
        interrupt=at(Point.APPENDED, lambda: world.side.execute(KILL)), projection_wait_seconds=0.2
    )
    answer = await killing.execute(create_employer(new_id()))
    assert answer.last == (await world.log.head()).position == 1
    assert await world.value("SELECT count(*) FROM live.employers") == 0


async def test_without_a_projector_a_boundary_with_an_unapplied_event_waits_and_others_go_on(world: World) -> None:
    crashing = await world.process(interrupt=at(Point.APPENDED, crash), projection_wait_seconds=0.2, command_attempts=2)
    employer_id = new_id()
    with pytest.raises(Crashed):
        await crashing.execute(create_employer(employer_id), new_id())
    with pytest.raises(Overloaded):
        await crashing.execute(create_employer(employer_id), new_id())
    await crashing.execute(create_employer(new_id()))
    world.project()
    await world.drained()
    assert await world.value("SELECT count(*) FROM live.employers") == 2


async def test_a_stopped_process_holds_nobody_up_for_longer_than_its_limit(database_url: str) -> None:
    held, let_go = asyncio.Event(), asyncio.Event()

    async def stop() -> None:
        held.set()
        await let_go.wait()

    async with a_world(database_url, idle_transaction_seconds=1.0) as world:
        world.project()
        process, stopped = await world.process(), await world.process(interrupt=at(Point.PROJECTED, stop))
        employer_id = new_id()
        await process.execute(create_employer(employer_id))
        draft = await a_draft(process, employer_id)
        stuck = asyncio.create_task(stopped.execute(publish(world, employer_id, draft), new_id()))
        await held.wait()
        answer = await process.execute(publish(world, employer_id, draft))
        let_go.set()
        with pytest.raises(Refused, match="published"):
            await stuck
        assert (await world.log.head()).position == answer.last


class SilentLog(MemoryEventStore):
    """Records, and loses its reply."""

    async def append(self, events: object, condition: Condition | None = None) -> AppendResult:
        assert isinstance(events, tuple)
        appended: tuple[NewEvent, ...] = events
        await super().append(appended, condition)
        raise Unavailable("the reply was lost", maybe_recorded=True)


async def test_a_lost_reply_is_found_out_by_the_retry(world: World, process: Process) -> None:
    silent = SilentLog()
    silent.__dict__.update(world.log.__dict__)
    losing = await world.process(store=silent)
    employer_id, key = new_id(), new_id()
    with pytest.raises(LogUnavailable):
        await losing.execute(create_employer(employer_id), key)
    answer = await process.execute(create_employer(employer_id), key)
    assert (answer.first, answer.last) == (1, 1)
