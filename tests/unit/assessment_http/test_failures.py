"""Every way a request can fail inside: the status, the problem, and nothing of what happened behind it."""

import logging

import msgspec
import pytest
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    DeadlockDetectedError,
    LockNotAvailableError,
    PostgresError,
    QueryCanceledError,
    TooManyConnectionsError,
    UndefinedColumnError,
    UniqueViolationError,
)
from litestar import Litestar, get
from litestar.testing import TestClient

from assessment.app.errors import KeyReused, LogUnavailable, Overloaded
from assessment.domain.decision import Reason, Refused
from assessment.http.failures import handlers
from assessment.http.problems import PROBLEM_OF
from assessment.read_models.queries_reader import ReadsBusy
from servicekit.bodies import ClientGone

SECRET = "SELECT secret FROM rows"
PASSING = (
    TooManyConnectionsError(SECRET),
    QueryCanceledError(SECRET),
    ConnectionDoesNotExistError(SECRET),
    DeadlockDetectedError(SECRET),
    LockNotAvailableError(SECRET),
    ConnectionRefusedError(SECRET),
    TimeoutError(SECRET),
    LogUnavailable(SECRET),
    Overloaded(SECRET, 7),
    ReadsBusy(),
)


def answer(failure: BaseException) -> tuple[int, dict[str, object], str | None]:
    """Status, body and Retry-After of a request that ends with this failure."""

    @get("/")
    async def fails() -> None:
        raise failure

    app = Litestar([fails], exception_handlers=handlers(), openapi_config=None, logging_config=None)
    with TestClient(app) as client:
        reply = client.get("/")
    assert reply.headers["content-type"] == "application/problem+json"
    assert SECRET not in reply.text
    return reply.status_code, msgspec.json.decode(reply.content), reply.headers.get("retry-after")


@pytest.mark.parametrize("failure", PASSING, ids=lambda failure: type(failure).__name__)
def test_what_passes_says_when_to_come_back(failure: BaseException) -> None:
    status, _, retry_after = answer(failure)
    assert status == 503
    assert retry_after == ("7" if isinstance(failure, Overloaded) else "1")


@pytest.mark.parametrize("kind", [UndefinedColumnError, UniqueViolationError, RuntimeError])
def test_a_fault_of_ours_says_nothing_of_itself(
    kind: type[PostgresError | RuntimeError], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        status, body, _ = answer(kind(SECRET))
    assert (status, body["type"]) == (500, "urn:eventrail:problem:internal")
    assert set(body) == {"type", "title", "status"}
    assert caplog.records
    told = [record for record in caplog.records if SECRET in record.getMessage()]
    assert told == []


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.value)
def test_each_refusal_has_its_problem(reason: Reason) -> None:
    status, body, _ = answer(Refused(reason, "why", at="$.place", seen="7"))
    kind = PROBLEM_OF[reason]
    assert (status, body["type"], body["title"]) == (kind.status, kind.uri, kind.title)


def test_what_is_not_found_or_not_allowed_says_no_more() -> None:
    for reason in (Reason.NOT_FOUND, Reason.INVITE_INVALID):
        first = answer(Refused(reason, "one thing", at="$.a", seen="1"))
        assert first == answer(Refused(reason, "another", at="$.b", seen="2"))


def test_other_endings_have_theirs() -> None:
    assert answer(KeyReused())[0] == 422
    assert answer(ClientGone())[0] == 400
