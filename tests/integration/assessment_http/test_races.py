"""Fifty at once, over two web processes: one may, the others are told, and nobody meets a 5xx.

ROUNDS says how often; a night's run has 100.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence

import pytest

from contracts.assessment.limits import MAX_CODES_PER_HOUR
from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.steps import (
    Employer,
    a_draft,
    a_key,
    a_published,
    an_employer,
    invited,
    right_answers,
    started,
)
from tests.integration.assessment_http.system import System

ROUNDS = int(os.environ.get("ROUNDS", "3"))
AT_ONCE = 50
DRAFTS = 5

pytestmark = pytest.mark.timeout(600 + 60 * ROUNDS)


def webs(api: Api, system: System) -> list[Api]:
    """The same client at each web process in turn."""
    return [api.at(system.webs[number % len(system.webs)].url) for number in range(AT_ONCE)]


def statuses(replies: Sequence[Reply]) -> Counter[int]:
    found = Counter(reply.status for reply in replies)
    assert all(status < 500 for status in found), [reply for reply in replies if reply.status >= 500]
    return found


async def test_exactly_one_of_fifty_becomes_the_third_active_assessment(system: System, api: Api) -> None:
    for _ in range(ROUNDS):
        employer = await an_employer(api)
        for _ in range(2):
            await a_published(employer)
        drafts = [await a_draft(employer) for _ in range(DRAFTS)]
        replies = await asyncio.gather(
            *(
                web.post(f"{drafts[number % DRAFTS].path}/publish", key=a_key())
                for number, web in enumerate(webs(employer.api, system))
            )
        )
        assert statuses(replies) == {200: 1, 409: AT_ONCE - 1}
        problems = Counter(reply.problem for reply in replies if reply.status == 409)
        assert set(problems) <= {"active-limit-reached", "not-a-draft"}
        listed = (await employer.api.get("/v1/assessments")).json["items"]
        assert Counter(item["status"] for item in listed) == {"published": 3, "draft": DRAFTS - 1}


async def test_fifty_different_submissions_of_one_sitting_are_one(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    for _ in range(ROUNDS):
        candidate, questions = await started(employer, assessment)
        body = {"answers": right_answers(questions)}
        replies = await asyncio.gather(
            *(web.post("/v1/take/submit", body, key=a_key()) for web in webs(candidate.api, system))
        )
        assert statuses(replies) == {201: 1, 409: AT_ONCE - 1}
        assert {reply.problem for reply in replies if reply.status == 409} == {"already-submitted"}
    listed = (await employer.api.get(f"{assessment.path}/submissions?limit=100")).json["items"]
    assert len(listed) == min(ROUNDS, 100)


async def test_fifty_times_the_same_submission_has_one_receipt(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    for _ in range(ROUNDS):
        candidate, questions = await started(employer, assessment)
        body, key = {"answers": right_answers(questions)}, a_key()
        replies = await asyncio.gather(
            *(web.post("/v1/take/submit", body, key=key) for web in webs(candidate.api, system))
        )
        assert statuses(replies) == {201: AT_ONCE}
        assert len({reply.body for reply in replies}) == 1
        assert len({reply.position for reply in replies}) == 1


async def test_fifty_first_starts_fix_one_deadline(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    for _ in range(ROUNDS):
        candidate = await invited(employer, assessment)
        replies = await asyncio.gather(*(web.post("/v1/take/start") for web in webs(candidate.api, system)))
        assert statuses(replies) == {200: AT_ONCE}
        assert len({reply.body for reply in replies}) == 1


async def test_of_fifty_autosaves_the_highest_sequence_stays(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    candidate, questions = await started(employer, assessment)
    essay = next(one["id"] for one in questions if one["kind"] == "essay")
    replies = await asyncio.gather(
        *(
            web.put(f"/v1/take/answers/{essay}", {"answer": f"draft {number}", "sequence": number})
            for number, web in enumerate(webs(candidate.api, system), 1)
        )
    )
    assert statuses(replies) == {200: AT_ONCE}
    page = (await candidate.api.get("/v1/take")).json["questions"]
    assert next(one["answer"] for one in page if one["id"] == essay) == f"draft {AT_ONCE}"


async def test_of_fifty_edits_with_one_etag_one_counts(system: System, employer: Employer) -> None:
    draft = await a_draft(employer)
    replies = await asyncio.gather(
        *(
            web.patch(draft.path, {"title": f"title {number}"}, etag=draft.etag)
            for number, web in enumerate(webs(employer.api, system))
        )
    )
    assert statuses(replies) == {200: 1, 412: AT_ONCE - 1}
    (won,) = [reply for reply in replies if reply.status == 200]
    assert (await employer.api.get(draft.path)).body == won.body


async def test_of_fifty_joins_of_one_address_one_gets_in_and_a_few_may_prove_it(
    system: System, employer: Employer
) -> None:
    assessment = await a_published(employer)
    path, who = f"/v1/public/{assessment.body['slug']}", {"name": "Ann", "email": "ann@example.org"}
    public = employer.api.with_token(None)
    replies = await asyncio.gather(*(web.post(path, who, key=a_key()) for web in webs(public, system)))
    assert statuses(replies) == {201: 1 + MAX_CODES_PER_HOUR, 429: AT_ONCE - 1 - MAX_CODES_PER_HOUR}
    tokens = [reply.json["token"] for reply in replies if reply.status == 201]
    opened = [(await public.with_token(token).get("/v1/take")).status for token in tokens]
    assert sorted(opened) == [200] + [403] * MAX_CODES_PER_HOUR
