"""What the client makes of answers: success, refusals of every kind, and answers that no store gives."""

import msgspec
import pytest
from aiohttp import web

from contracts.append import AppendResult
from contracts.problems import ProblemType, problem
from eventrail_client import (
    AppendRequest,
    ConditionFailed,
    DiskFull,
    EventrailClient,
    Forbidden,
    IdReused,
    Options,
    Rejected,
    ServerFault,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    new_event,
)
from tests.contract.stub_store import Reply, StubStore, stub_store

QUICK = Options(attempts=3, pause_seconds=0.001, longest_pause_seconds=0.002)


def problem_reply(kind: ProblemType, *, position: int | None = None, headers: dict[str, str] | None = None) -> Reply:
    body = msgspec.json.encode(problem(kind, "said so", position=position, event_id="an id"))
    # a response can be sent once: each time another one
    return lambda _: web.Response(
        body=body, status=kind.status, headers=headers, content_type="application/problem+json"
    )


def any_reply(status: int, body: str, content_type: str = "text/html") -> Reply:
    return lambda _: web.Response(text=body, status=status, content_type=content_type)


def recorded(_: bytes) -> web.Response:
    return web.json_response({"first": 1, "last": 1, "replayed": False, "came_later": True}, status=201)


async def appended(stub: StubStore, options: Options = QUICK) -> AppendResult:
    async with EventrailClient(stub.url, "a token", options) as client:
        return await client.append([new_event("said", "🌍", ["a:b"])])


@pytest.mark.parametrize(
    ("reply", "expected", "tries"),
    [
        (problem_reply(ProblemType.CONDITION_FAILED, position=7), ConditionFailed, 1),
        (problem_reply(ProblemType.ID_REUSED, position=7), IdReused, 1),
        (problem_reply(ProblemType.MALFORMED), Rejected, 1),
        (problem_reply(ProblemType.PAYLOAD_TOO_LARGE), Rejected, 1),
        (problem_reply(ProblemType.UNAUTHORIZED), Unauthorized, 1),
        (problem_reply(ProblemType.FORBIDDEN), Forbidden, 1),
        (problem_reply(ProblemType.INTERNAL), ServerFault, 1),
        (problem_reply(ProblemType.RANGE_DAMAGED), ServerFault, 1),
        (problem_reply(ProblemType.DISK_FULL), DiskFull, 1),
        (problem_reply(ProblemType.BUSY), Unavailable, 3),
        (problem_reply(ProblemType.UNAVAILABLE), Unavailable, 3),
        (problem_reply(ProblemType.APPENDS_SUSPENDED), Unavailable, 3),
        (problem_reply(ProblemType.CONDITION_FAILED), Rejected, 1),  # without its position it says less
        (any_reply(418, '{"type":"urn:eventrail:problem:later","title":"T","status":418}'), Rejected, 1),
        (any_reply(599, '{"type":"urn:eventrail:problem:later","title":"T","status":599}'), ServerFault, 1),
        (any_reply(400, '{"type":"x","title":"a status that is not the answer\'s","status":200}'), Rejected, 1),
        (any_reply(404, "<h1>Not here</h1>"), Rejected, 1),
        (any_reply(500, "<h1>Oh</h1>"), ServerFault, 1),
        (any_reply(502, "<h1>Bad gateway</h1>"), Unavailable, 3),
        (any_reply(504, ""), Unavailable, 3),
        (any_reply(429, ""), Unavailable, 3),
        (any_reply(302, ""), UnexpectedAnswer, 1),
        (any_reply(200, "<h1>Welcome</h1>"), UnexpectedAnswer, 1),
        (any_reply(200, '{"first":"1"}', "application/json"), UnexpectedAnswer, 1),
        (None, Unavailable, 3),
    ],
)
async def test_every_refusal_is_a_typed_error(reply: Reply, expected: type[StoreError], tries: int) -> None:
    async with stub_store(reply) as stub:
        with pytest.raises(StoreError) as error:
            await appended(stub)
    assert type(error.value) is expected
    assert len(stub.bodies) == tries


A_LINE = (
    '{"position":1,"id":"i","type":"said","tags":[],"time":"t","data":1,"meta":{},"commit":1,"synced":0,"hash":"h"}'
)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (f"{A_LINE}\n\n{A_LINE}\n", {"Eventrail-Scanned": "2", "Eventrail-Head": "2"}),
        (f"{A_LINE}{A_LINE}\n", {"Eventrail-Scanned": "2", "Eventrail-Head": "2"}),
        (A_LINE, {"Eventrail-Scanned": "1", "Eventrail-Head": "1"}),
        (f"{A_LINE}\n<h1>", {"Eventrail-Scanned": "2", "Eventrail-Head": "2"}),
        (f"{A_LINE}\n", {"Eventrail-Scanned": "1"}),
    ],
)
async def test_a_page_that_is_none_is_believed_neither_alone_nor_among_others(
    body: str, headers: dict[str, str]
) -> None:
    reply: Reply = lambda _: web.Response(text=body, headers=headers)  # noqa: E731 - a response can be sent once
    async with stub_store(reply) as stub, EventrailClient(stub.url, "a token", QUICK) as client:
        with pytest.raises(UnexpectedAnswer):
            await client.read()
        with pytest.raises(UnexpectedAnswer):
            await anext(client.read_all())


async def test_errors_carry_the_facts() -> None:
    async with stub_store(problem_reply(ProblemType.ID_REUSED, position=7)) as stub:
        with pytest.raises(IdReused) as reused:
            await appended(stub)
    assert (reused.value.id, reused.value.position) == ("an id", 7)
    async with stub_store(any_reply(418, '{"type":"urn:later","title":"T","status":418,"new":1}')) as stub:
        with pytest.raises(Rejected) as rejected:
            await appended(stub)
    assert (rejected.value.problem.type, rejected.value.problem.status) == ("urn:later", 418)


async def test_a_retry_sends_the_same_ids() -> None:
    async with stub_store(None, problem_reply(ProblemType.BUSY, headers={"Retry-After": "0"}), recorded) as stub:
        assert await appended(stub) == AppendResult(1, 1, replayed=False)
    assert len(stub.bodies) == 3
    assert len(set(stub.bodies)) == 1, "to the byte"
    (event,) = msgspec.json.decode(stub.bodies[0], type=AppendRequest).events
    assert event.id is not None
    assert {headers["Authorization"] for headers in stub.headers} == {"Bearer a token"}


@pytest.mark.parametrize(
    ("reply", "maybe_recorded"),
    [
        (None, True),
        (any_reply(504, ""), True),
        (problem_reply(ProblemType.UNAVAILABLE), True),
        (problem_reply(ProblemType.BUSY), False),
        (problem_reply(ProblemType.APPENDS_SUSPENDED), False),
    ],
)
async def test_an_end_without_answer_says_what_is_known(reply: Reply, *, maybe_recorded: bool) -> None:
    async with stub_store(reply) as stub:
        with pytest.raises(Unavailable) as error:
            await appended(stub)
    assert error.value.maybe_recorded is maybe_recorded
    assert error.value.request == msgspec.json.decode(stub.bodies[0], type=AppendRequest), "to append it again"


async def test_nothing_is_recorded_where_nobody_listens() -> None:
    async with stub_store(recorded) as stub:
        url = stub.url
    async with EventrailClient(url, options=QUICK) as client:
        with pytest.raises(Unavailable) as error:
            await client.append([new_event("said", 1)])
        assert not error.value.maybe_recorded
        with pytest.raises(Unavailable):
            await client.head()


async def test_the_time_for_a_call_is_bounded() -> None:
    async with stub_store(problem_reply(ProblemType.BUSY, headers={"Retry-After": "30"})) as stub:
        with pytest.raises(Unavailable):
            await appended(stub, Options(attempts=100, budget_seconds=5))
    assert len(stub.bodies) == 1, "the server asked for more than there is"


async def test_a_client_is_told_a_wrong_url() -> None:
    for url in ("", "eventrail:4100", "127.0.0.1:4100", "ftp://host"):
        with pytest.raises(ValueError, match="not the URL"):
            EventrailClient(url)


def test_pauses_double_up_to_the_longest_and_honour_what_is_asked() -> None:
    least = Options(jitter=lambda: 0.0, pause_seconds=0.1, longest_pause_seconds=1.0)
    most = Options(jitter=lambda: 1.0, pause_seconds=0.1, longest_pause_seconds=1.0)
    assert [least.pause(failures) for failures in (1, 2, 3, 4, 5, 1_000)] == [0.05, 0.1, 0.2, 0.4, 0.5, 0.5]
    assert [most.pause(failures) for failures in (1, 2, 3, 4, 5, 1_000)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert least.pause(1, 3.0) >= 3.0
    assert most.pause(1_000, 3.0) == 3.5
