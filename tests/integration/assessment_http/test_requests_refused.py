"""Requests that can't be taken: each gets its problem with the place of what is wrong, and never a 5xx."""

from typing import Any

import pytest

from contracts.assessment import limits
from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.steps import Employer, a_draft, a_key, a_published, invited

JSON = {"Content-Type": "application/json"}
TITLE = {"title": "Knots"}
MISSING = "01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("body", "at", "seen"),
    [
        (b"", "$", ""),
        (b"{", "$", ""),
        (b"[]", "$", "[]"),
        (b'{"title":"a"} x', "$", ""),
        (b'{"title":"\xff"}', "$", ""),
        (b'{"title":"\\ud800"}', "$", ""),
        (b"\xff\xfe{\x00}\x00", "$", ""),
        (b'{"title":"a","score":100}', "$.score", "100"),
        (b'{"title":"a","employer_id":"x"}', "$.employer_id", '"x"'),
        (b'{"instructions":"a"}', "$.title", ""),
        (b'{"title":7}', "$.title", "7"),
        (b'{"title":"a","time_limit_seconds":"60"}', "$.time_limit_seconds", '"60"'),
        (b'{"title":"a","time_limit_seconds":1e400}', "$.time_limit_seconds", ""),
        (b'{"title":"a","shuffle":"yes"}', "$.shuffle", '"yes"'),
        (b'{"title":"a","passing_percent":1e99999999999999999999}', "$.passing_percent", ""),
        (b'{"title":"a","passing_percent":1e999999999}', "$.passing_percent", None),
        (b'{"title":"a","passing_percent":"NaN"}', "$.passing_percent", None),
        (b'{"title":"a\\u0000b"}', "$.title", None),
        (b'{"title":"a\\u202eb"}', "$.title", None),
        (b"[" * 100_000, "$", ""),
        (b'{"title":' + b"[" * 100_000, "$.title", None),
        (b'{"title":"a","x":' + b'{"x":' * 100_000, "$.x", None),
    ],
)
async def test_a_malformed_body_is_refused_with_its_place(
    employer: Employer, body: bytes, at: str, seen: str | None
) -> None:
    reply = await employer.api.send("POST", "/v1/assessments", data=body, headers=JSON)
    found = reply.refused(400, "malformed").json
    assert found["at"] == at
    assert seen is None or found.get("seen", "") == seen
    (await employer.api.post("/v1/assessments", TITLE)).expect(201)


async def test_a_body_of_two_mebibytes_is_too_large(employer: Employer) -> None:
    body = b'{"title":"' + b"a" * 2 * 1024 * 1024 + b'"}'
    (await employer.api.send("POST", "/v1/assessments", data=body, headers=JSON)).refused(413, "payload-too-large")

    async def chunks() -> Any:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    (await employer.api.send("POST", "/v1/assessments", data=chunks(), headers=JSON)).refused(413, "payload-too-large")


@pytest.mark.parametrize(("more", "status"), [(-1, 201), (0, 201), (1, 413)])
async def test_a_body_may_have_a_mebibyte(employer: Employer, more: int, status: int) -> None:
    padded = b'{"title":"a"}'.ljust(limits.MAX_BODY_BYTES + more)
    (await employer.api.send("POST", "/v1/assessments", data=padded, headers=JSON)).expect(status)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_only_json_in_utf_8_is_understood(employer: Employer, headers: dict[str, str]) -> None:
    reply = await employer.api.send("POST", "/v1/assessments", data=b'{"title":"a"}', headers=headers)
    reply.refused(415, "unsupported-media-type")


async def test_a_place_deep_in_a_list_is_named(employer: Employer) -> None:
    draft = await a_draft(employer)
    question = {"kind": "single", "prompt": "?", "options": [{"text": "a"}, {"text": "b"}], "correct": 3}
    reply = await employer.api.put(f"{draft.path}/questions", {"questions": [question]}, etag=draft.etag)
    assert reply.refused(400, "malformed").json["at"] == "$.questions[0].correct"
    assert reply.json["seen"] == "3"
    question["options"] = [{"text": "a"}, {"label": "b"}]
    reply = await employer.api.put(f"{draft.path}/questions", {"questions": [question]}, etag=draft.etag)
    assert reply.refused(400, "malformed").json["at"] == "$.questions[0].options[1].label"


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("limit=0", "limit"),
        (f"limit={limits.MAX_PAGE_ITEMS + 1}", "limit"),
        ("limit=+5", "limit"),
        ("limit=%D9%A5", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "W1tbW1tb" * 500, "cursor"),
        ("at_least=-1", "at_least"),
        ("at_least=9223372036854775808", "at_least"),
        ("order=desc", "order"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused(employer: Employer, query: str, at: str) -> None:
    reply = await employer.api.get(f"/v1/assessments?{query}")
    assert reply.refused(400, "malformed").json["at"] == at


@pytest.mark.parametrize("limit", [1, limits.MAX_PAGE_ITEMS - 1, limits.MAX_PAGE_ITEMS])
async def test_a_page_has_at_most_a_hundred_items(employer: Employer, limit: int) -> None:
    (await employer.api.get(f"/v1/assessments?limit={limit}")).expect(200)


@pytest.mark.parametrize("path", ["", "/publish", "/questions"])
@pytest.mark.parametrize("id_", ["x", "%00", MISSING.upper(), f"{{{MISSING}}}", "0" * 5000, MISSING])
async def test_what_is_no_id_names_nothing(employer: Employer, id_: str, path: str) -> None:
    method = "POST" if path == "/publish" else "GET"
    (await employer.api.send(method, f"/v1/assessments/{id_}{path}", key=a_key())).refused(404, "not-found")


async def test_unknown_addresses_and_methods_are_problems_too(api: Api) -> None:
    (await api.get("/v1/nothing")).refused(404, "not-found")
    (await api.get("/")).refused(404, "not-found")
    reply = (await api.send("TRACE", "/v1/take")).refused(405, "method-not-allowed")
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize("action", ["publish", "invites"])
async def test_some_requests_need_an_idempotency_key(employer: Employer, action: str) -> None:
    draft = await a_draft(employer)
    body = {"invites": [{"name": "A", "email": "a@example.org"}]} if action == "invites" else None
    reply = await employer.api.post(f"{draft.path}/{action}", body)
    assert reply.refused(400, "idempotency-key-required").json["at"] == "Idempotency-Key"
    commit = {"digest": "0" * 64}
    (await employer.api.post(f"{draft.path}/imports/{MISSING}/commit", commit)).refused(400, "idempotency-key-required")


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("k", 201),
        ("k" * (limits.MAX_IDEMPOTENCY_KEY_CHARACTERS - 1), 201),
        ("k" * limits.MAX_IDEMPOTENCY_KEY_CHARACTERS, 201),
        ("k" * (limits.MAX_IDEMPOTENCY_KEY_CHARACTERS + 1), 400),
        ("", 400),
        ("a b", 400),
        ("é", 400),
    ],
)
async def test_a_key_is_short_visible_ascii(employer: Employer, key: str, status: int) -> None:
    (await employer.api.post("/v1/assessments", TITLE, key=key)).expect(status)


async def test_submit_needs_a_key(employer: Employer) -> None:
    assessment = await a_published(employer)
    candidate = await invited(employer, assessment)
    (await candidate.api.post("/v1/take/submit")).refused(400, "idempotency-key-required")


async def test_answers_that_do_not_fit_are_refused(employer: Employer) -> None:
    assessment = await a_published(employer, time_limit_seconds=None)
    candidate = await invited(employer, assessment)
    questions = (await candidate.api.get("/v1/take")).json["questions"]
    single = next(one for one in questions if one["kind"] == "single")
    for answer in ("nothing like an id", True, [single["options"][0]["id"]], "a\u0000b"):
        reply = await candidate.api.put(f"/v1/take/answers/{single['id']}", {"answer": answer, "sequence": 1})
        reply.refused(422, "answer-refused")
    for question in (MISSING, "x", "%00"):
        reply = await candidate.api.put(f"/v1/take/answers/{question}", {"answer": None, "sequence": 1})
        reply.refused(422, "unknown-question")
    reply = await candidate.api.post("/v1/take/submit", {"answers": {MISSING: "a"}}, key=a_key())
    reply.refused(422, "unknown-question")
    (await candidate.api.post("/v1/take/submit", {"score": 7}, key=a_key())).refused(400, "malformed")


@pytest.mark.parametrize(
    ("sequence", "status"), [(0, 400), (1, 200), (limits.MAX_SEQUENCE, 200), (limits.MAX_SEQUENCE + 1, 400)]
)
async def test_a_sequence_is_a_number_that_every_client_keeps(employer: Employer, sequence: int, status: int) -> None:
    candidate = await invited(employer, await a_published(employer, time_limit_seconds=None))
    question = (await candidate.api.get("/v1/take")).json["questions"][0]["id"]
    body = {"answer": None, "sequence": sequence}
    (await candidate.api.put(f"/v1/take/answers/{question}", body)).expect(status)


async def test_a_draft_alone_is_changed_and_deleted(employer: Employer) -> None:
    assessment = await a_published(employer)
    etag = (await employer.api.get(assessment.path)).etag
    (await employer.api.patch(assessment.path, TITLE, etag=etag)).refused(409, "not-a-draft")
    (await employer.api.delete(assessment.path, etag=etag)).refused(409, "not-a-draft")
    (await employer.api.put(f"{assessment.path}/questions", {"questions": []}, etag=etag)).refused(409, "not-a-draft")
    (await employer.api.post(f"{assessment.path}/publish", key=a_key())).refused(409, "not-a-draft")
    (await employer.api.post(f"{assessment.path}/close")).expect(200)
    (await employer.api.post(f"{assessment.path}/close")).refused(409, "not-published")


async def test_an_empty_draft_is_not_published_nor_are_people_invited_to_one(employer: Employer) -> None:
    draft = (await employer.api.post("/v1/assessments", TITLE)).expect(201)
    path = draft.headers["Location"]
    (await employer.api.post(f"{path}/publish", key=a_key())).refused(409, "no-questions")
    body = {"invites": [{"name": "A", "email": "a@example.org"}]}
    (await employer.api.post(f"{path}/invites", body, key=a_key())).refused(409, "not-published")


@pytest.mark.parametrize(
    ("invites", "at"),
    [
        ([], "$.invites"),
        ([{"name": "A", "email": "nobody"}], "$.invites[0].email"),
        ([{"name": "A", "email": "a@b.org"}, {"name": "B", "email": "A@B.org"}], "$.invites[1].email"),
        ([{"name": "A\nB", "email": "a@b.org"}], "$.invites[0].name"),
        ([{"name": "A", "email": "a@b.org", "expires_at": "2020-01-01T00:00:00Z"}], "$.invites[0].expires_at"),
        ([{"name": "A", "email": "a@b.org", "expires_at": "2099-01-01T00:00:00"}], "$.invites[0].expires_at"),
        ([{"name": "A", "email": "a@b.org", "token": "x"}], "$.invites[0].token"),
        ([{"name": "A", "email": f"a{n}@b.org"} for n in range(limits.MAX_INVITES + 1)], "$.invites"),
    ],
)
async def test_invites_that_can_not_be_issued_are_named(employer: Employer, invites: Any, at: str) -> None:
    assessment = await a_published(employer)
    reply = await employer.api.post(f"{assessment.path}/invites", {"invites": invites}, key=a_key())
    assert reply.refused(400, "malformed").json["at"] == at


async def test_a_hundred_are_invited_at_once(employer: Employer) -> None:
    assessment = await a_published(employer)
    body = {"invites": [{"name": "A", "email": f"a{n}@b.org"} for n in range(limits.MAX_INVITES)]}
    reply = (await employer.api.post(f"{assessment.path}/invites", body, key=a_key())).expect(201)
    assert len({item["token"] for item in reply.json["items"]}) == limits.MAX_INVITES
