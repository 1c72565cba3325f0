"""The audit trail from outside: who did what to which, reads of results among it, and nothing private."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.log import facts
from tests.integration.assessment_http.steps import (
    Employer,
    a_key,
    a_published,
    an_employer,
    invited,
    right_answers,
    started,
)
from tests.integration.assessment_http.system import System
from tests.integration.assessment_http.test_keys import issued

ID = "01890000-0000-7000-8000-000000000000"


async def trail(employer: Employer, query: str = "") -> list[dict[str, Any]]:
    """All pages of it."""
    items: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        found = (await employer.api.get(f"/v1/audit?after={after}&limit=7{query}")).expect(200).json
        assert len(found["items"]) <= 7
        items += found["items"]
        after = found["next_after"]
    return items


async def test_the_trail_is_the_log_of_the_employer(
    system: System, employer: Employer, session: aiohttp.ClientSession
) -> None:
    assessment = await a_published(employer)
    candidate, questions = await started(employer, assessment, email="ada.trail@example.org", name="Ada Trail")
    receipt = (await candidate.api.post("/v1/take/submit", {"answers": right_answers(questions)}, key=a_key())).expect(
        201
    )
    reviewer = await issued(employer, "reviewer")
    listed = await reviewer.api.get(f"{assessment.path}/submissions?at_least={receipt.position}")
    assert listed.expect(200).json["items"]
    detail = (await reviewer.api.get(f"/v1/submissions/{receipt.json['submission_id']}")).expect(200)
    items = await trail(employer)
    logged = await facts(session, system, f"employer:{employer.id}")
    assert [(one["position"], one["type"]) for one in items] == [(fact.position, fact.type) for fact in logged]
    by_type = {one["type"]: one for one in items}
    assert by_type["employer.created"]["actor"] == "operator"
    assert by_type["assessment.published"]["actor"] == f"employer:{employer.id}/key:{employer.id}"
    assert by_type["assessment.published"]["resources"] == [f"assessment:{assessment.id}"]
    assert by_type["sitting.submitted"]["actor"].startswith("sitting:")
    assert f"key:{reviewer.id}" in by_type["key.created"]["resources"]
    for read in ("results.listed", "results.read"):
        assert by_type[read]["actor"] == f"employer:{employer.id}/key:{reviewer.id}"
        assert f"assessment:{assessment.id}" in by_type[read]["resources"]
        assert by_type[read]["outcome"] == "done"
    assert f"candidate:{candidate.candidate_id}" in by_type["results.read"]["resources"]
    again = await reviewer.api.get(
        f"/v1/submissions/{detail.json['submission']['id']}", headers={"If-None-Match": detail.etag}
    )
    assert again.status == 304
    assert len(await trail(employer)) == len(items)
    await _holds_nothing_private(employer, reviewer.body["key"], str(candidate.api.token))


async def _holds_nothing_private(employer: Employer, *tokens: str) -> None:
    text = (await employer.api.get("/v1/audit?limit=100")).body.decode()
    for private in ("Ada", "ada.trail", "example.org", "Bowline", "er_live_", "sealed", "sha256", *tokens):
        assert private not in text


async def test_actor_and_resource_narrow_the_trail(employer: Employer) -> None:
    author = await issued(employer, "author")
    assessment = await a_published(Employer(employer.id, author.api))
    await a_published(employer)
    actor = f"employer:{employer.id}/key:{author.id}"
    mine = await trail(employer, f"&actor={actor}")
    assert [one["type"] for one in mine] == [
        "assessment.created",
        "assessment.questions_replaced",
        "assessment.published",
    ]
    about = await trail(employer, f"&resource=assessment:{assessment.id}")
    assert about == mine
    assert await trail(employer, f"&resource=key:{author.id}&actor={actor}") == []
    assert [one["type"] for one in await trail(employer, f"&resource=key:{author.id}")] == ["key.created"]


async def test_nobody_elses_trail_is_seen(employer: Employer, api: Api) -> None:
    other = await an_employer(api)
    theirs = await a_published(other)
    assert await trail(employer, f"&resource=assessment:{theirs.id}") == []
    assert await trail(employer, f"&actor=employer:{other.id}/key:{other.id}") == []
    assert {one["type"] for one in await trail(employer)} == {"employer.created"}
    for role in ("reviewer", "author"):
        key = await issued(employer, role)
        (await key.api.get("/v1/audit")).refused(403, "forbidden")


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("after=x", "after"),
        ("after=-1", "after"),
        (f"after={2**63}", "after"),
        (f"after={2**63 - 1}", "after"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("actor=", "actor"),
        ("actor=a%0Ab", "actor"),
        ("resource=x", "resource"),
        (f"resource=employer:{ID}", "resource"),
        (f"resource=assessment:{ID}%0A", "resource"),
        ("cursor=x", "cursor"),
    ],
)
async def test_what_is_no_question_is_refused(employer: Employer, query: str, at: str) -> None:
    assert (await employer.api.get(f"/v1/audit?{query}")).refused(400, "malformed").json["at"] == at


async def test_results_that_were_refused_are_not_in_the_trail(employer: Employer, api: Api) -> None:
    assessment = await a_published(employer)
    other = await an_employer(api)
    (await other.api.get(f"{assessment.path}/submissions")).refused(404, "not-found")
    (await api.get(f"{assessment.path}/submissions")).refused(401, "unauthorized")
    assert "results.listed" not in {one["type"] for one in (*await trail(employer), *await trail(other))}


async def test_each_of_many_reads_at_once_is_recorded_before_its_answer(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    await invited(employer, assessment)
    path = f"{assessment.path}/submissions"
    replies = await asyncio.gather(*(employer.api.at(system.webs[number % 2].url).get(path) for number in range(20)))
    assert {reply.status for reply in replies} == {200}
    assert [one["type"] for one in await trail(employer)].count("results.listed") == 20
