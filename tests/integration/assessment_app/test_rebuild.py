"""Rebuilding while traffic goes on: equal tables, a short pause, nothing lost, and a difference that is seen."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest

from assessment.app.interruption import Point
from assessment.domain.commands import Seat
from assessment.projections.progress import Quiet
from assessment.projections.rebuilding import Rebuilder, RebuildRefused
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import OwnConnection
from assessment.read_models.queries_access import key_of_secret
from assessment.read_models.queries_reader import Reader
from contracts.append import NewEvent
from contracts.events import EmployerCreated, encode_data
from eventrail_client.drafts import new_id as new_event_id
from eventrail_client.port import Head
from tests.integration.assessment_app.orders import (
    a_published,
    a_seat,
    create_employer,
    digest,
    new_id,
    save,
    start,
    submit,
)
from tests.integration.assessment_app.world import NOW, Process, World

LIMITS = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}


@pytest.fixture
def rebuilder(world: World) -> Rebuilder:
    async def connected() -> OwnConnection:
        return await connect(world.settings, "rebuild", role=DatabaseRole.OWNER, limits=LIMITS)

    return Rebuilder(connected, world.store, Quiet(), lambda: datetime.now(UTC))


@pytest.fixture
async def seats(world: World, process: Process) -> list[Seat]:
    """Sittings in every state."""
    published = await a_published(world, process)
    found = [await a_seat(world, process, published, f"{number}@example.org") for number in range(4)]
    for seat in found[:3]:
        await process.execute(start(seat))
        await process.execute(save(seat, 1))
    await process.execute(submit(found[0]))
    return found


async def test_a_rebuild_finds_equal_tables_and_swaps(
    world: World, process: Process, seats: list[Seat], rebuilder: Rebuilder
) -> None:
    compared, swapped = await rebuilder.rebuild()
    assert [table.name for table in compared.tables if not table.is_equal] == []
    assert {table.name: table.live.rows for table in compared.tables}["saved_answers"] == 3
    assert swapped is not None
    assert await world.value("SELECT count(*) FROM previous.saved_answers") == 3
    executed = await process.execute(submit(seats[1]))
    assert await world.value("SELECT count(*) FROM live.submissions") == 2
    assert await world.value("SELECT count(*) FROM previous.submissions") == 1
    assert await world.drained() == executed.last


async def test_lookups_find_what_came_after_a_swap(world: World, process: Process, rebuilder: Rebuilder) -> None:
    reader = Reader(process.means.reads_pool)
    for _ in range(2):  # a session that has looked before, too
        employer_id = new_id()
        await process.execute(create_employer(employer_id))
        holder = await key_of_secret(reader, digest(employer_id), NOW)
        assert holder is not None
        assert holder.employer_id == employer_id
        await rebuilder.rebuild()


async def test_a_retry_finds_its_outcome_in_a_rebuilt_generation(
    world: World, process: Process, rebuilder: Rebuilder
) -> None:
    employer_id, key = new_id(), new_id()
    first = await process.execute(create_employer(employer_id), key, "e" * 64)
    await rebuilder.rebuild()
    again = await process.execute(create_employer(employer_id), key, "e" * 64)
    assert (again.facts, again.replayed) == (first.facts, True)
    assert (await world.log.head()).position == 1


async def test_traffic_goes_on_during_rebuilds_and_nothing_is_lost(
    world: World, process: Process, seats: list[Seat], rebuilder: Rebuilder
) -> None:
    async with traffic(process, seats[1:3]) as answered:
        pauses = []
        for _ in range(3):
            compared, swapped = await rebuilder.rebuild()
            assert compared.is_equal
            assert swapped is not None
            pauses.append(swapped.pause_seconds)
    await world.drained()
    assert answered
    print(f"the swaps took {pauses} s")
    stamps = dict(await world.rows("SELECT id, position FROM live.sittings"))
    assert stamps[seats[1].sitting_id] == answered[seats[1].sitting_id]
    assert (await rebuilder.verify()).is_equal


async def test_verify_sees_one_changed_row_and_leaves_the_tables_alone(
    world: World, process: Process, seats: list[Seat], rebuilder: Rebuilder
) -> None:
    assert (await rebuilder.verify()).is_equal
    await world.side.execute("UPDATE live.submissions SET points_milli = points_milli - 1")
    compared = await rebuilder.verify()
    assert [table.name for table in compared.tables if not table.is_equal] == ["submissions"]
    compared, swapped = await rebuilder.rebuild()
    assert (compared.is_equal, swapped) == (False, None)
    assert await world.value("SELECT to_regnamespace('checked') IS NULL AND to_regnamespace('previous') IS NULL")


async def test_rollback_brings_the_previous_tables_back_caught_up(
    world: World, process: Process, seats: list[Seat], rebuilder: Rebuilder
) -> None:
    with pytest.raises(RebuildRefused):
        await rebuilder.rollback()
    await rebuilder.rebuild()
    await world.side.execute("COMMENT ON TABLE live.submissions IS 'the rebuilt one'")
    await process.execute(submit(seats[1]))
    await rebuilder.rollback()
    assert await world.value("SELECT obj_description('previous.submissions'::regclass)") == "the rebuilt one"
    assert await world.value("SELECT count(*) FROM live.submissions") == 2
    await process.execute(submit(seats[2]))
    await world.drained()
    assert (await rebuilder.verify()).is_equal


async def test_one_rebuild_at_a_time(
    world: World, seats: list[Seat], rebuilder: Rebuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, let_go, head = asyncio.Event(), asyncio.Event(), world.log.head

    async def held() -> Head:
        begun.set()
        await let_go.wait()
        return await head()

    monkeypatch.setattr(world.log, "head", held)
    first = asyncio.create_task(rebuilder.verify())
    await begun.wait()
    with pytest.raises(RebuildRefused):
        await rebuilder.verify()
    let_go.set()
    assert (await first).is_equal


async def test_appends_of_others_are_applied_by_both_executors(
    world: World, process: Process, rebuilder: Rebuilder
) -> None:
    employer = EmployerCreated(employer_id=new_id(), name="Foreign", active_limit=1, api_key_sha256=digest("x"), at=NOW)
    foreign = NewEvent(
        data=msgspec.Raw(encode_data(employer)), type="employer.created", tags=(f"employer:{employer.employer_id}",)
    )
    hello = NewEvent(data=msgspec.Raw(b'{"hello":"\xf0\x9f\x8c\x8d"}'), id=new_event_id())
    await world.log.append([foreign])
    await world.log.append([hello])
    await world.drained()
    assert await world.value("SELECT position FROM live.employers WHERE name = 'Foreign'") == 1
    assert await world.rows("SELECT key, fingerprint, first, last FROM live.command_keys WHERE first = 2") == [
        (hello.id, None, 2, 2)
    ]
    assert (await rebuilder.verify()).is_equal


@contextlib.asynccontextmanager
async def traffic(process: Process, seats: list[Seat]) -> AsyncIterator[dict[str, int]]:
    """Candidates who save without a pause; the position of each one's last answered save."""
    answered: dict[str, int] = {}
    stop = asyncio.Event()

    async def saving(seat: Seat) -> None:
        sequence = 1
        while not stop.is_set():
            sequence += 1
            executed = await process.execute(save(seat, sequence, f"answer {sequence}"), str(uuid.uuid4()))
            answered[seat.sitting_id] = executed.last

    tasks = [asyncio.create_task(saving(seat)) for seat in seats]
    try:
        yield answered
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_a_command_that_hangs_is_not_waited_for_at_the_cost_of_others(
    world: World, process: Process, seats: list[Seat], rebuilder: Rebuilder
) -> None:
    """New commands queue behind the swap's lock: it lets go and tries again until the one that hangs has ended."""
    held, let_go = asyncio.Event(), asyncio.Event()

    async def hang(point: Point) -> None:
        if point is Point.LOCKED:
            held.set()
            await let_go.wait()

    hanging = await world.process(interrupt=hang)
    stuck = asyncio.create_task(hanging.execute(save(seats[1], 9)))
    await held.wait()
    verifying = asyncio.create_task(rebuilder.verify())
    for sequence in range(10, 30):
        await process.execute(save(seats[2], sequence))
        await asyncio.sleep(0.05)
    let_go.set()
    await stuck
    assert (await verifying).is_equal
