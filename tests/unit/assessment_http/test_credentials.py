"""Whom a bearer token belongs to: one path for whatever is wrong with it, and failures that are counted exactly."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from assessment.http.credentials import authenticated
from assessment.http.limits import Limits
from assessment.settings import LimitSettings
from servicekit.problems import ProblemRaised

LIMIT = 2


@dataclass
class Request:
    """As much of one as is looked at."""

    headers: dict[str, str]
    scope: dict[str, Any] = field(default_factory=lambda: {"client": ("192.0.2.1", 1), "headers": []})


@dataclass
class Service:
    limits: Limits = field(
        default_factory=lambda: Limits.of(LimitSettings(failed_authentications_per_minute=LIMIT), lambda: 0)
    )


class Finder:
    """Finds nothing, or what it is told to; counts how often it was asked."""

    def __init__(self, found: Any = None) -> None:
        self.found = found
        self.asked: list[str] = []

    async def __call__(self, sha256: str) -> Any:
        self.asked.append(sha256)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


async def asked(service: Service, finder: Finder, authorization: str | None = "Bearer abc") -> Any:
    request: Any = Request({} if authorization is None else {"authorization": authorization})
    given: Any = service
    return await authenticated(request, given, finder)


async def refused(service: Service, finder: Finder, authorization: str | None = "Bearer abc") -> ProblemRaised:
    with pytest.raises(ProblemRaised) as caught:
        await asked(service, finder, authorization)
    return caught.value


async def test_whatever_is_wrong_with_a_credential_is_answered_alike_and_looked_up_once() -> None:
    nothing = (None, "", "Basic eDp4", "Bearer", "Bearer a b", f"Bearer {'x' * 600}")
    answers = []
    for authorization, times in (*((one, 0) for one in nothing), ("Bearer abc", 1), (f"Bearer {'x' * 43}", 1)):
        finder = Finder()
        raised = await refused(Service(), finder, authorization)
        answers.append((raised.body, raised.headers))
        assert len(finder.asked) == times
    assert all(answer == answers[0] for answer in answers)


async def test_the_last_failure_that_may_be_and_the_first_that_may_not() -> None:
    service, finder = Service(), Finder()
    statuses = [(await refused(service, finder)).body.status for _ in range(LIMIT + 1)]
    assert statuses == [401] * LIMIT + [429]
    assert len(finder.asked) == LIMIT
    assert (await refused(service, Finder("valid"))).body.status == 429


async def test_what_succeeds_and_what_fails_for_another_reason_is_no_failure() -> None:
    service = Service()
    for _ in range(LIMIT + 1):
        assert await asked(service, Finder("valid")) == "valid"
        with pytest.raises(ConnectionRefusedError):
            await asked(service, Finder(ConnectionRefusedError()))
    assert (await refused(service, Finder())).body.status == 401
