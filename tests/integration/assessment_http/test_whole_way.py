"""An employer's and three candidates' whole way, on real processes."""

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.steps import (
    QUESTIONS,
    Employer,
    a_key,
    a_published,
    an_employer,
    invited,
    right_answers,
    started,
)
from tests.integration.assessment_http.system import LINK_BASE, System


async def test_a_candidate_is_scored_and_the_employer_reads_why(employer: Employer) -> None:
    assessment = await a_published(employer)
    assert assessment.body["status"] == "published"
    assert assessment.body["version"] == 1
    assert len(assessment.body["content_hash"]) == 64
    candidate = await invited(employer, assessment, name="Grace Höpper 🐝", email="Grace@Example.org")
    assert candidate.body["url"] == f"{LINK_BASE}#{candidate.api.token}"

    ready = (await candidate.api.get("/v1/take")).expect(200).json
    assert (ready["state"], ready["questions"], ready["question_count"]) == ("ready", None, len(QUESTIONS))
    began = (await candidate.api.post("/v1/take/start", key="start")).expect(200)
    assert (await candidate.api.post("/v1/take/start", key="start")).body == began.body
    assert (await candidate.api.post("/v1/take/start")).json == began.json
    questions = (await candidate.api.get("/v1/take")).expect(200).json["questions"]
    answers = right_answers(questions)
    for sequence, (question, answer) in enumerate(answers.items(), 1):
        saved = await candidate.api.put(f"/v1/take/answers/{question}", {"answer": answer, "sequence": sequence})
        assert saved.expect(200).json == {"question_id": question, "sequence": sequence}
    shown = (await candidate.api.get("/v1/take")).json["questions"]
    assert {one["id"]: one["answer"] for one in shown} == answers

    receipt = (await candidate.api.post("/v1/take/submit", key="first")).expect(201)
    assert receipt.json["answered"] == receipt.json["question_count"] == len(QUESTIONS)
    assert (await candidate.api.post("/v1/take/submit", key="first")).body == receipt.body
    (await candidate.api.post("/v1/take/submit", key="second")).refused(409, "already-submitted")
    after = (await candidate.api.get("/v1/take")).expect(200).json
    assert (after["state"], after["questions"]) == ("submitted", None)

    listed = (await employer.api.get(f"{assessment.path}/submissions?at_least={receipt.position}")).expect(200).json
    assert listed["next_cursor"] is None
    (row,) = listed["items"]
    assert row["candidate"] == {
        "id": candidate.candidate_id,
        "name": "Grace Höpper 🐝",
        "email": "Grace@Example.org",
    }
    assert (row["points"], row["max_points"], row["percent"]) == (6.5, 6.5, 100)
    assert row["passed"] is None  # the essay waits for a person
    detail = (await employer.api.get(f"/v1/submissions/{row['id']}")).expect(200)
    assert detail.json["submission"] == row
    by_kind = {one["kind"]: one for one in detail.json["scoring"]}
    assert by_kind["text"]["given"] == "  bowline "
    assert by_kind["text"]["normalized"] == "bowline"
    assert by_kind["text"]["matched"] == "Bowline"
    assert by_kind["essay"]["outcome"] == "pending"

    voided = await employer.api.post(f"/v1/submissions/{row['id']}/void", {"reason": "a retake"}, etag=detail.etag)
    assert voided.expect(200).json["void_reason"] == "a retake"
    (await employer.api.post(f"/v1/submissions/{row['id']}/void", {"reason": "x"})).refused(409, "already-voided")
    again, questions = await started(employer, assessment, email="grace@EXAMPLE.org", name="Grace")
    assert again.candidate_id == candidate.candidate_id
    assert len(questions) == len(QUESTIONS)
    (await candidate.api.post("/v1/take/submit", key="first")).expect(201)


async def test_a_public_link_gives_each_address_one_token(employer: Employer, api: Api) -> None:
    assessment = await a_published(employer, time_limit_seconds=None)
    path = f"/v1/public/{assessment.body['slug']}"
    who = {"name": "Ann", "email": "ann@example.org"}
    joined = (await api.post(path, who, key="k")).expect(201)
    assert joined.json["url"].endswith(f"#{joined.json['token']}")
    assert (await api.post(path, who, key="k")).body == joined.body
    for again in (await api.post(path, who), await api.post(path, {**who, "email": "ANN@example.ORG"}, key="other")):
        claim = again.expect(201).json["token"]
        assert claim != joined.json["token"]
        (await api.with_token(claim).get("/v1/take")).refused(403, "code-required")
    (await api.post(path, {**who, "name": "Bob"}, key="k")).refused(422, "idempotency-key-reused")
    (await api.post("/v1/public/nosuchslug", who)).refused(404, "not-found")
    page = (await api.with_token(joined.json["token"]).get("/v1/take")).expect(200).json
    assert page["state"] == "ready"
    assert len(page["questions"]) == len(QUESTIONS)  # no time is running, so they are seen at once
    (await employer.api.post(f"{assessment.path}/close")).expect(200)
    (await api.post(path, {"name": "Eve", "email": "eve@example.org"})).refused(409, "not-published")


async def test_an_employer_sees_nothing_of_another(system: System, employer: Employer, api: Api) -> None:
    assessment = await a_published(employer)
    other = await an_employer(api)
    missing = assessment.path.replace(assessment.id, "01890000-0000-7000-8000-000000000000")
    for method, suffix, body in (
        ("GET", "", None),
        ("GET", "/questions", None),
        ("GET", "/invites", None),
        ("GET", "/submissions", None),
        ("POST", "/publish", None),
        ("POST", "/close", None),
        ("POST", "/duplicate", None),
        ("POST", "/invites", {"invites": [{"name": "A", "email": "a@example.org"}]}),
    ):
        foreign = await other.api.send(method, f"{assessment.path}{suffix}", body, key=a_key())
        absent = await other.api.send(method, f"{missing}{suffix}", body, key=a_key())
        assert (foreign.status, foreign.body) == (absent.status, absent.body), (method, suffix)
        foreign.refused(404, "not-found")
