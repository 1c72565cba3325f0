"""What is still taken at each moment around a deadline, over HTTP on a clock that the test sets, to the microsecond."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from assessment.domain.commands import Seat, VoidSubmission
from tests.integration.assessment_app.clocked import Clocked, Reply, clocked
from tests.integration.assessment_app.orders import Published, a_published, a_seat, close, new_id, question_id
from tests.integration.assessment_app.world import NOW, Process, World

LIMIT_SECONDS = 600
GRACE_SECONDS = 30
LIMITS = {"time_limit_seconds": LIMIT_SECONDS, "grace_seconds": GRACE_SECONDS}
DEADLINE = NOW + timedelta(seconds=LIMIT_SECONDS)
GRACE = timedelta(seconds=GRACE_SECONDS)
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
async def service(world: World, process: Process) -> AsyncIterator[Clocked]:
    async with clocked(world, process) as made:
        yield made


class Taking:
    """A candidate who started at NOW."""

    def __init__(self, service: Clocked, token: str, assessment_id: str) -> None:
        self.service = service
        self.token = token
        self.questions = [question_id(assessment_id, place) for place in range(2)]

    async def ask(self, now: datetime, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Again where the few connections for reads were taken for too long: nothing was done then."""
        while True:
            reply = await self.service.at(now, method, f"/v1/take{path}", self.token, body, **headers)
            if reply.status != 503 or reply.problem != "busy":
                return reply

    async def save(self, now: datetime, sequence: int = 1, answer: str = "tea") -> Reply:
        path = f"/answers/{self.questions[1]}"
        return await self.ask(now, "PUT", path, {"answer": answer, "sequence": sequence})

    async def submit(self, now: datetime) -> Reply:
        return await self.ask(now, "POST", "/submit", Idempotency_Key=new_id())

    async def beat(self, now: datetime) -> Any:
        reply = await self.ask(now, "GET", "/heartbeat")
        assert reply.status == 200, reply
        return reply.json


async def taking(world: World, process: Process, service: Clocked, published: Published | None = None) -> Taking:
    published = published or await a_published(world, process, **LIMITS)
    seat = await a_seat(world, process, published)
    candidate = Taking(service, seat.invite_id, seat.assessment_id)
    started = await candidate.ask(NOW, "POST", "/start")
    assert (started.status, datetime.fromisoformat(started.json["deadline_at"])) == (200, DEADLINE)
    return candidate


MOMENTS = [
    (DEADLINE - MILLISECOND, 200, 201, 0),
    (DEADLINE, 200, 201, 0),
    (DEADLINE + MICROSECOND, 409, 201, 0),
    (DEADLINE + GRACE, 409, 201, 0),
    (DEADLINE + GRACE + MICROSECOND, 409, 409, 1),
    (DEADLINE + GRACE + MILLISECOND, 409, 409, 1),
]


@pytest.mark.parametrize(("moment", "saved", "submitted", "swept"), MOMENTS)
async def test_what_is_taken_around_the_deadline(
    world: World, process: Process, service: Clocked, moment: datetime, saved: int, submitted: int, swept: int
) -> None:
    candidate = await taking(world, process, service)
    assert (await candidate.save(NOW)).status == 200
    reply = await candidate.save(moment, 2)
    assert (reply.status, reply.status == 200 or reply.problem) == (saved, saved == 200 or "deadline-passed")
    assert await service.swept(moment) == swept
    reply = await candidate.submit(moment)
    late = "already-submitted" if swept else "deadline-passed"
    assert (reply.status, reply.status == 201 or reply.problem) == (submitted, submitted == 201 or late)
    cause = await world.value("SELECT cause FROM live.submissions")
    assert cause == ("sweeper" if swept else "candidate")
    again = await candidate.save(moment, 3)
    assert (again.status, again.problem) == (409, "already-submitted")


async def test_too_late_and_not_swept_yet_is_told_as_such(world: World, process: Process, service: Clocked) -> None:
    candidate = await taking(world, process, service)
    reply = await candidate.submit(DEADLINE + GRACE + MILLISECOND)
    assert (reply.status, reply.problem) == (409, "deadline-passed")
    assert (await candidate.beat(DEADLINE + GRACE + MILLISECOND))["state"] == "started"


async def test_a_submission_and_the_sweeper_at_one_moment_make_one(
    world: World, process: Process, service: Clocked
) -> None:
    for _ in range(3):
        candidate = await taking(world, process, service)
        await candidate.save(NOW)
        asked = asyncio.create_task(candidate.submit(DEADLINE + GRACE))
        await asyncio.sleep(0)
        service.now = DEADLINE + GRACE
        sweeping = asyncio.create_task(service.swept(DEADLINE + GRACE + MICROSECOND))
        reply, swept = await asyncio.gather(asked, sweeping)
        assert (reply.status == 201) + swept == 1
        if swept:
            assert reply.problem in ("already-submitted", "deadline-passed")
    assert await world.value("SELECT count(*) FROM live.submissions") == 3


async def test_a_heartbeat_sets_the_clock_and_says_how_it_ended(
    world: World, process: Process, service: Clocked
) -> None:
    published = await a_published(world, process, **LIMITS)
    seat = await a_seat(world, process, published)
    early = Taking(service, seat.invite_id, seat.assessment_id)
    told = await early.beat(NOW)
    assert (told["state"], told["deadline_at"], told["remaining_seconds"]) == ("ready", None, None)
    assert (told["grace_seconds"], told["saved"], told["submitted_by"]) == (GRACE_SECONDS, {}, None)
    head = (await world.log.head()).position
    await early.ask(NOW, "POST", "/start")
    for moment, seconds in (
        (NOW, 600),
        (DEADLINE - MILLISECOND, 0.001),
        (DEADLINE - MICROSECOND, 0),
        (DEADLINE, 0),
        (DEADLINE + GRACE, 0),
    ):
        told = await early.beat(moment)
        assert (told["state"], told["remaining_seconds"]) == ("started", seconds)
        assert datetime.fromisoformat(told["now"]) == moment
        assert datetime.fromisoformat(told["deadline_at"]) == DEADLINE
    assert (await world.log.head()).position == head + 1, "a heartbeat records nothing"
    assert await service.swept(DEADLINE + GRACE + MILLISECOND) == 1
    told = await early.beat(DEADLINE + GRACE + MILLISECOND)
    assert (told["state"], told["submitted_by"], told["remaining_seconds"]) == ("submitted", "sweeper", None)
    page = (await early.ask(DEADLINE + timedelta(minutes=5), "GET", "")).json
    assert (page["state"], page["questions"]) == ("submitted", None)


async def test_two_devices_go_on_from_one_another(world: World, process: Process, service: Clocked) -> None:
    """The highest sequence stays, whichever device sent it and in which order; a lower one is told what stays."""
    first = await taking(world, process, service)
    second = Taking(service, first.token, "")
    second.questions = first.questions
    assert (await first.save(NOW, 1, "coffee")).json["sequence"] == 1
    resumed = {one["id"]: one for one in (await second.ask(NOW, "GET", "")).json["questions"]}
    assert (resumed[second.questions[1]]["answer"], resumed[second.questions[1]]["sequence"]) == ("coffee", 1)
    assert (resumed[second.questions[0]]["answer"], resumed[second.questions[0]]["sequence"]) == (None, 0)
    assert (await second.save(NOW, 4, "water")).json["sequence"] == 4
    assert (await first.save(NOW, 2, "milk")).json["sequence"] == 4
    assert (await first.beat(NOW))["saved"] == {first.questions[1]: 4}
    answers = await asyncio.gather(
        *((first, second)[number % 2].save(NOW, number, f"cup {number}") for number in range(5, 15))
    )
    assert {reply.status for reply in answers} == {200}
    assert (await first.save(NOW, 15, "tea")).json["sequence"] == 15
    assert (await second.save(NOW, 14, "late")).json["sequence"] == 15
    assert (await second.submit(DEADLINE)).status == 201
    assert await world.value("SELECT points_milli FROM live.submissions") == 1000
    assert (await first.beat(DEADLINE))["submitted_by"] == "candidate"


async def test_without_a_limit_no_time_runs(world: World, process: Process, service: Clocked) -> None:
    published = await a_published(world, process)
    seat = await a_seat(world, process, published)
    candidate = Taking(service, seat.invite_id, seat.assessment_id)
    assert (await candidate.save(NOW)).status == 200
    told = await candidate.beat(NOW + timedelta(days=400))
    assert (told["state"], told["deadline_at"], told["remaining_seconds"]) == ("started", None, None)
    await process.execute(close(published.employer_id, published.assessment_id))
    assert (await candidate.submit(NOW + timedelta(days=400))).status == 201


class Granting:
    """The employer of a candidate who takes an assessment."""

    def __init__(self, service: Clocked, published: Published, seat: Seat) -> None:
        self.service = service
        self.token = published.employer_id
        self.path = f"/v1/assessments/{published.assessment_id}/accommodations"
        self.one = f"{self.path}/{seat.candidate_id}"

    async def grant(self, now: datetime, **terms: Any) -> Reply:
        return await self.service.at(now, "PUT", self.one, self.token, {"reason": "Canary 🖐", **terms}, If_Match="*")

    async def withdraw(self, now: datetime) -> Reply:
        return await self.service.at(now, "DELETE", self.one, self.token, If_Match="*")


async def granting(world: World, process: Process, service: Clocked) -> tuple[Granting, Taking]:
    """A candidate who has not started, and their employer."""
    published = await a_published(world, process, **LIMITS)
    seat = await a_seat(world, process, published)
    return Granting(service, published, seat), Taking(service, seat.invite_id, seat.assessment_id)


FIVE = timedelta(seconds=5)
MORE = timedelta(minutes=5)
LATER = DEADLINE + MORE


@pytest.mark.parametrize(
    ("moment", "saved", "submitted", "swept"), [(moment + MORE, *rest) for moment, *rest in MOMENTS]
)
async def test_what_is_taken_around_a_deadline_that_was_moved_five_seconds_before(
    world: World, process: Process, service: Clocked, moment: datetime, saved: int, submitted: int, swept: int
) -> None:
    employer, candidate = await granting(world, process, service)
    await candidate.ask(NOW, "POST", "/start")
    assert (await candidate.save(NOW)).status == 200
    granted = await employer.grant(DEADLINE - FIVE, multiplier=1.5)
    assert (granted.status, granted.json["extra_seconds"]) == (200, 300)
    assert datetime.fromisoformat(granted.json["deadline_at"]) == LATER
    told = await candidate.beat(DEADLINE - FIVE)
    assert (told["remaining_seconds"], datetime.fromisoformat(told["deadline_at"])) == (305, LATER)
    assert await service.swept(DEADLINE + GRACE + MILLISECOND) == 0
    assert (await candidate.save(DEADLINE + MILLISECOND, 2)).status == 200
    assert (await candidate.save(moment, 3)).status == saved
    assert await service.swept(moment) == swept
    assert (await candidate.submit(moment)).status == submitted
    assert await world.value("SELECT cause FROM live.submissions") == ("sweeper" if swept else "candidate")


async def test_what_is_granted_before_the_start_counts_from_it(
    world: World, process: Process, service: Clocked
) -> None:
    employer, candidate = await granting(world, process, service)
    none = await service.send("GET", employer.one, employer.token)
    assert (none.status, none.json["granted_at"], none.headers["ETag"]) == (200, None, '"0"')
    assert (await employer.grant(NOW, minutes=20)).json["deadline_at"] is None
    assert (await candidate.ask(NOW, "GET", "")).json["time_limit_seconds"] == LIMIT_SECONDS + 1200
    started = (await candidate.ask(NOW, "POST", "/start")).json
    assert datetime.fromisoformat(started["deadline_at"]) == DEADLINE + timedelta(minutes=20)
    (listed,) = (await service.send("GET", employer.path, employer.token)).json["items"]
    assert (listed["minutes"], listed["reason"], listed["deadline_at"]) == (20, "Canary 🖐", started["deadline_at"])
    assert all(b"Canary" not in bytes(event.data) for event in (await world.log.read()).events)


async def test_no_limit_stops_the_clock_and_is_taken_back_while_there_is_time(
    world: World, process: Process, service: Clocked
) -> None:
    employer, candidate = await granting(world, process, service)
    assert (await employer.grant(NOW, no_limit=True)).json["extra_seconds"] is None
    page = (await candidate.ask(NOW, "GET", "")).json
    assert (page["time_limit_seconds"], page["questions"]) == (None, None), "it still has to be started"
    early = await candidate.save(NOW)
    assert (early.status, early.problem) == (409, "not-started")
    assert (await candidate.ask(NOW, "POST", "/start")).json["deadline_at"] is None
    assert await service.swept(NOW + timedelta(days=30)) == 0
    late = await employer.withdraw(DEADLINE)
    assert (late.status, late.problem) == (409, "conflict")
    assert (await candidate.save(LATER)).status == 200
    back = await employer.withdraw(DEADLINE - MICROSECOND)
    assert (back.status, back.json["granted_at"]) == (200, None)
    assert datetime.fromisoformat(back.json["deadline_at"]) == DEADLINE
    assert (await employer.withdraw(DEADLINE - MICROSECOND)).status == 404
    assert await service.swept(DEADLINE + GRACE + MILLISECOND) == 1


async def test_more_time_pushes_the_end_of_an_invite_that_was_not_used(
    world: World, process: Process, service: Clocked
) -> None:
    employer, candidate = await granting(world, process, service)
    ends = NOW + timedelta(seconds=60)
    await world.side.execute("UPDATE live.invites SET expires_at = $1", ends)
    assert (await candidate.ask(ends, "POST", "/start")).status == 401
    assert (await employer.grant(ends, minutes=5)).status == 200
    assert (await candidate.ask(ends + MORE, "POST", "/start")).status == 401
    assert (await candidate.ask(ends + MORE - MICROSECOND, "POST", "/start")).status == 200
    assert (await candidate.save(ends + MORE + MORE)).status == 200


@pytest.mark.parametrize(
    ("terms", "status", "at"),
    [
        ({"multiplier": 1}, 400, "$.multiplier"),
        ({"multiplier": 1.01}, 200, ""),
        ({"multiplier": 1.001}, 400, "$.multiplier"),
        ({"multiplier": 10}, 200, ""),
        ({"multiplier": 10.01}, 400, "$.multiplier"),
        ({"minutes": 0}, 400, "$.minutes"),
        ({"minutes": 1}, 200, ""),
        ({"minutes": 10_080}, 200, ""),
        ({"minutes": 10_081}, 400, "$.minutes"),
        ({}, 400, "$"),
        ({"minutes": 1, "no_limit": True}, 400, "$"),
        ({"no_limit": True, "reason": " "}, 400, "$.reason"),
        ({"no_limit": True, "seconds": 1}, 400, "$.seconds"),
    ],
)
async def test_terms_have_their_bounds(
    world: World, process: Process, service: Clocked, terms: dict[str, Any], status: int, at: str
) -> None:
    employer, _ = await granting(world, process, service)
    reply = await employer.grant(NOW, **terms)
    assert (reply.status, reply.json.get("at", "")) == (status, at)


async def test_a_start_and_an_accommodation_at_once_end_with_both(
    world: World, process: Process, service: Clocked
) -> None:
    for _ in range(6):
        employer, candidate = await granting(world, process, service)
        asked = [candidate.ask(NOW, "POST", "/start"), employer.grant(NOW, minutes=5)]
        replies = await asyncio.gather(*asked)
        assert [reply.status for reply in replies] == [200, 200]
        assert datetime.fromisoformat((await candidate.beat(NOW))["deadline_at"]) == LATER


async def test_a_retake_has_what_is_granted_and_its_invite_still_counts(
    world: World, process: Process, service: Clocked
) -> None:
    """What is granted between the void and the next start must not make the new invite look older than the void."""
    published = await a_published(world, process, **LIMITS)
    seat = await a_seat(world, process, published)
    first = Taking(service, seat.invite_id, seat.assessment_id)
    await first.ask(NOW, "POST", "/start")
    submitted = (await first.submit(NOW)).json["submission_id"]
    await process.execute(VoidSubmission(seat.employer_id, seat.sitting_id, submitted, "a fire", NOW))
    again = await a_seat(world, process, published)
    assert (await Granting(service, published, seat).grant(NOW, minutes=5)).status == 200
    second = Taking(service, again.invite_id, seat.assessment_id)
    started = await second.ask(NOW, "POST", "/start")
    assert (started.status, datetime.fromisoformat(started.json["deadline_at"])) == (200, LATER)
