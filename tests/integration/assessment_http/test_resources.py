"""Resources as the interface promises them: ETags, preconditions, pages, places and replays."""

import pytest

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.steps import (
    QUESTIONS,
    SETTINGS,
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
from tests.kit.services import OPERATOR_TOKEN


async def test_an_employer_is_read_and_limited_by_the_operator(api: Api) -> None:
    operator = api.with_token(OPERATOR_TOKEN)
    made = (await operator.post("/v1/employers", {"name": "Ropes"}, key=(key := a_key()))).expect(201)
    assert (await operator.post("/v1/employers", {"name": "Ropes"}, key=key)).body == made.body
    assert made.json["active_limit"] == 3
    path = made.headers["Location"]
    read = (await operator.get(f"{path}?at_least={made.position}")).expect(200)
    assert read.json == {"id": made.json["id"], "name": "Ropes", "active_limit": 3, "active_count": 0}
    assert read.etag == made.etag
    (await operator.get(path, headers={"If-None-Match": read.etag})).expect(304)
    changed = (await operator.patch(path, {"active_limit": 1}, etag=read.etag)).expect(200)
    assert changed.json["active_limit"] == 1
    (await operator.patch(path, {"active_limit": 2}, etag=read.etag)).refused(412, "precondition-failed")
    (await operator.patch(path, {"active_limit": 2})).refused(428, "precondition-required")
    for beyond in (-1, 1001):
        (await operator.patch(path, {"active_limit": beyond}, etag="*")).refused(400, "malformed")


async def test_a_draft_changes_only_for_who_saw_it_last(employer: Employer) -> None:
    made = (await employer.api.post("/v1/assessments", SETTINGS)).expect(201)
    path = made.headers["Location"]
    read = (await employer.api.get(path)).expect(200)
    assert (read.body, read.etag) == (made.body, made.etag)
    (await employer.api.get(path, headers={"If-None-Match": read.etag})).expect(304)
    (await employer.api.patch(path, {"title": "Hitches"})).refused(428, "precondition-required")
    for stale in ('"1"', 'W/"7"', '"x"', f'{read.etag}, "7"', f"W/{read.etag}"):
        (await employer.api.patch(path, {"title": "Hitches"}, etag=stale)).refused(412, "precondition-failed")
    (await employer.api.patch(path, {"title": "Hitches"}, etag="7")).refused(400, "malformed")
    changed = (await employer.api.patch(path, {"title": "Hitches", "time_limit_seconds": None}, etag=read.etag)).expect(
        200
    )
    assert changed.json == {**read.json, "title": "Hitches", "time_limit_seconds": None}
    assert changed.etag == f'"{changed.position}"'
    again = (await employer.api.get(path, headers={"If-None-Match": read.etag})).expect(200)
    assert (again.body, again.etag) == (changed.body, changed.etag)
    (await employer.api.post(f"{path}/publish", key=a_key(), etag=read.etag)).refused(412, "precondition-failed")
    (await employer.api.delete(path)).refused(428, "precondition-required")
    (await employer.api.delete(path, etag=read.etag)).refused(412, "precondition-failed")
    (await employer.api.delete(path, etag=changed.etag)).expect(204)
    (await employer.api.get(path)).refused(404, "not-found")


async def test_questions_are_replaced_as_a_whole_and_read_with_their_keys(employer: Employer) -> None:
    draft = await a_draft(employer)
    read = (await employer.api.get(f"{draft.path}/questions")).expect(200)
    assert read.etag == draft.etag
    found = read.json["questions"]
    assert [one["correct"] for one in found] == [
        1,
        [1, 3],
        False,
        ["Bowline", "Palstek"],
        {"value": 1, "tolerance": 0.5, "tolerance_kind": "absolute"},
        None,
    ]
    assert [one["points"] for one in found] == [2, 1.5, 1, 1, 1, 0]
    assert found[0]["explanation"] == QUESTIONS[0]["explanation"]
    kept = [{name: value for name, value in one.items() if name != "id"} for one in found]
    for one in kept:
        one["options"] = [{"text": option["text"]} for option in one["options"]]
    written = (await employer.api.put(f"{draft.path}/questions", {"questions": kept}, etag=read.etag)).expect(200)
    without_ids = [
        {**one, "id": "", "options": [o["text"] for o in one["options"]]} for one in written.json["questions"]
    ]
    assert without_ids == [{**one, "id": "", "options": [o["text"] for o in one["options"]]} for one in found]
    (await employer.api.put(f"{draft.path}/questions", {"questions": kept}, etag=read.etag)).refused(
        412, "precondition-failed"
    )
    shown = (await employer.api.get(draft.path)).json
    assert (shown["question_count"], shown["max_points"]) == (6, 6.5)


async def test_a_duplicate_is_a_draft_of_its_own_with_the_same_content(employer: Employer) -> None:
    assessment = await a_published(employer)
    copied = (await employer.api.post(f"{assessment.path}/duplicate", key="copy")).expect(201)
    assert (await employer.api.post(f"{assessment.path}/duplicate", key="copy")).body == copied.body
    path = copied.headers["Location"]
    assert (await employer.api.get(path)).body == copied.body
    assert (copied.json["status"], copied.json["max_points"], copied.json["slug"]) == ("draft", 6.5, None)
    ours, theirs = [(await employer.api.get(f"{one}/questions")).json["questions"] for one in (path, assessment.path)]
    assert [one["correct"] for one in ours] == [one["correct"] for one in theirs]
    assert not {one["id"] for one in ours} & {one["id"] for one in theirs}
    published = (await employer.api.post(f"{path}/publish", key=a_key(), etag=copied.etag)).expect(200)
    assert published.json["slug"] != assessment.body["slug"]


async def test_publish_and_close_are_answered_from_what_they_did_even_later(employer: Employer) -> None:
    draft = await a_draft(employer)
    published = (await employer.api.post(f"{draft.path}/publish", key="publish")).expect(200)
    assert (await employer.api.get(draft.path)).body == published.body
    closed = (await employer.api.post(f"{draft.path}/close", key="close")).expect(200)
    assert (await employer.api.get(draft.path)).body == closed.body
    for key, first in (("publish", published), ("close", closed)):
        again = await employer.api.post(f"{draft.path}/{key}", key=key)
        assert (again.status, again.body, again.etag, again.position) == (200, first.body, first.etag, first.position)


async def test_a_key_belongs_to_one_request_of_one_employer(employer: Employer, api: Api) -> None:
    first = (await employer.api.post("/v1/assessments", SETTINGS, key="k")).expect(201)
    (await employer.api.post("/v1/assessments", {**SETTINGS, "title": "Other"}, key="k")).refused(
        422, "idempotency-key-reused"
    )
    (await employer.api.post(f"{first.headers['Location']}/publish", key="k")).refused(422, "idempotency-key-reused")
    other = await an_employer(api)
    made = (await other.api.post("/v1/assessments", SETTINGS, key="k")).expect(201)
    assert made.json["id"] != first.json["id"]


async def test_the_limit_of_active_assessments_is_kept_and_given_back(employer: Employer, api: Api) -> None:
    published = [await a_published(employer) for _ in range(3)]
    fourth = await a_draft(employer)
    (await employer.api.post(f"{fourth.path}/publish", key=a_key())).refused(409, "active-limit-reached")
    operator = api.with_token(OPERATOR_TOKEN)
    path = f"/v1/employers/{employer.id}"
    (await operator.patch(path, {"active_limit": 2}, etag=(await operator.get(path)).etag)).refused(409, "conflict")
    (await employer.api.post(f"{published[0].path}/close")).expect(200)
    (await employer.api.post(f"{fourth.path}/publish", key=a_key())).expect(200)
    assert (await operator.get(path)).json["active_count"] == 3


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_a_list_is_walked_page_by_page(employer: Employer, limit: int) -> None:
    made = [(await employer.api.post("/v1/assessments", {"title": f"T{n}"})).json["id"] for n in range(7)]
    found, cursor, pages = [], "", 0
    while True:
        page = (await employer.api.get(f"/v1/assessments?limit={limit}{cursor}")).expect(200).json
        found += [item["id"] for item in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made
    assert pages == -(-7 // limit)


async def test_invites_are_listed_with_their_names_and_state(employer: Employer) -> None:
    assessment = await a_published(employer)
    one = await invited(employer, assessment, name="Zoë", email="zoe@example.org")
    two = await invited(employer, assessment)
    revoked = (await employer.api.post(f"{assessment.path}/invites/{two.id}/revoke", key="r")).expect(200)
    assert (await employer.api.post(f"{assessment.path}/invites/{two.id}/revoke", key="r")).body == revoked.body
    assert revoked.json["status"] == "revoked"
    first = (await employer.api.get(f"{assessment.path}/invites?limit=1")).json
    second = (await employer.api.get(f"{assessment.path}/invites?limit=1&cursor={first['next_cursor']}")).json
    (a,), (b,) = first["items"], second["items"]
    assert (a["id"], a["name"], a["email"], a["status"]) == (one.id, "Zoë", "zoe@example.org", "open")
    assert (b["id"], b["status"], second["next_cursor"]) == (two.id, "revoked", None)
    assert "token" not in a


async def test_a_lower_sequence_changes_nothing_and_tells_what_stands(employer: Employer) -> None:
    candidate, questions = await started(employer, await a_published(employer))
    essay = next(one for one in questions if one["kind"] == "essay")["id"]
    for answer, sequence, kept in (("b", 5, 5), ("a", 3, 5), ("b", 5, 5), ("c", 6, 6)):
        reply = await candidate.api.put(f"/v1/take/answers/{essay}", {"answer": answer, "sequence": sequence})
        assert reply.expect(200).json["sequence"] == kept
    page = (await candidate.api.get("/v1/take")).json["questions"]
    assert next(one for one in page if one["id"] == essay)["answer"] == "c"
    (await candidate.api.put(f"/v1/take/answers/{essay}", {"answer": None, "sequence": 7})).expect(200)
    page = (await candidate.api.get("/v1/take")).json["questions"]
    assert next(one for one in page if one["id"] == essay)["answer"] is None


async def test_sent_answers_go_before_saved_ones(employer: Employer) -> None:
    assessment = await a_published(employer, shuffle=True)
    candidate, questions = await started(employer, assessment)
    assert (await candidate.api.get("/v1/take")).json["questions"] == questions  # the order is the seed's
    right = right_answers(questions)
    numeric = next(one for one in questions if one["kind"] == "numeric")["id"]
    for question, answer in right.items():
        given = "99" if question == numeric else answer
        (await candidate.api.put(f"/v1/take/answers/{question}", {"answer": given, "sequence": 1})).expect(200)
    receipt = await candidate.api.post("/v1/take/submit", {"answers": {numeric: "1"}}, key="k")
    row = (await employer.api.get(f"/v1/submissions/{receipt.expect(201).json['submission_id']}")).expect(200).json
    assert row["submission"]["points"] == 6.5
    (await candidate.api.put(f"/v1/take/answers/{numeric}", {"answer": "1", "sequence": 2})).refused(
        409, "already-submitted"
    )


async def test_an_answer_needs_a_start_where_time_is_limited(employer: Employer) -> None:
    assessment = await a_published(employer)
    candidate = await invited(employer, assessment)
    (await candidate.api.post("/v1/take/submit", key=a_key())).refused(409, "not-started")
    (await employer.api.post(f"{assessment.path}/close")).expect(200)
    assert (await candidate.api.get("/v1/take")).json["state"] == "closed"
    (await candidate.api.post("/v1/take/start")).refused(409, "not-published")


async def test_both_web_processes_are_one_service(employer: Employer, system: System) -> None:
    other = employer.api.at(system.webs[1].url)
    made = (await employer.api.post("/v1/assessments", SETTINGS, key="k")).expect(201)
    replayed = (await other.post("/v1/assessments", SETTINGS, key="k")).expect(201)
    assert (replayed.body, replayed.position) == (made.body, made.position)
    assert (await other.get(made.headers["Location"])).body == made.body
