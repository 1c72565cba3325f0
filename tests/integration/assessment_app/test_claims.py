"""Addresses that are typed on public links: answered alike, proved by a mailed code, and led to what is theirs."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from assessment.app.secrets import digest
from assessment.domain.commands import Close, ResendInvite, RevokeInvite, VoidSubmission
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.queries_codes import KEPT, prune_codes
from contracts.assessment.limits import CLAIM_MINUTES, MAX_CODES_PER_HOUR
from tests.integration.assessment_app.clocked import Clocked, Reply, clocked
from tests.integration.assessment_app.orders import Published, a_published, new_id, save, start, submit
from tests.integration.assessment_app.proving import (
    MICROSECOND,
    Link,
    a_link,
    another,
    ask_proof,
    claimed,
    code_for,
    codes_mailed,
    join,
)
from tests.integration.assessment_app.world import NOW, Process, World

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
KNOWN = "grace@example.org"
JOINED = "SELECT joined FROM live.public_links WHERE id = $1"
CANDIDATES = "SELECT count(*) FROM live.candidates"


@pytest.fixture
async def service(world: World, process: Process) -> AsyncIterator[Clocked]:
    async with clocked(world, process, mails=True) as made:
        yield made


@pytest.fixture
async def published(world: World, process: Process) -> Published:
    return await a_published(world, process)


def shown(reply: Reply) -> Any:
    """An answer with what is each one's own masked."""
    headers = {name: value for name, value in reply.headers.items() if name not in ("x-request-id", "date")}
    return reply.status, headers, TOKEN.sub("(token)", str(reply.json))


async def code_of_claim(world: World, process: Process, service: Clocked) -> str:
    ((_, code),) = await codes_mailed(world, process, service)
    return code


async def test_whoever_proves_a_known_address_goes_on_where_it_was_left(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    own = await a_link(world, process, service, published, KNOWN, verify_email=False)
    await process.execute(start(own.opened))
    await process.execute(save(own.opened, 1))
    claim = await claimed(world, service, published, f" {KNOWN.upper()} ")
    assert claim.token != own.token
    assert TOKEN.fullmatch(claim.token)
    assert (await claim.ask("GET", "")).problem == "code-required"
    code = await code_of_claim(world, process, service)
    assert (await claim.enter(another(code))).json["guesses_left"] > 0
    entered = await claim.enter(code)
    assert (entered.status, entered.json["token"]) == (200, own.token)
    page = (await Link(service, entered.json["token"]).ask("GET", "")).json
    assert (page["state"], [one["sequence"] for one in page["questions"]].count(1)) == ("started", 1)
    assert (await claim.enter(code)).json == entered.json
    assert (await claim.ask("GET", "")).problem == "code-required"  # the claim itself opens nothing, ever
    assert await world.value(JOINED, published.assessment_id) == 0
    assert len(await world.rows("SELECT id FROM live.invites")) == 1


async def test_where_everybody_is_asked_for_a_proof_no_answer_tells_who_is_known(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await a_link(world, process, service, published, KNOWN, verify_email=False)
    await a_link(world, process, service, await a_published(world, process), "elsewhere@example.org")
    await ask_proof(process, published)
    erased = await a_link(world, process, service, published, "erased@example.org", verify_email=False)
    await world.side.execute(
        "UPDATE vault.candidate_keys SET key = NULL WHERE candidate_id = $1", erased.opened.candidate_id
    )
    # What is told beside each answer is how far the tables are.
    assert await process.commands.watch.reached((await world.log.head()).position, 10)
    ways = []
    for email in (KNOWN, "erased@example.org", "new@example.org", "elsewhere@example.org"):
        first = await join(world, service, published, email)
        link = Link(service, first.json["token"])
        replies = [first, await link.ask("GET", ""), await link.ask("POST", "/start"), await link.enter("12345")]
        replies += [await link.code(), await link.enter("x"), await link.ask("GET", "/heartbeat")]
        replies += [await join(world, service, published, email) for _ in range(MAX_CODES_PER_HOUR - 1)]
        ways.append([shown(reply) for reply in replies])
    assert ways[0][0][0] == 201
    assert ways[0][-1][0] == 429
    assert all(way == ways[0] for way in ways)


async def test_control_where_newcomers_come_in_at_once_the_same_look_tells_them_apart(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await a_link(world, process, service, published, KNOWN, verify_email=False)
    known, new = [await join(world, service, published, email) for email in (KNOWN, "new@example.org")]
    pages = [await Link(service, reply.json["token"]).ask("GET", "") for reply in (known, new)]
    assert known.status == new.status == 201
    assert shown(pages[0]) != shown(pages[1])


async def test_no_command_and_no_row_of_a_candidate_is_looked_at_before_the_proof(
    world: World, process: Process, service: Clocked, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask_proof(process, published)
    head = (await world.log.head()).position
    keys = await world.value("SELECT count(*) FROM vault.candidate_keys")

    async def none(*_: Any) -> None:
        raise AssertionError("a claim needs no command")

    with monkeypatch.context() as patched:
        patched.setattr(type(process.commands), "execute", none)
        await claimed(world, service, published, "new@example.org")
    assert (await world.log.head()).position == head
    assert await world.value("SELECT count(*) FROM vault.candidate_keys") == keys
    assert await world.value(CANDIDATES) == 0


async def test_whoever_is_new_is_recorded_by_the_proof_and_takes_a_place_then(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published, max_joins=1)
    first = await claimed(world, service, published, "ann@example.org")
    code = await code_of_claim(world, process, service)
    second = await claimed(world, service, published, "bob@example.org")
    other = await code_of_claim(world, process, service)
    assert await world.value(JOINED, published.assessment_id) == 0
    entered = await first.enter(code)
    assert (await Link(service, entered.json["token"]).ask("POST", "/start")).status == 200
    assert (await first.enter(code)).json == entered.json
    assert await world.value(JOINED, published.assessment_id) == 1
    assert await world.value(CANDIDATES) == 1
    assert (await second.enter(other)).problem == "link-full"
    back = await claimed(world, service, published, "ANN@example.org")  # who is in comes back, however full it is
    assert (await back.enter(await code_of_claim(world, process, service))).json["token"] == entered.json["token"]
    await process.execute(Close(published.employer_id, published.assessment_id, None, NOW))
    assert (await join(world, service, published, "cat@example.org")).problem == "not-published"


async def test_a_strangers_claim_is_not_opened_by_the_code_of_another_and_changes_nobody(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    own = await a_link(world, process, service, published, KNOWN, verify_email=False)
    details = await world.value("SELECT sealed_details FROM live.candidates")
    stranger = await claimed(world, service, published, KNOWN)
    code = await code_of_claim(world, process, service)
    owner = await claimed(world, service, published, KNOWN)
    assert owner.token != stranger.token
    own_code = await code_of_claim(world, process, service)
    if own_code != code:
        assert (await stranger.enter(own_code)).problem == "code-refused"
    assert (await owner.enter(own_code)).json["token"] == own.token
    assert (await stranger.ask("GET", "")).problem == "code-required"
    assert await world.value("SELECT sealed_details FROM live.candidates") == details


async def test_both_of_two_proofs_at_once_come_to_one_invite(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published)
    claims, codes = [], []
    for _ in range(3):
        claims.append(await claimed(world, service, published, "ann@example.org"))
        codes.append(await code_of_claim(world, process, service))
    replies = await asyncio.gather(*(claim.enter(code) for claim, code in zip(claims, codes, strict=True)))
    assert [reply.status for reply in replies] == [200] * 3
    assert len({reply.json["token"] for reply in replies}) == 1
    assert await world.value(JOINED, published.assessment_id) == 1


async def test_nobody_comes_back_to_what_was_taken_from_them(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    own = await a_link(world, process, service, published, KNOWN, verify_email=False)
    at = (published.employer_id, published.assessment_id, own.opened.invite_id)
    submission = new_id()
    await process.execute(start(own.opened))
    await process.execute(submit(own.opened, submission))
    void = VoidSubmission(published.employer_id, own.opened.sitting_id, submission, "A fire alarm", NOW)
    await process.execute(void)
    claim = await claimed(world, service, published, KNOWN)
    code = await code_of_claim(world, process, service)
    back = Link(service, (await claim.enter(code)).json["token"])
    assert (await back.ask("POST", "/start")).problem == "already-submitted"  # a retake takes a new invitation
    await process.execute(ResendInvite(*at, {2: digest(world.secrets.invite_token(own.opened.invite_id, 2))}, NOW))
    rotated = Link(service, (await claim.enter(code)).json["token"])
    assert rotated.token != back.token
    assert (await rotated.ask("POST", "/start")).status == 200
    await process.execute(RevokeInvite(*at, NOW))
    ended = await claim.enter(code)
    assert (ended.status, ended.problem) == (409, "address-known")


async def test_one_proof_is_enough_for_an_invite_that_needs_one_itself(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    own = await a_link(world, process, service, published, KNOWN)
    claim = await claimed(world, service, published, KNOWN)
    entered = await claim.enter(await code_of_claim(world, process, service))
    assert entered.json["token"] == own.token
    assert (await own.ask("GET", "")).status == 200


async def test_who_bombs_an_address_locks_nobody_out_of_a_link_of_their_own(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    own = await a_link(world, process, service, published, KNOWN)
    for _ in range(MAX_CODES_PER_HOUR):
        assert (await join(world, service, published, KNOWN)).status == 201
    refused = await join(world, service, published, KNOWN)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "3600")
    assert await world.value("SELECT count(*) FROM vault.claims") == MAX_CODES_PER_HOUR
    await codes_mailed(world, process, service)
    assert (await own.enter(await code_for(world, process, service, own))).status == 200


@pytest.mark.parametrize(
    ("after", "problem"),
    [(-MICROSECOND, "code-required"), (timedelta(0), "unauthorized"), (MICROSECOND, "unauthorized")],
)
async def test_a_claim_ends_at_its_time(
    world: World, process: Process, service: Clocked, published: Published, after: timedelta, problem: str
) -> None:
    await ask_proof(process, published)
    claim = await claimed(world, service, published, "ann@example.org")
    service.now = NOW + timedelta(minutes=CLAIM_MINUTES) + after
    assert (await claim.ask("GET", "")).problem == problem


async def test_a_retry_has_the_same_claim_and_another_request_under_its_key_none(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published)
    first = await join(world, service, published, KNOWN, Idempotency_Key="k")
    again = await join(world, service, published, KNOWN, Idempotency_Key="k")
    assert (again.status, again.json) == (201, first.json)
    changed = await join(world, service, published, KNOWN.upper(), Idempotency_Key="k")
    assert (changed.status, changed.problem) == (422, "idempotency-key-reused")
    assert len(await codes_mailed(world, process, service)) == 1


async def test_a_name_or_an_address_that_is_none_is_refused_before_anything_is_mailed(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published)
    assert (await join(world, service, published, "nobody")).json["at"] == "$.email"
    path = f"/v1/public/{world.secrets.slug(published.assessment_id)}"
    unnamed = await service.send("POST", path, "", {"name": " \u202e", "email": "ann@example.org"})
    assert (unnamed.status, unnamed.json["at"]) == (400, "$.name")
    assert await world.value("SELECT count(*) FROM vault.outgoing_mail") == 0


async def test_without_a_mail_server_a_known_address_stays_refused(
    world: World, process: Process, published: Published
) -> None:
    async with clocked(world, process) as mailless:
        await a_link(world, process, mailless, published, KNOWN)
        assert (await join(world, mailless, published, KNOWN)).problem == "address-known"
        assert (await join(world, mailless, published, "new@example.org")).status == 201
        await ask_proof(process, published)
        assert (await join(world, mailless, published, "more@example.org")).problem == "no-mailer"


async def test_what_is_over_is_dropped_and_nothing_that_counts(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published)
    await world.stop_projector()  # which drops what is over by itself
    counts = [f"(SELECT count(*) FROM vault.{name})" for name in ("claims", "address_codes", "code_budgets")]
    left = f"SELECT {', '.join(counts)}"
    await claimed(world, service, published, "ann@example.org")
    over = {"claims": "claimed_at", "address_codes": "asked_at", "code_budgets": "last_at"}
    for moment in (KEPT - timedelta(minutes=1), KEPT):
        for name, column in over.items():
            await world.side.execute(f"UPDATE vault.{name} SET {column} = clock_timestamp() - $1::interval", moment)
        assert await world.rows(left) == [(1, 1, 1)]
        async with world.connection(DatabaseRole.PROJECTOR) as connection:
            await prune_codes(connection)
    assert await world.rows(left) == [(0, 0, 0)]
