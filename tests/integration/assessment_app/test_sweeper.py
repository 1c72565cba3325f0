"""What was saved is submitted when time is up: once, whoever comes first, and also after a sweeper was killed."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assessment.app.commands import Refused
from assessment.app.interruption import Point
from assessment.app.sweeper import PAGE_SITTINGS, Sweeper, sweep
from assessment.domain.commands import RevokeInvite, Seat
from assessment.domain.decision import Reason
from assessment.read_models.queries_due import START, due_sittings, waiting
from contracts.events import SittingSubmitted
from tests.integration.assessment_app.orders import (
    a_published,
    a_seat,
    close,
    invite_order,
    issue_invites,
    new_id,
    save,
    seat_of,
    start,
    submit,
)
from tests.integration.assessment_app.test_crashes import Crashed, crash
from tests.integration.assessment_app.world import NOW, Process, World, at

LIMIT = {"time_limit_seconds": 600, "grace_seconds": 30}
CLOSED = NOW + timedelta(seconds=630)
LATER = CLOSED + timedelta(milliseconds=1)
MADE = "SELECT cause, points_milli FROM live.submissions"


def sweeper(world: World, process: Process, now: datetime = LATER) -> Sweeper:
    return Sweeper(world.side, process.commands, lambda: now, pause_seconds=0.01)


async def a_sitting(world: World, process: Process) -> Seat:
    """Started, with one right answer saved."""
    seat = await a_seat(world, process, await a_published(world, process, **LIMIT))
    await process.execute(start(seat))
    await process.execute(save(seat, 1))
    return seat


async def test_what_was_saved_is_submitted_after_the_grace(world: World, process: Process) -> None:
    seat = await a_sitting(world, process)
    assert await sweeper(world, process, CLOSED).round() == {}
    assert await sweeper(world, process).round() == {"submitted": 1}
    assert await world.rows(MADE) == [("sweeper", 1000)]
    assert await sweeper(world, process).round() == {}
    with pytest.raises(Refused) as refused:
        await process.execute(submit(seat))
    assert refused.value.refusal.reason is Reason.ALREADY_SUBMITTED


async def test_a_sitting_without_a_limit_or_already_submitted_is_left_alone(world: World, process: Process) -> None:
    unlimited = await a_seat(world, process, await a_published(world, process))
    await process.execute(start(unlimited))
    await process.execute(submit(await a_sitting(world, process)))
    assert await sweeper(world, process).round() == {}
    assert await world.rows(MADE) == [("candidate", 1000)]


async def test_closing_expiry_and_revocation_keep_nobody_from_being_swept(world: World, process: Process) -> None:
    published = await a_published(world, process, **LIMIT)
    key = new_id()
    order = replace(
        invite_order(world, published.employer_id, "x@example.org", key), expires_at=NOW + timedelta(seconds=60)
    )
    invited = issue_invites(world, published.employer_id, published.assessment_id, key)
    await process.execute(replace(invited, orders=(order,)), key)
    expired = seat_of(world, published.employer_id, published.assessment_id, key, "x@example.org")
    revoked = await a_seat(world, process, published)
    for seat in (expired, revoked):
        await process.execute(start(seat))
        await process.execute(save(seat, 1))
    await process.execute(RevokeInvite(revoked.employer_id, revoked.assessment_id, revoked.invite_id, NOW))
    await process.execute(close(published.employer_id, published.assessment_id))
    with pytest.raises(Refused) as refused:
        await process.execute(save(revoked, 2))
    assert refused.value.refusal.reason is Reason.INVITE_INVALID
    assert await sweeper(world, process).round() == {"submitted": 2}
    assert await world.rows(MADE) == [("sweeper", 1000)] * 2


async def test_sweepers_and_candidates_at_once_make_one_submission_each(world: World, process: Process) -> None:
    other = await world.process()
    published = await a_published(world, process, **LIMIT)
    seats = [await a_seat(world, process, published, f"{number}@example.org") for number in range(6)]
    for seat in seats:
        await process.execute(start(seat))
        await process.execute(save(seat, 1))
    orders = [submit(seat) for seat in seats for _ in range(3)]
    sweeps = [sweeper(world, one).round() for one in (process, other, process, other)]
    answers = await asyncio.gather(
        *sweeps, *((process, other)[n % 2].execute(order) for n, order in enumerate(orders)), return_exceptions=True
    )
    swept: Counter[str] = Counter()
    for one in answers[:4]:
        assert isinstance(one, Counter)
        swept += one
    told = answers[4:]
    taken = [one for one in told if not isinstance(one, BaseException)]
    reasons = {one.refusal.reason for one in told if isinstance(one, Refused)}
    assert reasons <= {Reason.ALREADY_SUBMITTED}
    assert {type(one) for one in told if isinstance(one, BaseException)} <= {Refused}
    assert swept["failed"] == 0
    assert len(taken) + swept["submitted"] == len(seats)
    facts = (await world.log.read(types=["sitting.submitted"])).events
    assert len(facts) == len(seats) == await world.value("SELECT count(*) FROM live.submissions")


@pytest.mark.parametrize("point", list(Point))
async def test_a_killed_sweeper_is_gone_on_from(world: World, process: Process, point: Point) -> None:
    await a_sitting(world, process)
    dying = await world.process(interrupt=at(point, crash))
    (due,) = await due_sittings(world.side, LATER, START, 10)
    envelope, command = sweep(due, LATER)
    with pytest.raises(Crashed):
        await dying.commands.execute(envelope, command)
    await sweeper(world, process, LATER + timedelta(seconds=1)).round()
    await world.drained()
    assert await world.rows(MADE) == [("sweeper", 1000)]
    assert len((await world.log.read(types=["sitting.submitted"])).events) == 1


async def test_what_one_sitting_fails_by_does_not_hold_up_the_others(world: World, process: Process) -> None:
    broken, whole = await a_sitting(world, process), await a_sitting(world, process)
    damage = "UPDATE live.saved_answers SET sealed_answer = 'gcm1.AAAA' WHERE sitting_id = $1"
    await world.side.execute(damage, broken.sitting_id)
    for _ in range(2):  # and it is tried again
        outcomes = await sweeper(world, process).round()
        assert outcomes["failed"] == 1
    assert await world.rows("SELECT sitting_id, cause FROM live.submissions") == [(whole.sitting_id, "sweeper")]
    late = await waiting(world.side, LATER + timedelta(seconds=90))
    assert (late.sittings, late.seconds) == (1, 90.001)


async def test_a_round_goes_on_where_a_page_ends(world: World, process: Process) -> None:
    seat = await a_sitting(world, process)
    more = PAGE_SITTINGS + 1
    copy = """
        INSERT INTO live.candidates SELECT gen_random_uuid(), employer_id, sealed_details, created_at, position
        FROM live.candidates, generate_series(1, $1);
    """
    await world.side.execute(copy, more)
    columns = await world.value(
        """SELECT string_agg(CASE column_name WHEN 'id' THEN 'gen_random_uuid()' WHEN 'candidate_id' THEN 'c.id'
        ELSE 's.' || column_name END, ', ' ORDER BY ordinal_position)
        FROM information_schema.columns WHERE table_schema = 'live' AND table_name = 'sittings'"""
    )
    fill = f"INSERT INTO live.sittings SELECT {columns} FROM live.sittings s, live.candidates c WHERE c.id <> $1"
    await world.side.execute(fill, seat.candidate_id)
    first = await due_sittings(world.side, LATER, START, PAGE_SITTINGS)
    second = await due_sittings(world.side, LATER, first[-1].place, PAGE_SITTINGS)
    assert (len(first), len(second)) == (PAGE_SITTINGS, more + 1 - PAGE_SITTINGS)
    assert not {one.seat for one in first} & {one.seat for one in second}
    assert (await waiting(world.side, LATER)).sittings == more + 1


async def test_the_due_ones_are_found_by_their_index(world: World, process: Process) -> None:
    await a_sitting(world, process)
    async with world.connection() as connection:
        await connection.execute("SET enable_seqscan = off; SET enable_sort = off")
        rows = await connection.fetch(
            """EXPLAIN SELECT id FROM live.sittings WHERE state = 'started' AND closes_at < now()
            ORDER BY closes_at, id LIMIT 100"""
        )
    assert any("sittings_due" in row[0] for row in rows)


async def test_a_control_two_keys_for_one_attempt_are_kept_apart_by_the_row(world: World, process: Process) -> None:
    """Even sweepers that are strangers to one another make one submission."""
    await a_sitting(world, process)
    (due,) = await due_sittings(world.side, LATER, START, 10)
    _, command = sweep(due, LATER)
    answers = await asyncio.gather(
        *(process.execute(replace(command, submission_id=new_id())) for _ in range(5)), return_exceptions=True
    )
    done = [one for one in answers if not isinstance(one, BaseException)]
    assert len(done) == 1
    assert isinstance(done[0].facts[0], SittingSubmitted)
