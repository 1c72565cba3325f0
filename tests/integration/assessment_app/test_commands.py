"""What commands answer, the first time, again, and when others were faster."""

import asyncio
import uuid

import pytest

from assessment.app.commands import KeyReused, Refused
from assessment.domain.decision import Reason
from contracts.events import AssessmentPublished, SittingSubmitted
from tests.integration.assessment_app.orders import (
    a_draft,
    a_published,
    a_seat,
    close,
    create_employer,
    issue_invites,
    new_id,
    publish,
    save,
    start,
    submit,
)
from tests.integration.assessment_app.world import Process, World


async def test_the_whole_way_from_employer_to_result(world: World, process: Process) -> None:
    published = await a_published(world, process)
    seat = await a_seat(world, process, published)
    await process.execute(start(seat))
    await process.execute(save(seat, 1, "coffee"))
    await process.execute(save(seat, 2, " TEA "))
    receipt = await process.execute(submit(seat))
    fact = receipt.facts[-1]
    assert isinstance(fact, SittingSubmitted)
    assert (fact.points_milli, fact.max_points_milli) == (1000, 2000)
    assert await world.rows("SELECT points_milli, voided_at FROM live.submissions") == [(1000, None)]
    assert await world.value("SELECT position FROM live.sittings") == receipt.last
    assert await world.drained() == receipt.last


async def test_a_retry_answers_with_the_same_facts_and_records_nothing(world: World, process: Process) -> None:
    employer_id, key = new_id(), new_id()
    first = await process.execute(create_employer(employer_id), key, "f" * 64)
    again = await process.execute(create_employer(employer_id), key, "f" * 64)
    assert (again.facts, again.first, again.last, again.replayed) == (first.facts, first.first, first.last, True)
    assert (await world.log.head()).position == 1


async def test_a_key_stands_for_one_request(world: World, process: Process) -> None:
    key = new_id()
    await process.execute(create_employer(new_id()), key, "a" * 64)
    with pytest.raises(KeyReused):
        await process.execute(create_employer(new_id()), key, "b" * 64)
    assert (await world.log.head()).position == 1


async def test_a_refusal_leaves_nothing_and_its_key_free(world: World, process: Process) -> None:
    employer_id, key = new_id(), new_id()
    await process.execute(create_employer(employer_id, 0))
    assessment_id = await a_draft(process, employer_id)
    head = (await world.log.head()).position
    with pytest.raises(Refused) as refused:
        await process.execute(publish(world, employer_id, assessment_id), key)
    assert refused.value.refusal.reason is Reason.ACTIVE_LIMIT_REACHED
    assert (await world.log.head()).position == head
    assert await world.value("SELECT count(*) FROM live.command_keys WHERE key = $1", key) == 0


async def test_of_fifty_publishes_at_two_active_one_becomes_the_third(world: World, process: Process) -> None:
    other = await world.process()
    employer_id = new_id()
    await process.execute(create_employer(employer_id))
    drafts = [await a_draft(process, employer_id) for _ in range(10)]
    for assessment_id in drafts[:2]:
        await process.execute(publish(world, employer_id, assessment_id))
    orders = [publish(world, employer_id, drafts[2 + number % 8]) for number in range(50)]
    answers = await asyncio.gather(
        *((process, other)[number % 2].execute(order) for number, order in enumerate(orders)), return_exceptions=True
    )
    done = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(done) == 1
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {Refused}
    assert await world.value("SELECT active_count FROM live.employers") == 3
    page = await world.log.read(types=["assessment.published"])
    assert len(page.events) == 3


async def test_closing_frees_a_place(world: World, process: Process) -> None:
    published = await a_published(world, process, active_limit=1)
    another = await a_draft(process, published.employer_id)
    with pytest.raises(Refused):
        await process.execute(publish(world, published.employer_id, another))
    await process.execute(close(published.employer_id, published.assessment_id))
    executed = await process.execute(publish(world, published.employer_id, another))
    assert isinstance(executed.facts[0], AssessmentPublished)


async def test_fifty_submits_with_keys_of_their_own_make_one_submission(world: World, process: Process) -> None:
    other = await world.process()
    seat = await a_seat(world, process, await a_published(world, process))
    await process.execute(start(seat))
    answers = await asyncio.gather(
        *((process, other)[number % 2].execute(submit(seat)) for number in range(50)), return_exceptions=True
    )
    refusals = [answer.refusal.reason for answer in answers if isinstance(answer, Refused)]
    assert refusals == [Reason.ALREADY_SUBMITTED] * 49
    assert await world.value("SELECT count(*) FROM live.submissions") == 1


async def test_fifty_submits_with_one_key_get_one_receipt(world: World, process: Process) -> None:
    other = await world.process()
    seat = await a_seat(world, process, await a_published(world, process))
    await process.execute(start(seat))
    key = new_id()
    order = submit(seat, str(uuid.uuid5(uuid.UUID(key), "submission")))
    answers = await asyncio.gather(
        *((process, other)[number % 2].execute(order, key, "c" * 64) for number in range(50))
    )
    assert len({(answer.facts, answer.first, answer.last) for answer in answers}) == 1
    assert await world.value("SELECT count(*) FROM live.submissions") == 1


async def test_many_invites_at_once_are_fenced_by_one_item_for_each_kind(world: World, process: Process) -> None:
    published = await a_published(world, process)
    emails = [f"candidate-{number}@example.org" for number in range(100)]
    key = new_id()
    order = issue_invites(world, published.employer_id, published.assessment_id, key, *emails)
    executed = await process.execute(order, key)
    assert len(executed.facts) == 200
    assert await world.value("SELECT count(*) FROM live.invites WHERE position = $1", executed.last) == 100


async def test_an_answer_that_stands_already_records_nothing(world: World, process: Process) -> None:
    seat = await a_seat(world, process, await a_published(world, process))
    first = await process.execute(save(seat, 5))
    again = await process.execute(save(seat, 4, "other"))
    assert (again.recorded, again.last) == (False, first.last)
    assert (await world.log.head()).position == first.last
