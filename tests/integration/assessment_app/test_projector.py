"""The projector: once and in order, over restarts, parked at what it can't apply, and only on its own log."""

import asyncio
import contextlib
import uuid

import msgspec
import pytest

from assessment.app.commands import LogUnavailable
from assessment.migrations.upgrading import migrate
from assessment.read_models.command_keys import prune_keys
from assessment.read_models.projector_status import LastReport, last_report
from contracts.append import NewEvent
from contracts.events import EmployerCreated, encode_data
from eventrail_client.errors import ForeignLog, LogBehind
from eventrail_client.memory import MemoryEventStore
from tests.integration.assessment_app.orders import a_published, a_seat, create_employer, digest, new_id, save
from tests.integration.assessment_app.world import NOW, Process, World, a_world, database_settings, until

BAD = NewEvent(data=msgspec.Raw(b'{"employer_id":7}'), type="employer.created", tags=("employer:e1",))
NEWER = NewEvent(data=msgspec.Raw(b"{}"), type="employer.created.v2", tags=("employer:e1",))


async def report(world: World) -> LastReport | None:
    return await last_report(world.side)


async def test_what_was_appended_without_a_projector_is_applied_when_one_comes(world: World) -> None:
    process = await world.process()
    await a_seat(world, process, await a_published(world, process))
    before = await world.rows("SELECT * FROM live.invites")
    assert await world.value("SELECT position FROM live.checkpoint") == 0
    world.project()
    head = await world.drained()
    assert await world.rows("SELECT * FROM live.invites") == before
    assert await world.value("SELECT position FROM live.checkpoint") == head


async def test_a_database_from_before_is_filled_from_the_log(
    world: World, process: Process, empty_database_url: str
) -> None:
    seat = await a_seat(world, process, await a_published(world, process))
    for sequence in range(1, 20):
        await process.execute(save(seat, sequence))
    await world.drained()
    await migrate(database_settings(empty_database_url), bytes)
    async with a_world(empty_database_url, world.log) as other:
        other.project()
        await other.drained()
        for table in ("employers", "assessments", "versions", "candidates", "invites", "sittings", "saved_answers"):
            query = f"SELECT * FROM live.{table} ORDER BY 1, 2"
            assert await other.rows(query) == await world.rows(query)
        keys = "SELECT key, fingerprint, first, last FROM live.command_keys ORDER BY 1"
        assert await other.rows(keys) == await world.rows(keys)


@pytest.mark.parametrize("bad", [BAD, NEWER], ids=["does not fit", "newer version"])
async def test_an_event_that_cant_be_applied_parks_it_and_others_go_on(world: World, bad: NewEvent) -> None:
    process = await world.process(projection_wait_seconds=0.2, command_attempts=2)
    world.project(parked_seconds=0.05)
    first = await process.execute(create_employer(new_id()))
    appended = await world.log.append([bad])

    async def parked() -> bool:
        last = await report(world)
        return last is not None and last.report.parked_position == appended.first

    await until(parked)
    assert await world.value("SELECT position FROM live.checkpoint") == first.last
    executed = await process.execute(create_employer(new_id()))
    assert executed.last == appended.last + 1
    assert await world.value("SELECT count(*) FROM live.employers") == 2
    last = await report(world)
    assert last is not None
    assert last.report.state == "parked"
    event = (await world.log.read(after=appended.first - 1, limit=1)).events[0]
    assert event.id in last.report.detail


async def test_a_parked_projector_goes_on_when_the_database_is_mended(world: World, process: Process) -> None:
    await world.stop_projector()
    await world.side.execute("ALTER TABLE live.employers ADD CONSTRAINT nobody CHECK (name = '')")
    world.project(parked_seconds=0.05)
    fact = EmployerCreated(employer_id=new_id(), name="x", active_limit=1, api_key_sha256=digest("k"), at=NOW)
    await world.log.append([NewEvent(data=msgspec.Raw(encode_data(fact)), type="employer.created")])

    async def parked() -> bool:
        last = await report(world)
        return last is not None and "nobody" in last.report.detail

    await until(parked)
    await world.side.execute("ALTER TABLE live.employers DROP CONSTRAINT nobody")
    assert await world.drained() == 1
    assert await world.value("SELECT count(*) FROM live.employers") == 1


async def test_a_killed_backend_costs_nothing(world: World, process: Process) -> None:
    seat = await a_seat(world, process, await a_published(world, process))
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'assessment projector'"
    )
    for sequence in range(1, 30):
        await process.execute(save(seat, sequence))
        if sequence % 5 == 0:
            await world.side.execute(kill)
    await world.drained()
    assert await world.value("SELECT sequence FROM live.saved_answers") == 29


async def test_another_log_is_refused(world: World, process: Process) -> None:
    await process.execute(create_employer(new_id()))
    await world.drained()
    await world.stop_projector()
    world.store = MemoryEventStore()
    with pytest.raises(ForeignLog):
        await world.project()
    world.projector = None
    other = await world.process(store=world.store)
    with pytest.raises(LogUnavailable, match="not the log"):
        await other.execute(create_employer(new_id()))


async def test_a_log_that_was_set_back_is_refused(world: World, process: Process) -> None:
    await process.execute(create_employer(new_id()))
    await world.drained()
    await world.stop_projector()
    world.store = MemoryEventStore(log_id=world.log.log_id)
    with pytest.raises(LogBehind):
        await world.project()
    await world.store.append([NewEvent(data=msgspec.Raw(b"1"))])
    with pytest.raises(ForeignLog):
        await world.project()
    other = await world.process(store=world.store)
    with pytest.raises(LogUnavailable, match="another past"):
        await other.execute(create_employer(new_id()))
    world.projector = None


async def test_old_keys_are_forgotten_below_the_checkpoint_only(world: World, process: Process) -> None:
    for _ in range(3):
        await process.execute(create_employer(new_id()))
    await world.drained()
    await world.stop_projector()
    await world.side.execute("UPDATE live.command_keys SET applied_at = now() - interval '24 hours 1 second'")
    await world.side.execute("UPDATE live.checkpoint SET position = 2")
    await world.side.execute("UPDATE live.command_keys SET applied_at = now() - interval '23 hours' WHERE first = 2")
    async with world.connection() as connection:
        assert await prune_keys(connection) == 2
    assert await world.rows("SELECT first FROM live.command_keys") == [(3,)]


async def test_young_keys_stay(world: World, process: Process) -> None:
    await process.execute(create_employer(new_id()))
    await world.drained()
    await world.side.execute("UPDATE live.command_keys SET applied_at = now() - interval '23 hours 59 minutes'")
    async with world.connection() as connection:
        assert await prune_keys(connection) == 0


async def test_two_projectors_apply_each_append_once(world: World, process: Process) -> None:
    first = world.projector
    assert first is not None
    second = world.project()
    seat = await a_seat(world, process, await a_published(world, process))
    for sequence in range(1, 40):
        await process.execute(save(seat, sequence), str(uuid.uuid4()))
    await world.drained()
    assert not first.done()
    assert not second.done()
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    assert await world.value("SELECT count(*) FROM live.command_keys") == (await world.log.head()).position - 2
