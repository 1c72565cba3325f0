"""Public links: switched, capped and ended by their employer, whoever and however many come in at once.

ROUNDS says how often fifty come for the last place; a night's run has 100.
"""

import asyncio
import os
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from contracts.assessment.limits import MAX_PUBLIC_JOINS
from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    a_draft,
    a_key,
    a_published,
    an_employer,
    invited,
)
from tests.integration.assessment_http.system import System

ROUNDS = int(os.environ.get("ROUNDS", "2"))
AT_ONCE = 50

pytestmark = pytest.mark.timeout(600 + 60 * ROUNDS)


async def join(api: Api, assessment: Assessment, email: str | None = None, key: str | None = None) -> Reply:
    body = {"name": "Ann", "email": email or f"{a_key()}@example.org"}
    return await api.with_token(None).post(f"/v1/public/{assessment.body['slug']}", body, key=key)


async def change(employer: Employer, assessment: Assessment, etag: str = "*", **body: Any) -> Reply:
    return await employer.api.put(f"{assessment.path}/public-link", {"enabled": True, **body}, etag=etag)


async def test_a_link_is_read_switched_and_capped_by_who_saw_it_last(employer: Employer) -> None:
    assessment = await a_published(employer)
    path = f"{assessment.path}/public-link"
    first = (await employer.api.get(path)).expect(200)
    expected = {
        "assessment_id": assessment.id,
        "slug": assessment.body["slug"],
        "enabled": True,
        "max_joins": None,
        "expires_at": None,
        "joined": 0,
        "last_joined_at": None,
        "verify_email": False,
    }
    assert first.json == expected
    (await join(employer.api, assessment)).expect(201)
    (await change(employer, assessment, first.etag, enabled=False)).refused(412, "precondition-failed")
    second = (await employer.api.get(path)).expect(200)
    assert (second.json["joined"], second.json["last_joined_at"] is None) == (1, False)
    (await employer.api.get(path, headers={"If-None-Match": second.etag})).expect(304)
    off = (await change(employer, assessment, second.etag, enabled=False)).expect(200)
    assert (await employer.api.get(path)).body == off.body
    assert off.etag == f'"{off.position}"'
    (await join(employer.api, assessment)).refused(409, "link-closed")
    (await change(employer, assessment)).expect(200)
    (await join(employer.api, assessment)).expect(201)
    (await employer.api.put(path, {"enabled": True})).refused(428, "precondition-required")


async def test_a_link_ends_at_its_time(employer: Employer) -> None:
    assessment = await a_published(employer)

    async def before(soon: datetime) -> None:
        (await change(employer, assessment, expires_at=soon.isoformat())).expect(200)
        (await join(employer.api, assessment)).expect(201)

    _, soon = await in_time(before)
    await passed(soon)
    (await join(employer.api, assessment)).refused(409, "link-closed")
    late = await change(employer, assessment, expires_at=soon.isoformat())
    assert late.refused(400, "malformed").json["at"] == "$.expires_at"


@pytest.mark.parametrize(
    ("cap", "status"), [(0, 400), (1, 200), (MAX_PUBLIC_JOINS, 200), (MAX_PUBLIC_JOINS + 1, 400), ("3", 400)]
)
async def test_a_cap_has_its_range(employer: Employer, cap: Any, status: int) -> None:
    assessment = await a_published(employer)
    (await change(employer, assessment, max_joins=cap)).expect(status)


async def test_a_full_link_tells_so_and_a_retry_of_who_is_in_gets_the_same_token(employer: Employer) -> None:
    assessment = await a_published(employer)
    (await change(employer, assessment, max_joins=1)).expect(200)
    first = (await join(employer.api, assessment, "ann@example.org", "k")).expect(201)
    (await join(employer.api, assessment)).refused(409, "link-full")
    again = (await join(employer.api, assessment, "ANN@example.org", "k")).refused(422, "idempotency-key-reused")
    assert again.json["at"] == "Idempotency-Key"
    again = (await join(employer.api, assessment, "ann@example.org", "k")).expect(201)
    assert (again.body, again.position) == (first.body, first.position)
    await invited(employer, assessment)  # a personal invite takes no place of the link
    (await change(employer, assessment, max_joins=2)).expect(200)
    (await join(employer.api, assessment)).expect(201)
    refused = (await change(employer, assessment, max_joins=1)).refused(409, "conflict")
    assert (refused.json["at"], refused.json["seen"]) == ("$.max_joins", "1")


async def test_exactly_one_of_fifty_gets_the_last_place(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    for places in range(2, 2 + ROUNDS):
        (await change(employer, assessment, max_joins=places)).expect(200)
        if places == 2:
            (await join(employer.api, assessment)).expect(201)
        webs = [employer.api.at(system.webs[number % len(system.webs)].url) for number in range(AT_ONCE)]
        replies = await asyncio.gather(*(join(web, assessment, key=a_key()) for web in webs))
        assert Counter(reply.status for reply in replies) == {201: 1, 409: AT_ONCE - 1}
        assert {reply.problem for reply in replies if reply.status == 409} == {"link-full"}
        assert (await employer.api.get(f"{assessment.path}/public-link")).json["joined"] == places
    listed = (await employer.api.get(f"{assessment.path}/invites?limit=100")).json["items"]
    assert [item["source"] for item in listed] == ["public"] * (1 + ROUNDS)


async def test_the_database_has_the_last_word_on_a_cap(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    (await change(employer, assessment, max_joins=1)).expect(200)
    name = "public_links_joined_within_cap"
    for joined in (2, -1):
        with pytest.raises(Exception, match=name):
            system.asked(f"UPDATE live.public_links SET joined = {joined} WHERE id = '{assessment.id}'")


async def test_a_draft_has_no_link_a_closed_assessment_keeps_it_and_nobody_else_sees_it(
    employer: Employer, api: Api
) -> None:
    draft = await a_draft(employer)
    (await employer.api.get(f"{draft.path}/public-link")).refused(404, "not-found")
    (await change(employer, draft)).refused(409, "not-published")
    assessment = await a_published(employer)
    (await employer.api.post(f"{assessment.path}/close")).expect(200)
    assert (await employer.api.get(f"{assessment.path}/public-link")).expect(200).json["enabled"] is True
    (await change(employer, assessment)).refused(409, "not-published")
    (await join(employer.api, assessment)).refused(409, "not-published")
    stranger = await an_employer(api)
    foreign = (await stranger.api.get(f"{assessment.path}/public-link")).refused(404, "not-found")
    assert (await change(stranger, assessment)).refused(404, "not-found").body == foreign.body
