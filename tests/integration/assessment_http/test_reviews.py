"""Essays that wait for a person: the queue, the review, and the result that comes of it."""

from typing import Any

import pytest

from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.steps import (
    QUESTIONS,
    Assessment,
    Employer,
    a_key,
    a_published,
    an_employer,
    right_answers,
    started,
)

ESSAYS: list[dict[str, Any]] = [*QUESTIONS[:2], {"kind": "essay", "prompt": "Why?", "points": 4}]


async def waiting(employer: Employer) -> tuple[Assessment, Reply, str]:
    """A submission whose essay waits, as it is read, and the essay's id."""
    assessment = await a_published(employer, ESSAYS, passing_percent=70)
    candidate, questions = await started(employer, assessment)
    answers = right_answers(questions)
    receipt = (await candidate.api.post("/v1/take/submit", {"answers": answers}, key=a_key())).expect(201)
    listed = await employer.api.get(f"{assessment.path}/submissions?at_least={receipt.position}")
    (row,) = listed.expect(200).json["items"]
    detail = (await employer.api.get(f"/v1/submissions/{row['id']}")).expect(200)
    (essay,) = (one["question_id"] for one in detail.json["scoring"] if one["kind"] == "essay")
    return assessment, detail, essay


async def queue(employer: Employer, assessment: Assessment, state: str, at_least: int) -> list[str]:
    path = f"{assessment.path}/submissions?state={state}&at_least={at_least}"
    return [row["id"] for row in (await employer.api.get(path)).expect(200).json["items"]]


async def test_a_review_takes_a_submission_out_of_the_queue(employer: Employer) -> None:
    assessment, before, essay = await waiting(employer)
    submission = before.json["submission"]
    assert (submission["state"], submission["passed"], submission["percent"]) == ("pending_review", None, 46.67)
    position = int(before.etag.strip('"'))
    assert await queue(employer, assessment, "pending_review", position) == [submission["id"]]
    assert await queue(employer, assessment, "scored", position) == []

    path = f"/v1/submissions/{submission['id']}"
    body = {"essays": [{"question_id": essay, "points": 1.75, "note": "Short, but right 🪢"}]}
    done = (await employer.api.post(f"{path}/review", body, etag=before.etag, key="review")).expect(200)
    assert (done.json["state"], done.json["points"], done.json["percent"]) == ("scored", 5.25, 70)
    assert done.json["passed"] is True
    again = await employer.api.post(f"{path}/review", body, etag=before.etag, key="review")
    assert (again.status, again.body) == (200, done.body)
    (await employer.api.post(f"{path}/review", body, etag=before.etag)).refused(412, "precondition-failed")
    (await employer.api.post(f"{path}/review", body)).refused(428, "precondition-required")

    after = (await employer.api.get(f"{path}?at_least={done.position}")).expect(200)
    assert after.etag == done.etag
    assert after.json["submission"]["reviewed_at"] == done.json["reviewed_at"]
    scoring = {one["kind"]: one for one in after.json["scoring"]}
    assert (scoring["essay"]["outcome"], scoring["essay"]["note"]) == ("partial", "Short, but right 🪢")
    assert (scoring["single"]["outcome"], scoring["single"]["note"], scoring["single"]["key_version"]) == (
        "correct",
        "",
        1,
    )
    assert await queue(employer, assessment, "pending_review", done.position) == []
    assert await queue(employer, assessment, "scored", done.position) == [submission["id"]]
    fewer = {"essays": [{"question_id": essay, "points": 1.749}]}
    second = (await employer.api.post(f"{path}/review", fewer, etag=after.etag)).expect(200)
    assert (second.json["percent"], second.json["passed"]) == (69.99, False)


@pytest.mark.parametrize(
    ("change", "status", "problem"),
    [
        ({"points": 4.001}, 400, "malformed"),
        ({"points": -1}, 400, "malformed"),
        ({"question_id": "nothing"}, 422, "unknown-question"),
        ({"question_id": "single"}, 409, "not-reviewable"),
        ({"passed": True}, 400, "malformed"),
        ({"note": "x" * 5001}, 400, "malformed"),
    ],
)
async def test_what_does_not_fit_is_refused(
    employer: Employer, change: dict[str, Any], status: int, problem: str
) -> None:
    _, detail, essay = await waiting(employer)
    ids = {one["kind"]: one["question_id"] for one in detail.json["scoring"]}
    review = {"question_id": essay, "points": 1, **change}
    review["question_id"] = ids.get(review["question_id"], review["question_id"])
    path = f"/v1/submissions/{detail.json['submission']['id']}/review"
    (await employer.api.post(path, {"essays": [review]}, etag=detail.etag)).refused(status, problem)
    (await employer.api.post(path, {"essays": []}, etag=detail.etag)).refused(400, "malformed")


async def test_nobody_else_reviews_and_nothing_void_is_reviewed(employer: Employer, api: Api) -> None:
    assessment, detail, essay = await waiting(employer)
    path = f"/v1/submissions/{detail.json['submission']['id']}"
    body = {"essays": [{"question_id": essay, "points": 1}]}
    other = await an_employer(api)
    foreign = await other.api.post(f"{path}/review", body, etag=detail.etag)
    missing = path.replace(detail.json["submission"]["id"], "01890000-0000-7000-8000-000000000000")
    absent = await other.api.post(f"{missing}/review", body, etag=detail.etag)
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    foreign.refused(404, "not-found")
    (await api.post(f"{path}/review", body, etag=detail.etag)).refused(401, "unauthorized")
    (await employer.api.get(f"{assessment.path}/submissions?state=lost")).refused(400, "malformed")
    voided = (await employer.api.post(f"{path}/void", {"reason": "a fire"}, etag=detail.etag)).expect(200)
    (await employer.api.post(f"{path}/review", body, etag=voided.etag)).refused(409, "already-voided")
    assert await queue(employer, assessment, "voided", voided.position) == [detail.json["submission"]["id"]]
