"""Pools and orders of one's own: what two candidates are asked, how each is scored, and what neither is told."""

from typing import Any

import pytest

from tests.integration.assessment_http.api import Reply
from tests.integration.assessment_http.log import facts
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    Invited,
    a_draft,
    a_key,
    a_published,
    invited,
)
from tests.integration.assessment_http.system import System

LAST = "None of these"
OPTIONS = [{"text": text} for text in ("Bowline", "Granny", "Reef", "Hitch")]
POOLED: list[dict[str, Any]] = [
    {"kind": "true_false", "prompt": "Begin?", "correct": True, "keep_place": True},
    *(
        {
            "kind": "single",
            "prompt": f"Knot {number}?",
            "options": [*OPTIONS, {"text": LAST, "keep_last": True}],
            "correct": 1,
            "points": 2,
            "pool": "knots 🪢",
        }
        for number in range(12)
    ),
    *({"kind": "essay", "prompt": f"Why {number}?", "points": 3, "pool": "whys"} for number in range(4)),
]
POOLS = [{"name": "knots 🪢", "draw": 4}, {"name": "whys", "draw": 1}]
MAX_POINTS = 1 + 4 * 2 + 3
MAX_ALIKE = 5
"""Two candidates may draw the same by chance, so many hardly."""


async def a_pooled(employer: Employer, **settings: Any) -> Assessment:
    return await a_published(employer, POOLED, **({"pools": POOLS, "shuffle": True} | settings))


async def asked_of(candidate: Invited) -> list[Any]:
    page = (await candidate.api.get("/v1/take")).expect(200).json
    questions: list[Any] = page["questions"]
    assert page["question_count"] == len(questions)
    return questions


def answers_to(questions: list[Any]) -> dict[str, Any]:
    """What earns all points but those of one knot, found by the texts as they are shown."""
    given: dict[str, Any] = {"true_false": True, "essay": "Because of friction."}
    answers = {question["id"]: given.get(question["kind"]) for question in questions}
    knots = [question for question in questions if question["kind"] == "single"]
    for place, knot in enumerate(knots):
        texts = {option["text"]: option["id"] for option in knot["options"]}
        answers[knot["id"]] = texts["Bowline" if place else LAST]
    return answers


async def submitted(employer: Employer, assessment: Assessment, candidate: Invited) -> Reply:
    """Answer everything that is shown, one knot wrong; how it was scored."""
    answers = answers_to(await asked_of(candidate))
    receipt = (await candidate.api.post("/v1/take/submit", {"answers": answers}, key=a_key())).expect(201)
    assert receipt.json["question_count"] == receipt.json["answered"] == len(answers)
    listed = await employer.api.get(f"{assessment.path}/submissions?at_least={receipt.position}")
    (row,) = (one for one in listed.expect(200).json["items"] if one["id"] == receipt.json["submission_id"])
    assert (row["points"], row["max_points"], row["state"]) == (MAX_POINTS - 5, MAX_POINTS, "pending_review")
    return (await employer.api.get(f"/v1/submissions/{row['id']}")).expect(200)


async def test_two_candidates_are_asked_and_scored_each_on_their_own(system: System, employer: Employer) -> None:
    assessment = await a_pooled(employer)
    assert assessment.body["max_points"] == MAX_POINTS
    assert assessment.body["question_count"] == len(POOLED)
    seen: list[list[Any]] = []
    while len(seen) < 2 or (len(seen) < MAX_ALIKE and prompts(seen[0]) == prompts(seen[-1])):
        candidate = await invited(employer, assessment)
        ready = (await candidate.api.get("/v1/take")).expect(200).json
        assert (ready["question_count"], ready["questions"]) == (6, None)
        (await candidate.api.post("/v1/take/start")).expect(200)
        questions = await asked_of(candidate)
        other_device = candidate.api.at(system.webs[1].url)
        assert (await other_device.get("/v1/take")).expect(200).json["questions"] == questions
        (started,) = await facts(employer.api.session, system, f"candidate:{candidate.candidate_id}", "sitting.started")
        assert set(started.data["question_ids"]) == {question["id"] for question in questions}
        detail = await submitted(employer, assessment, candidate)
        assert [one["question_id"] for one in detail.json["scoring"]] == started.data["question_ids"]
        await reviewed(employer, detail, {question["id"] for question in questions})
        seen.append(questions)
    assert prompts(seen[0]) != prompts(seen[-1])


def prompts(questions: list[Any]) -> list[str]:
    return [question["prompt"] for question in questions]


async def reviewed(employer: Employer, detail: Reply, asked: set[str]) -> None:
    """The drawn essay is scored by a person, and one that was not drawn is none of this submission."""
    path = f"/v1/submissions/{detail.json['submission']['id']}"
    (essay,) = (one["question_id"] for one in detail.json["scoring"] if one["kind"] == "essay")
    listed = await employer.api.get(f"/v1/assessments/{detail.json['submission']['assessment_id']}/questions")
    others = [one["id"] for one in listed.expect(200).json["questions"] if one["id"] not in asked]
    body = {"essays": [{"question_id": others[-1], "points": 2}]}
    (await employer.api.post(f"{path}/review", body, etag=detail.etag)).refused(422, "unknown-question")
    body = {"essays": [{"question_id": essay, "points": 2}]}
    done = (await employer.api.post(f"{path}/review", body, etag=detail.etag)).expect(200)
    assert (done.json["points"], done.json["max_points"], done.json["percent"]) == (9, MAX_POINTS, 75)


async def test_a_candidate_is_told_nothing_of_pools_and_pins(employer: Employer) -> None:
    assessment = await a_pooled(employer)
    candidate = await invited(employer, assessment)
    (await candidate.api.post("/v1/take/start")).expect(200)
    page = (await candidate.api.get("/v1/take")).expect(200)
    assert set(page.json) == {
        "title",
        "instructions",
        "time_limit_seconds",
        "grace_seconds",
        "question_count",
        "state",
        "started_at",
        "deadline_at",
        "server_time",
        "questions",
    }
    for question in page.json["questions"]:
        assert set(question) == {"id", "kind", "prompt", "options", "answer", "sequence"}
        assert all(set(option) == {"id", "text"} for option in question["options"])
    told = page.body.decode()
    assert [word for word in ("knots 🪢", "whys", "pool", "keep_", "draw", "seed") if word in told] == []


async def test_places_are_kept_and_last_options_stay_last(employer: Employer) -> None:
    assessment = await a_pooled(employer)
    orders = set()
    for _ in range(3):
        candidate = await invited(employer, assessment)
        (await candidate.api.post("/v1/take/start")).expect(200)
        questions = await asked_of(candidate)
        assert questions[0]["prompt"] == "Begin?"
        choices = [question["options"] for question in questions if question["kind"] == "single"]
        assert [options[-1]["text"] for options in choices] == [LAST] * 4
        orders |= {tuple(option["text"] for option in options) for options in choices}
    assert len(orders) > 3


async def test_what_was_not_drawn_is_answered_as_what_never_was(employer: Employer) -> None:
    assessment = await a_pooled(employer, time_limit_seconds=None)
    candidate = await invited(employer, assessment)
    before = await asked_of(candidate)
    listed = (await employer.api.get(f"{assessment.path}/questions")).expect(200).json["questions"]
    undrawn = next(one["id"] for one in listed if one["id"] not in {question["id"] for question in before})
    missing = "01890000-0000-7000-8000-000000000000"
    nothing = {"answer": None, "sequence": 1}
    replies = [await candidate.api.put(f"/v1/take/answers/{id_}", nothing) for id_ in (undrawn, missing)]
    assert [reply.problem for reply in replies] == ["unknown-question"] * 2
    assert replies[0].body.replace(undrawn.encode(), missing.encode()) == replies[1].body
    body = {"answers": {undrawn: "x"}}
    (await candidate.api.post("/v1/take/submit", body, key=a_key())).refused(422, "unknown-question")
    saved = await candidate.api.put(f"/v1/take/answers/{before[0]['id']}", {"answer": True, "sequence": 1})
    saved.expect(200)
    (await employer.api.get(f"{assessment.path}?at_least={saved.position}")).expect(200)
    after = await asked_of(candidate)
    assert [{**question, "answer": None, "sequence": 0} for question in after] == before
    assert after[0]["answer"] is True


async def test_a_retake_shows_before_its_start_what_the_start_records(system: System, employer: Employer) -> None:
    assessment = await a_pooled(employer, time_limit_seconds=None)
    candidate = await invited(employer, assessment)
    asked = [{question["id"] for question in await asked_of(candidate)}]
    receipt = (await candidate.api.post("/v1/take/submit", key=a_key())).expect(201)
    path = f"/v1/submissions/{receipt.json['submission_id']}"
    detail = (await employer.api.get(f"{path}?at_least={receipt.position}")).expect(200)
    (await employer.api.post(f"{path}/void", {"reason": "a fire"}, etag=detail.etag)).expect(200)
    again = await invited(employer, assessment, email=detail.json["submission"]["candidate"]["email"])
    asked.append({question["id"] for question in await asked_of(again)})
    (await again.api.post("/v1/take/start")).expect(200)
    tag = f"candidate:{candidate.candidate_id}"
    started = await facts(employer.api.session, system, tag, "sitting.started")
    assert [set(fact.data["question_ids"]) for fact in started] == asked
    assert [fact.data["attempt"] for fact in started] == [1, 2]
    assert len({fact.data["seed"] for fact in started}) == 1


@pytest.mark.parametrize(
    ("pools", "at", "seen"),
    [
        ([{"name": "knots 🪢", "draw": 13}, POOLS[1]], "$.pools[0].draw", "13"),
        ([POOLS[0]], "$.questions[13].pool", '"whys"'),
    ],
)
async def test_pools_that_do_not_fit_are_refused_with_their_place(
    employer: Employer, pools: list[dict[str, Any]], at: str, seen: str
) -> None:
    draft = await a_draft(employer, POOLED, pools=pools)
    refused = (await employer.api.post(f"{draft.path}/publish", key=a_key())).refused(409, "pool-unfit")
    assert (refused.json["at"], refused.json["seen"]) == (at, seen)


async def test_an_author_sees_pools_and_marks_and_a_copy_has_them(employer: Employer) -> None:
    draft = await a_draft(employer, POOLED, pools=POOLS, shuffle_options=False)
    assert (draft.body["pools"], draft.body["shuffle"], draft.body["shuffle_options"]) == (POOLS, False, False)
    change = {"pools": [{"name": "knots 🪢", "draw": 2}, POOLS[1]], "shuffle_options": None}
    changed = (await employer.api.patch(draft.path, change, etag=draft.etag)).expect(200)
    assert (changed.json["pools"], changed.json["shuffle_options"]) == (change["pools"], None)
    assert changed.json["max_points"] == MAX_POINTS - 4
    copied = (await employer.api.post(f"{draft.path}/duplicate")).expect(201)
    assert (copied.json["pools"], copied.json["max_points"]) == (change["pools"], MAX_POINTS - 4)
    path = copied.headers["Location"]
    assert (await employer.api.get(f"{path}?at_least={copied.position}")).expect(200).json == copied.json
    for one in (draft.path, path):
        questions = (await employer.api.get(f"{one}/questions")).expect(200).json["questions"]
        assert [question["pool"] for question in questions] == [None, *["knots 🪢"] * 12, *["whys"] * 4]
        assert [question["keep_place"] for question in questions] == [True, *[False] * 16]
        assert [option["keep_last"] for option in questions[1]["options"]] == [False] * 4 + [True]
