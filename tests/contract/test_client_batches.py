"""Appends that share a request: each keeps its own outcome, and only what may be tried again is sent again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from contracts.append import AppendRequest, AppendResult
from contracts.problems import ProblemType, problem
from eventrail_client import (
    ConditionFailed,
    EventrailClient,
    NewEvent,
    Options,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
    new_event,
)
from eventrail_client.append_lane import MAX_REQUEST_APPENDS, MAX_REQUEST_BYTES
from tests.contract.stub_store import stub_store

QUICK = Options(attempts=3, pause_seconds=0.001, longest_pause_seconds=0.002, lanes=1)


def lines(*outcomes: object) -> web.Response:
    return web.Response(body=b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes))


def values(body: bytes) -> list[object]:
    """The data of each append of a request."""
    requests = [msgspec.json.decode(line, type=AppendRequest) for line in body.splitlines()]
    return [msgspec.json.decode(request.events[0].data) for request in requests]


def each(*data: object) -> list[AppendRequest]:
    return [AppendRequest((new_event("said", value),)) for value in data]


async def test_only_what_may_be_tried_again_is_sent_again() -> None:
    busy = problem(ProblemType.BUSY)
    failed = problem(ProblemType.CONDITION_FAILED, position=3)
    malformed = problem(ProblemType.MALFORMED)
    ok = AppendResult(1, 1, replayed=False)
    replies = (
        lambda _: lines(ok, busy, failed, busy, malformed),
        lambda _: lines(busy, ok),
        lambda _: web.json_response(msgspec.to_builtins(ok)),
    )
    async with stub_store(*replies) as stub, EventrailClient(stub.url, options=QUICK) as client:
        outcomes = await client.append_many(each(1, 2, 3, 4, 5))
    assert [values(body) for body in stub.bodies] == [[1, 2, 3, 4, 5], [2, 4], [2]]
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [AppendResult, AppendResult, ConditionFailed, AppendResult, Rejected]


async def test_what_stays_without_an_outcome_is_unavailable() -> None:
    async with (
        stub_store(lambda body: lines(*[problem(ProblemType.BUSY)] * body.count(b"\n"))) as stub,
        EventrailClient(stub.url, options=QUICK) as client,
    ):
        outcomes = await client.append_many(each(1, 2))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert [
        outcome.request and values_of(outcome.request) for outcome in outcomes if isinstance(outcome, Unavailable)
    ] == [1, 2]


def values_of(request: AppendRequest) -> object:
    return msgspec.json.decode(request.events[0].data)


@pytest.mark.parametrize("answer", [b"", b"{}\n{}\n{}\n", b'{"first":1,"last":1,"replayed":false}\n'])
async def test_results_that_do_not_fit_are_not_guessed(answer: bytes) -> None:
    async with (
        stub_store(lambda _: web.Response(body=answer)) as stub,
        EventrailClient(stub.url, options=QUICK) as client,
    ):
        outcomes = await client.append_many(each(1, 2))
    assert [type(outcome) for outcome in outcomes] == [UnexpectedAnswer, UnexpectedAnswer]


async def test_what_comes_meanwhile_goes_together() -> None:
    def answer(body: bytes) -> web.Response:
        ok = AppendResult(1, 1, replayed=False)
        return (
            web.json_response(msgspec.to_builtins(ok)) if body.count(b"\n") == 0 else lines(*[ok] * body.count(b"\n"))
        )

    async with stub_store(answer) as stub, EventrailClient(stub.url, options=QUICK) as client:
        await asyncio.gather(*(client.append([new_event("said", number)]) for number in range(1_200)))
    sizes = [len(values(body)) for body in stub.bodies]
    assert sum(sizes) == 1_200
    assert max(sizes) == MAX_REQUEST_APPENDS
    assert len(sizes) <= 5


async def test_what_spans_lines_or_is_large_goes_alone() -> None:
    events = [
        new_event("said", 1),
        NewEvent(data=msgspec.Raw(b"[\n2]")),
        new_event("said", 3),
        new_event("said", "x" * MAX_REQUEST_BYTES),
        new_event("said", 5),
    ]

    def answer(body: bytes) -> web.Response:
        return web.json_response({"first": 1, "last": 1, "replayed": False})

    async with stub_store(answer) as stub, EventrailClient(stub.url, options=QUICK) as client:
        outcomes = await client.append_many([AppendRequest((event,)) for event in events])
    assert len(stub.bodies) == 5
    assert {headers["Content-Type"] for headers in stub.headers} == {"application/json"}
    assert all(isinstance(outcome, AppendResult) for outcome in outcomes)


@asynccontextmanager
async def silent_store() -> AsyncIterator[tuple[str, list[bytes]]]:
    """One that takes requests, and answers none."""
    release, bodies = asyncio.Event(), list[bytes]()

    async def wait(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        await release.wait()
        return web.Response(status=500)

    application = web.Application()
    application.router.add_post("/append", wait)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", bodies
    finally:
        release.set()
        await runner.cleanup()


async def outcomes_of(tasks: list[asyncio.Task[AppendResult]]) -> list[bool | None]:
    """Whether each, being unavailable, may have been recorded."""
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(tasks)
    assert all(getattr(outcome, "request", None) for outcome in outcomes)
    return [getattr(outcome, "maybe_recorded", None) for outcome in outcomes]


async def test_a_client_that_closes_leaves_nobody_waiting() -> None:
    async with silent_store() as (url, bodies):
        async with EventrailClient(url, options=QUICK) as client:
            tasks = [asyncio.create_task(client.append([new_event("said", 1)]))]
            await until(lambda: bool(bodies))
            tasks.append(asyncio.create_task(client.append([new_event("said", 2)])))
            await asyncio.sleep(0)
        assert await outcomes_of(tasks) == [True, False]
    assert [values(body) for body in bodies] == [[1]]


async def test_a_call_ends_in_its_time_whoever_is_before_it() -> None:
    patient = Options(attempts=1_000, try_seconds=60, budget_seconds=1.5, lanes=1)
    async with silent_store() as (url, bodies), EventrailClient(url, options=patient) as client:
        tasks = [asyncio.create_task(client.append([new_event("said", 0)]))]
        await until(lambda: bool(bodies))
        started = asyncio.get_running_loop().time()
        alone = [NewEvent(data=msgspec.Raw(b"[\n%d]" % number)) for number in range(1, 31)]  # each in its own request
        tasks.extend(asyncio.create_task(client.append([event])) for event in alone)
        maybe_recorded = await outcomes_of(tasks)
        assert asyncio.get_running_loop().time() - started < 30, "and not one after the other"
    assert maybe_recorded[0] is True
    assert maybe_recorded[-1] is False
    assert len(bodies) < len(tasks)


async def test_an_append_that_nobody_waits_for_is_not_sent() -> None:
    async with silent_store() as (url, bodies), EventrailClient(url, options=QUICK) as client:
        first = asyncio.create_task(client.append([new_event("said", 1)]))
        await until(lambda: bool(bodies))
        left = asyncio.create_task(client.append([new_event("said", 2)]))
        await asyncio.sleep(0)
        left.cancel()
        first.cancel()
        await asyncio.gather(first, left, return_exceptions=True)
    assert [values(body) for body in bodies] == [[1]]


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not reached():  # noqa: ASYNC110 - what is waited for is told by no event
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("lanes", [1, 2, 3])
async def test_no_append_is_left_in_the_queue(lanes: int) -> None:
    def answer(body: bytes) -> web.Response:
        ok, count = AppendResult(1, 1, replayed=False), body.count(b"\n")
        return lines(*[ok] * count) if count else web.json_response(msgspec.to_builtins(ok))

    options = Options(lanes=lanes)
    async with stub_store(answer) as stub, EventrailClient(stub.url, options=options) as client, asyncio.timeout(120):

        async def append_in_turn() -> None:
            for number in range(30):
                await client.append([new_event("said", number)])

        for tasks in (1, lanes, 7):
            await asyncio.gather(*(append_in_turn() for _ in range(tasks)))
    assert sum(len(values(body)) for body in stub.bodies) == 30 * (1 + lanes + 7)
