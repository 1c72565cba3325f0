"""Links that open by a mailed code only: what waits for it, how often it may be guessed and asked for, and how long."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from assessment.domain.commands import ResendInvite, RevokeInvite, VoidSubmission
from assessment.http.operations import OPERATION
from assessment.http.routes import RESOURCES
from contracts.assessment.limits import CODE_MINUTES, MAX_CODE_GUESSES, MAX_CODES_PER_HOUR
from tests.integration.assessment_app.clocked import Clocked, clocked
from tests.integration.assessment_app.orders import Published, a_published, digest, new_id, start, submit
from tests.integration.assessment_app.proving import (
    MICROSECOND,
    a_link,
    another,
    code_for,
    codes_mailed,
)
from tests.integration.assessment_app.world import NOW, Process, World

HOUR = timedelta(hours=1)
GUESSES = "SELECT wrong_guesses FROM vault.address_codes"


@pytest.fixture
async def service(world: World, process: Process) -> AsyncIterator[Clocked]:
    async with clocked(world, process, mails=True) as made:
        yield made


@pytest.fixture
async def published(world: World, process: Process) -> Published:
    return await a_published(world, process)


async def facts(world: World, *types: str) -> int:
    return len((await world.store.read(types=types)).events)


async def test_everything_of_a_candidate_waits_for_the_code_and_then_goes_on(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    waiting = [
        (method, path.replace("{question_id:str}", new_id()).removeprefix("/v1/take"))
        for handler in RESOURCES
        for path in handler.paths
        for method in handler.http_methods
        if handler.opt[OPERATION].actor == "candidate" and not handler.opt[OPERATION].proves
    ]
    assert len(waiting) >= 5
    for method, path in waiting:
        reply = await link.ask(method, path, Idempotency_Key=new_id())
        assert (reply.status, reply.problem) == (403, "code-required"), path
    assert "Knots" not in str((await link.ask("GET", "")).json)
    code = await code_for(world, process, service, link)
    entered = await link.enter(code)
    assert (entered.status, entered.json["token"]) == (200, link.token)
    assert (await link.ask("GET", "")).json["state"] == "ready"
    assert (await link.ask("POST", "/start")).status == 200
    assert await facts(world, "invite.verified") == 1


async def test_entering_again_changes_nothing_whatever_is_entered(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    code = await code_for(world, process, service, link)
    first = await link.enter(code, Idempotency_Key="k")
    for again in (await link.enter(code, Idempotency_Key="k"), await link.enter(another(code))):
        assert (again.status, again.json) == (200, first.json)
    assert await facts(world, "invite.verified") == 1
    assert (await link.code()).problem == "conflict"
    plain = await a_link(world, process, service, published, "bo@example.org", verify_email=False)
    assert (await plain.code()).problem == "conflict"
    assert (await plain.enter("000000")).json["token"] == plain.token
    assert await facts(world, "invite.verified") == 1


@pytest.mark.parametrize("wrong", [MAX_CODE_GUESSES - 1, MAX_CODE_GUESSES, MAX_CODE_GUESSES + 1])
async def test_a_code_bears_so_many_wrong_guesses(
    world: World, process: Process, service: Clocked, published: Published, wrong: int
) -> None:
    link = await a_link(world, process, service, published)
    code = await code_for(world, process, service, link)
    left = []
    for number in range(wrong):
        reply = await link.enter(another(code, number + 1))
        assert (reply.status, reply.problem) == (422, "code-refused")
        left.append(reply.json["guesses_left"])
    assert left == [max(0, MAX_CODE_GUESSES - number - 1) for number in range(wrong)]
    right = await link.enter(code)
    assert right.status == (200 if wrong < MAX_CODE_GUESSES else 422)
    if right.status == 422:
        assert right.json["guesses_left"] == 0
        assert (await link.enter(await code_for(world, process, service, link))).status == 200


async def test_of_many_guesses_at_once_no_more_than_the_limit_are_looked_at(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    code = await code_for(world, process, service, link)
    replies = await asyncio.gather(*(link.enter(another(code, number)) for number in range(1, 4 * MAX_CODE_GUESSES)))
    left = Counter(reply.json["guesses_left"] for reply in replies)
    assert {number: count for number, count in left.items() if number} == dict.fromkeys(range(1, MAX_CODE_GUESSES), 1)
    assert await world.value(GUESSES) == MAX_CODE_GUESSES
    assert (await link.enter(code)).json["guesses_left"] == 0


async def test_right_guesses_at_once_are_one_proof_and_cost_nothing(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    code = await code_for(world, process, service, link)
    replies = await asyncio.gather(*(link.enter(code) for _ in range(MAX_CODE_GUESSES)))
    assert {reply.status for reply in replies} == {200}
    assert await facts(world, "invite.verified") == 1
    assert await world.value(GUESSES) == 0


@pytest.mark.parametrize(
    ("after", "status"), [(-MICROSECOND, 200), (timedelta(0), 422), (MICROSECOND, 422)], ids=["before", "at", "after"]
)
async def test_a_code_ends_at_its_time(
    world: World, process: Process, service: Clocked, published: Published, after: timedelta, status: int
) -> None:
    link = await a_link(world, process, service, published)
    expires_at = datetime.fromisoformat((await link.code()).json["expires_at"])
    assert expires_at == NOW + timedelta(minutes=CODE_MINUTES)
    ((_, code),) = await codes_mailed(world, process, service)
    service.now = expires_at + after
    assert (await link.enter(code)).status == status


async def test_so_many_codes_are_mailed_in_any_hour(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    for number in range(MAX_CODES_PER_HOUR):
        service.now = NOW + number * timedelta(minutes=1)
        assert (await link.code()).status == 200, number
    refused = await link.code()
    wait = HOUR - (MAX_CODES_PER_HOUR - 1) * timedelta(minutes=1)
    assert (refused.status, refused.problem) == (429, "too-many-requests")
    assert refused.headers["Retry-After"] == str(int(wait.total_seconds()))
    service.now = NOW + HOUR - MICROSECOND
    assert (await link.code()).status == 429
    service.now = NOW + HOUR
    assert (await link.code()).status == 200
    assert (await link.code()).status == 429  # the second one of that hour is still in it
    other = await a_link(world, process, service, published, "bo@example.org")
    assert (await other.code()).status == 200


async def test_of_many_asked_for_at_once_no_more_than_the_limit_are_mailed(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    replies = await asyncio.gather(*(link.code() for _ in range(3 * MAX_CODES_PER_HOUR)))
    statuses = Counter(reply.status for reply in replies)
    assert statuses == {200: MAX_CODES_PER_HOUR, 429: 2 * MAX_CODES_PER_HOUR}
    assert await world.value("SELECT count(*) FROM vault.outgoing_mail WHERE kind = 'code'") == MAX_CODES_PER_HOUR
    ((_, code),) = await codes_mailed(world, process, service)  # the others count no longer, and are not sent
    assert (await link.enter(code)).status == 200


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("address_codes SET wrong_guesses = 6", "address_codes_guesses_in_range"),
        ("code_budgets SET mailed_at = array_fill(now(), ARRAY[6])", "code_budgets_within_hour"),
    ],
)
async def test_the_database_has_the_last_word(
    world: World, process: Process, service: Clocked, published: Published, change: str, name: str
) -> None:
    link = await a_link(world, process, service, published)
    assert (await link.code()).status == 200
    with pytest.raises(Exception, match=name):
        await world.side.execute(f"UPDATE vault.{change}")


async def test_a_retry_is_told_what_counts_and_mails_nothing_again(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    first = await link.code(Idempotency_Key="k")
    service.now = NOW + timedelta(minutes=1)
    assert (await link.code(Idempotency_Key="k")).json == first.json
    newer = await link.code(Idempotency_Key="other")
    assert (await link.code(Idempotency_Key="k")).json == newer.json
    ((_, code),) = await codes_mailed(world, process, service)
    assert (await link.enter(code)).status == 200


async def test_a_link_that_is_sent_again_is_proved_again_and_a_revoked_one_is_none(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    assert (await link.enter(await code_for(world, process, service, link))).status == 200
    at = (published.employer_id, published.assessment_id, link.opened.invite_id)
    await process.execute(ResendInvite(*at, {2: digest("second")}, NOW))
    assert (await link.code()).problem == "unauthorized"
    second = type(link)(service, "second", link.seat)
    assert (await second.ask("GET", "")).problem == "code-required"
    assert (await second.enter(await code_for(world, process, service, second))).status == 200
    assert (await second.ask("GET", "")).status == 200
    await process.execute(RevokeInvite(*at, NOW))
    for reply in (await second.ask("GET", ""), await second.code(), await second.enter("000000")):
        assert (reply.status, reply.problem) == (401, "unauthorized")


async def test_a_proof_after_a_void_is_no_new_invitation(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    taken = await a_link(world, process, service, published, verify_email=False)
    waiting = await a_link(world, process, service, published)
    submission = new_id()
    await process.execute(start(taken.opened))
    await process.execute(submit(taken.opened, submission))
    await process.execute(
        VoidSubmission(published.employer_id, taken.opened.sitting_id, submission, "A fire alarm", NOW)
    )
    assert (await waiting.enter(await code_for(world, process, service, waiting))).status == 200
    assert (await waiting.ask("GET", "")).json["state"] == "submitted"
    assert (await waiting.ask("POST", "/start")).problem == "already-submitted"


async def test_without_a_mail_server_no_code_can_be_asked_for(
    world: World, process: Process, published: Published
) -> None:
    async with clocked(world, process) as mailless:
        link = await a_link(world, process, mailless, published)
        assert (await link.ask("GET", "")).problem == "code-required"
        assert (await link.code()).problem == "no-mailer"
