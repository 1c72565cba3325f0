"""Limits from outside: the last request that may, the first that may not, whom it counts, and the way back in."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.steps import Employer, a_key, a_published, an_employer, invited
from tests.integration.assessment_http.system import System
from tests.integration.assessment_http.test_keys import issued
from tests.kit.services import OPERATOR_TOKEN, Service

LIMIT = 3
"""A minute: one more every 20 seconds."""
TOLD = {
    "ASSESSMENT_TRUSTED_PROXIES": "1",
    "ASSESSMENT_PUBLIC_REQUESTS_PER_MINUTE": str(LIMIT),
    "ASSESSMENT_FAILED_AUTHENTICATIONS_PER_MINUTE": str(LIMIT),
    "ASSESSMENT_MAILED_CODES_PER_MINUTE": str(LIMIT - 1),
    "ASSESSMENT_TAKE_REQUESTS_PER_MINUTE": str(LIMIT),
    "ASSESSMENT_KEY_REQUESTS_PER_MINUTE": str(LIMIT),
}


@pytest.fixture(scope="module")
def strict(system: System) -> Iterator[Service]:
    web = system.another_web("strict", TOLD)
    yield web
    web.child.kill()


def from_address(number: int) -> dict[str, Any]:
    return {"headers": {"X-Forwarded-For": f"198.51.100.99, 203.0.113.{number}"}}


def refused(reply: Reply) -> None:
    reply.refused(429, "too-many-requests")
    assert 1 <= int(reply.headers["Retry-After"]) <= 60 // LIMIT


async def test_public_requests_count_by_address(strict: Service, employer: Employer) -> None:
    assessment = await a_published(employer)
    public = employer.api.with_token(None).at(strict.url)
    path = f"/v1/public/{assessment.body['slug']}"
    for _ in range(LIMIT - 1):
        (await public.post("/v1/public/nothing", {"name": "A", "email": "a@b.example"}, **from_address(1))).expect(404)
    (await public.post(path, {"name": "Ann", "email": "ann@example.org"}, key=a_key(), **from_address(1))).expect(201)
    refused(await public.post(path, {"name": "Bob", "email": "bob@example.org"}, key=a_key(), **from_address(1)))
    refused(await public.get("/v1/import-templates/csv", **from_address(1)))
    (await public.get("/v1/import-templates/csv", **from_address(2))).expect(200)
    for _ in range(LIMIT + 1):
        (await public.get("/health/live", **from_address(1))).expect(200)
        (await public.get("/schema", **from_address(1))).expect(200)


async def test_mailed_codes_count_by_address_whoever_asks_for_them(strict: Service, employer: Employer) -> None:
    assessment = await a_published(employer)
    path, link = f"/v1/public/{assessment.body['slug']}", f"{assessment.path}/public-link"
    (await employer.api.put(link, {"enabled": True, "verify_email": True}, etag="*")).expect(200)
    body = {"invites": [{"name": "Zoë", "email": f"{a_key()}@example.org"}], "verify_email": True}
    issued_ones = (await employer.api.post(f"{assessment.path}/invites", body, key=a_key())).expect(201).json["items"]
    public = employer.api.with_token(None).at(strict.url)
    own = public.with_token(issued_ones[0]["token"])
    for _ in range(LIMIT - 1):
        who = {"name": "Ann", "email": f"{a_key()}@example.org"}
        (await public.post(path, who, key=a_key(), **from_address(10))).expect(201)
    for reply in (
        await public.post(path, {"name": "Ann", "email": f"{a_key()}@example.org"}, **from_address(10)),
        await own.post("/v1/take/code", **from_address(10)),
    ):
        reply.refused(429, "too-many-requests")
        assert 1 <= int(reply.headers["Retry-After"]) <= 60 // (LIMIT - 1)
    (await own.post("/v1/take/code", **from_address(11))).expect(200)


async def test_failed_authentications_count_by_address_whatever_was_wrong(
    system: System, strict: Service, api: Api
) -> None:
    web = api.at(strict.url)
    employer = await an_employer(api)
    revoked = await issued(employer)
    (await employer.api.post(f"/v1/keys/{revoked.id}/revoke")).expect(200)
    operator = web.with_token(OPERATOR_TOKEN)
    for _ in range(2 * LIMIT):  # what succeeds is not counted
        (await operator.get(f"/v1/employers/{employer.id}", **from_address(3))).expect(200)
    for token, path in ((None, "/v1/take"), (revoked.api.token, "/v1/assessments"), ("x" * 43, "/v1/employers/x")):
        (await web.with_token(token).get(path, **from_address(3))).refused(401, "unauthorized")
    for token, path in ((None, "/v1/take"), (revoked.api.token, "/v1/keys"), (OPERATOR_TOKEN, "/v1/employers/x")):
        refused(await web.with_token(token).get(path, **from_address(3)))
    (await operator.get(f"/v1/employers/{employer.id}", **from_address(4))).expect(200)


async def test_of_many_failures_at_once_no_more_than_the_limit_are_looked_up(strict: Service, api: Api) -> None:
    web = api.at(strict.url).with_token("y" * 43)
    replies = await asyncio.gather(*(web.get("/v1/assessments", **from_address(5)) for _ in range(30)))
    assert sorted(reply.status for reply in replies) == [401] * LIMIT + [429] * (30 - LIMIT)


async def test_a_link_and_a_key_have_limits_of_their_own(strict: Service, employer: Employer) -> None:
    assessment = await a_published(employer)
    one, other = await invited(employer, assessment), await invited(employer, assessment)
    for candidate in (one, other):
        web = candidate.api.at(strict.url)
        for _ in range(LIMIT):
            (await web.get("/v1/take", **from_address(6))).expect(200)
        refused(await web.post("/v1/take/start", **from_address(7)))
    for key in (employer.api, (await issued(employer, "reviewer")).api):
        web = key.at(strict.url)
        for _ in range(LIMIT - 1):
            (await web.get("/v1/assessments", **from_address(8))).expect(200)
        (await web.get(assessment.path, **from_address(8))).expect(200)
        refused(await web.get("/v1/assessments", **from_address(9)))
        (await key.get("/v1/assessments")).expect(200)  # each process counts for itself


async def test_a_refused_request_changes_nothing(strict: Service, employer: Employer) -> None:
    key = await issued(employer, "author")
    web = key.api.at(strict.url)
    replies = await asyncio.gather(*(web.post("/v1/assessments", {"title": "T"}, key=a_key()) for _ in range(10)))
    assert sorted(reply.status for reply in replies) == [201] * LIMIT + [429] * (10 - LIMIT)
    assert len((await employer.api.get("/v1/assessments")).json["items"]) == LIMIT
