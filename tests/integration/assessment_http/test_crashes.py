"""A process ends at the worst moment: the fact stands once, and a retry gets the answer that was never received."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.log import Fact, facts
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    a_draft,
    a_key,
    a_published,
    an_employer,
    right_answers,
    started,
)
from tests.integration.assessment_http.system import System
from tests.kit.fault_proxy import FaultProxy
from tests.kit.services import OPERATOR_TOKEN, Service, start_eventrail

IMPATIENT = {"ASSESSMENT_PROJECTION_WAIT_SECONDS": "1", "ASSESSMENT_APPEND_SECONDS": "2"}
POINTS = ("begun", "locked", "projected", "appended", "committed")
WAIT_SECONDS = 120.0
IDLE_SECONDS = 2.0
"""For so long a stopped process holds its rows; longer where the machine is too slow to see it."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A process that was stopped while it published something, and whoever asked it to."""

    employer: Employer
    web: Service
    stuck: Assessment
    asked: asyncio.Task[Reply]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 (what is waited for is in other processes)
            await asyncio.sleep(0.02)


async def answered(request: Callable[[], Awaitable[Reply]]) -> Reply:
    """As a client does: again, with the same key, while it is told to come back."""
    async with asyncio.timeout(WAIT_SECONDS):
        while (reply := await request()).status == 503:  # noqa: ASYNC110 (the service has no event for that)
            await asyncio.sleep(float(reply.headers["Retry-After"]) / 10)
    return reply


async def published(session: aiohttp.ClientSession, system: System, assessment_id: str) -> list[Fact]:
    return await facts(session, system, f"assessment:{assessment_id}", "assessment.published")


async def active_count(employer: Employer) -> int:
    reply = await employer.api.with_token(OPERATOR_TOKEN).get(f"/v1/employers/{employer.id}")
    return int(reply.expect(200).json["active_count"])


async def lost(request: Awaitable[Reply]) -> None:
    """The client never hears of it."""
    with pytest.raises(aiohttp.ClientError):
        await request


@pytest.mark.parametrize("point", POINTS)
async def test_a_publish_is_done_once_wherever_its_process_is_killed(
    system: System, session: aiohttp.ClientSession, employer: Employer, point: str
) -> None:
    draft, key = await a_draft(employer), a_key()
    dying = system.another_web(f"dying-{point}", {"ASSESSMENT_INTERRUPTION": f"{point}:kill"})
    await lost(employer.api.at(dying.url).post(f"{draft.path}/publish", key=key))
    assert dying.child.wait(120) == -9
    standing = await published(session, system, draft.id)
    assert len(standing) == (0 if point in ("begun", "locked", "projected") else 1)
    first = (await employer.api.post(f"{draft.path}/publish", key=key)).expect(200)
    again = (await employer.api.at(system.webs[1].url).post(f"{draft.path}/publish", key=key)).expect(200)
    assert (again.body, again.position, again.etag) == (first.body, first.position, first.etag)
    (fact,) = await published(session, system, draft.id)
    assert (fact.position, fact.data["content_hash"]) == (first.position, first.json["content_hash"])
    assert first.json["published_at"] == fact.data["at"]
    assert await active_count(employer) == 1
    (await employer.api.post(f"{draft.path}/publish", key=a_key())).refused(409, "not-a-draft")


async def test_a_submission_survives_its_process_while_nats_is_stopped(
    system: System, session: aiohttp.ClientSession, employer: Employer
) -> None:
    assessment, key = await a_published(employer), a_key()
    candidate, questions = await started(employer, assessment)
    body = {"answers": right_answers(questions)}
    dying = system.another_web("dying-submit", {"ASSESSMENT_INTERRUPTION": "appended:kill"})
    system.messages.stop()
    try:
        await lost(candidate.api.at(dying.url).post("/v1/take/submit", body, key=key))
        assert dying.child.wait(120) == -9
        restarted = system.another_web("restarted", port=dying.port)
        receipt = (await candidate.api.at(restarted.url).post("/v1/take/submit", body, key=key)).expect(201)
    finally:
        system.messages.start()
    assert (await candidate.api.post("/v1/take/submit", body, key=key)).body == receipt.body
    (fact,) = await facts(session, system, f"assessment:{assessment.id}", "sitting.submitted")
    assert (fact.position, fact.data["submission_id"]) == (receipt.position, receipt.json["submission_id"])
    listed = await answered(lambda: employer.api.get(f"{assessment.path}/submissions?at_least={fact.position}"))
    (row,) = listed.expect(200).json["items"]
    assert row["points"] == 6.5


@pytest.mark.parametrize("nats_runs", [True, False])
async def test_postgres_is_killed_between_append_and_commit(
    own_system: System,
    session: aiohttp.ClientSession,
    tmp_path: Path,
    nats_runs: bool,  # noqa: FBT001 (a case's value)
) -> None:
    system = own_system
    employer = await an_employer(Api(session, system.url))
    draft, key, paused = await a_draft(employer), a_key(), tmp_path / "paused"
    web = system.another_web(
        f"paused-{nats_runs}", {**IMPATIENT, "ASSESSMENT_INTERRUPTION": f"appended:pause:{paused}"}
    )
    if not nats_runs:
        system.messages.stop()
    asked = asyncio.create_task(employer.api.at(web.url).post(f"{draft.path}/publish", key=key))
    await until(lambda: asyncio.to_thread(paused.exists))
    system.database.kill()
    paused.unlink()
    reply = await asked
    assert reply.status in (200, 503)  # the fact stands; whether that can be told depends on the moment
    (await employer.api.get(draft.path)).refused(503, "unavailable")
    assert (await employer.api.get("/health/ready")).expect(503).json["status"] == "failing"
    system.database.start()

    async def ready() -> bool:
        return (await employer.api.get("/health/ready")).status == 200

    await until(ready)
    first = await answered(lambda: employer.api.post(f"{draft.path}/publish", key=key))
    first.expect(200)
    if reply.status == 200:
        assert (reply.body, reply.position) == (first.body, first.position)
    (fact,) = await published(session, system, draft.id)
    assert fact.position == first.position
    (await answered(lambda: employer.api.get(f"{draft.path}?at_least={fact.position}"))).expect(200)
    assert await active_count(employer) == 1
    assert system.asked(f"SELECT count(*) FROM live.command_keys WHERE last = {fact.position}") == "1"
    web.child.stop()
    if not nats_runs:
        system.messages.start()


async def test_the_log_is_down_for_a_while(own_system: System, session: aiohttp.ClientSession) -> None:
    system = own_system
    impatient = await asyncio.to_thread(system.another_web, "impatient", IMPATIENT)
    patient = await an_employer(Api(session, system.url))
    employer = Employer(patient.id, patient.api.at(impatient.url))
    draft, key = await a_draft(patient), a_key()
    system.eventrail.child.kill()
    refused = (await employer.api.post(f"{draft.path}/publish", key=key)).refused(503, "unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    (await employer.api.get(draft.path)).expect(200)
    # what was shown of results must be in the log, and so must the trail
    for path in (f"{draft.path}/submissions", "/v1/audit"):
        (await employer.api.get(path)).refused(503, "unavailable")
    assert (await employer.api.get("/health/live")).expect(200).json["status"] == "ok"
    assert (await employer.api.get("/health/ready")).expect(503).json["status"] == "failing"
    system.eventrail = start_eventrail(
        system.processes, system.directory / "log", nats_url=system.messages.url, port=system.eventrail.port
    )
    done = (await answered(lambda: employer.api.post(f"{draft.path}/publish", key=key))).expect(200)
    (fact,) = await published(session, system, draft.id)
    assert fact.position == done.position
    await asyncio.to_thread(impatient.child.stop)


async def test_a_reply_that_the_client_lost_is_given_again(
    system: System, session: aiohttp.ClientSession, employer: Employer
) -> None:
    draft, key = await a_draft(employer), a_key()
    async with FaultProxy(system.webs[0].port) as proxy:
        through = employer.api.at(proxy.url)
        proxy.drop_reply()
        await lost(through.post(f"{draft.path}/publish", key=key))
        assert proxy.faults == 1
        first = (await through.post(f"{draft.path}/publish", key=key)).expect(200)
    (fact,) = await published(session, system, draft.id)
    assert (first.position, first.json["published_at"]) == (fact.position, fact.data["at"])


async def test_a_reply_that_the_service_lost_does_not_append_twice(
    system: System, session: aiohttp.ClientSession, employer: Employer
) -> None:
    async with FaultProxy(system.eventrail.port) as proxy:
        web = await asyncio.to_thread(system.another_web, "lossy", {"ASSESSMENT_EVENTRAIL_URL": proxy.url})
        through = Employer(employer.id, employer.api.at(web.url))
        for _ in range(3):
            draft = await a_draft(through)
            proxy.drop_reply()
            faults = proxy.faults
            done = (await through.api.post(f"{draft.path}/publish", key=a_key())).expect(200)
            assert proxy.faults == faults + 1
            (fact,) = await published(session, system, draft.id)
            assert fact.position == done.position
        await asyncio.to_thread(web.child.stop)


@pytest.mark.parametrize("point", ["locked", "appended"])
async def test_a_stopped_process_holds_nobody_up_for_long(
    system: System, session: aiohttp.ClientSession, employer: Employer, tmp_path: Path, point: str
) -> None:
    """Its rows are freed by PostgreSQL after the configured time, and whatever it had appended is applied."""
    key = a_key()

    async def stopped(idle_seconds: float) -> Stopped | None:
        """A stranger goes on before the rows are freed; None where they are free by then, or the append was late."""
        made, stranger, paused = await an_employer(employer.api), await an_employer(employer.api), tmp_path / a_key()
        told = {
            "ASSESSMENT_INTERRUPTION": f"{point}:pause:{paused}",
            "ASSESSMENT_IDLE_TRANSACTION_SECONDS": str(idle_seconds),
            "ASSESSMENT_APPEND_SECONDS": str(idle_seconds / 2),
        }
        web, stuck = system.another_web(f"stopped-{paused.name}", told), await a_draft(made)
        asked = asyncio.create_task(made.api.at(web.url).post(f"{stuck.path}/publish", key=key))

        async def is_paused_or_answered() -> bool:
            return asked.done() or await asyncio.to_thread(paused.exists)

        await until(is_paused_or_answered)
        if asked.done():
            (await asked).expect(503)
            web.child.kill()
            return None
        web.child.pause()
        await a_published(stranger)
        row = f"SELECT id FROM live.employers WHERE id = '{made.id}' FOR UPDATE SKIP LOCKED"
        if system.asked(row) != "":
            web.child.kill()
            await lost(asked)
            return None
        paused.unlink()
        return Stopped(made, web, stuck, asked)

    idle_seconds = IDLE_SECONDS
    while (found := await stopped(idle_seconds)) is None:
        idle_seconds *= 3
        assert idle_seconds < WAIT_SECONDS, "a stranger waits, or there is nothing to be held up by"
    employer, stuck = found.employer, found.stuck
    other = await a_draft(employer)
    (await employer.api.post(f"{other.path}/publish", key=a_key())).expect(200)
    first = (await employer.api.post(f"{stuck.path}/publish", key=key)).expect(200)
    found.web.child.resume()
    late = await found.asked
    assert (late.status, late.body) == (200, first.body)
    assert len(await published(session, system, stuck.id)) == 1
    assert await active_count(employer) == 2


async def test_a_request_under_way_is_answered_before_its_process_ends(
    system: System, employer: Employer, tmp_path: Path
) -> None:
    paused = tmp_path / "paused"
    web = system.another_web("draining", {"ASSESSMENT_INTERRUPTION": f"locked:pause:{paused}"})
    draft = await a_draft(employer)
    asked = asyncio.create_task(employer.api.at(web.url).post(f"{draft.path}/publish", key=a_key()))
    await until(lambda: asyncio.to_thread(paused.exists))
    os.kill(web.child.pid, signal.SIGTERM)

    async def refuses() -> bool:
        try:
            await employer.api.at(web.url).get("/health/live")
        except aiohttp.ClientConnectorError:
            return True
        except aiohttp.ClientConnectionError:  # taken in while it closed
            return False
        return False

    await until(refuses)
    paused.unlink()
    (await asked).expect(200)
    assert await asyncio.to_thread(web.child.wait, 120) == 0
