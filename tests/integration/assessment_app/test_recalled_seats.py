"""Tokens that a process remembers: asked for once, and answered at each moment as a lookup would have it."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from assessment.app.secrets import digest
from assessment.domain.commands import Command, ResendInvite, RevokeInvite, Seat
from tests.integration.assessment_app.clocked import Clocked, Reply, clocked
from tests.integration.assessment_app.counted import Counted
from tests.integration.assessment_app.orders import a_published, a_seat, question_id
from tests.integration.assessment_app.world import NOW, Process, World

LOOKUP = "seat_of_token"
GIVEN = {"answer": "tea", "sequence": 1}


@dataclasses.dataclass(frozen=True, slots=True)
class Taking:
    """A candidate who came with a token; asked: of the connections for reads."""

    service: Clocked
    process: Process
    seat: Seat
    asked: list[str]

    @property
    def lookups(self) -> int:
        return sum(LOOKUP in query for query in self.asked)

    async def start(self) -> Reply:
        return await self.send("POST", "/start")

    async def save(self, body: Any = GIVEN, **headers: str) -> Reply:
        return await self.send("PUT", f"/answers/{question_id(self.seat.assessment_id, 1)}", body, **headers)

    async def submit(self, body: Any = None, key: str = "once") -> Reply:
        return await self.send("POST", "/submit", body, Idempotency_Key=key)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Again where the few connections for reads were taken for too long: nothing was asked then."""
        while True:
            reply = await self.service.send(method, f"/v1/take{path}", self.seat.invite_id, body, **headers)
            if reply.status != 503 or reply.problem != "busy":
                return reply


@pytest.fixture
async def taking(world: World, process: Process) -> AsyncIterator[Taking]:
    """In a process of its own, whose reads are counted."""
    counted = Counted(process.means.reads_pool)
    reads: Any = dataclasses.replace(process.means, reads_pool=counted)
    seat = await a_seat(world, process, await a_published(world, process))
    async with clocked(world, dataclasses.replace(process, means=reads)) as service:
        yield Taking(service, process, seat, counted.asked)


def revoked(seat: Seat) -> Command:
    return RevokeInvite(seat.employer_id, seat.assessment_id, seat.invite_id, NOW)


def resent(seat: Seat) -> Command:
    return ResendInvite(seat.employer_id, seat.assessment_id, seat.invite_id, {2: digest("another")}, NOW)


ENDS = [revoked, resent]
ASKS: list[Callable[[Taking], Awaitable[Reply]]] = [
    lambda one: one.save(),
    lambda one: one.save({**GIVEN, "sequence": 0}),
    lambda one: one.save({**GIVEN, "answer": 1}),
    lambda one: one.save({"unknown": 1}),
    lambda one: one.save("not an object"),
    lambda one: one.submit(key="next"),
    lambda one: one.submit(key="two words"),
    lambda one: one.submit({"answers": 1}, key="next"),
    lambda one: one.send("POST", "/submit"),
]


async def test_a_token_is_looked_up_once_for_all_that_is_saved_and_submitted(taking: Taking) -> None:
    assert (await taking.save()).status == 200
    assert taking.lookups == 1
    assert (await taking.save({**GIVEN, "sequence": 2})).status == 200
    assert (await taking.submit()).status == 201
    assert taking.lookups == 1


async def test_a_start_is_remembered_too_and_a_look_asks_each_time(taking: Taking) -> None:
    assert (await taking.start()).status == 200
    assert (await taking.save()).status == 200
    assert taking.lookups == 1
    for looked in range(2, 4):
        assert (await taking.send("GET", "/heartbeat")).status == 200
        assert taking.lookups == looked


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("ask", ASKS)
async def test_a_token_that_opens_nothing_any_more_is_refused_whatever_else_is_wrong(
    taking: Taking, end: Callable[[Seat], Command], ask: Callable[[Taking], Awaitable[Reply]]
) -> None:
    assert (await taking.save({**GIVEN, "sequence": 3})).status == 200
    await taking.process.execute(end(taking.seat))
    for _ in range(2):  # remembered, and not any more
        reply = await ask(taking)
        assert (reply.status, reply.problem) == (401, "unauthorized")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("body", [None, {"answers": {}}])
async def test_what_was_submitted_once_is_not_told_to_a_token_that_opens_nothing_any_more(
    taking: Taking, end: Callable[[Seat], Command], body: Any
) -> None:
    first = await taking.submit()
    assert (await taking.submit()).body == first.body
    await taking.process.execute(end(taking.seat))
    reply = await taking.submit(body)
    assert (reply.status, reply.problem) == (401, "unauthorized")


async def test_whatever_is_wrong_with_a_request_is_told_to_whom_the_token_opens_its_seat(taking: Taking) -> None:
    assert (await taking.save()).status == 200
    for ask, problem in ((ASKS[3], "malformed"), (ASKS[6], "malformed"), (ASKS[8], "idempotency-key-required")):
        assert (await ask(taking)).problem == problem
    assert (await taking.submit()).status == 201
    assert (await taking.submit({"answers": {}})).problem == "idempotency-key-reused"
    assert (await taking.submit(key="next")).problem == "already-submitted"


async def test_an_invite_that_expires_opens_nothing_that_was_not_begun(
    world: World, process: Process, taking: Taking
) -> None:
    """Looked at before it expired, and asked with as soon as it has."""
    assert (await taking.send("GET", "")).status == 200
    until = NOW + timedelta(minutes=1)
    await world.side.execute("UPDATE live.invites SET expires_at = $1 WHERE id = $2", until, taking.seat.invite_id)
    taking.service.now = until
    assert [(await taking.save()).status, (await taking.submit()).status] == [401, 401]
    taking.service.now = until - timedelta(microseconds=1)
    assert (await taking.save()).status == 200
    taking.service.now = until
    assert (await taking.submit()).status == 201
