"""Steps that most tests take on their way: an employer, a draft, a published assessment, a candidate."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.integration.assessment_http.api import Api
from tests.kit.services import OPERATOR_TOKEN

SETTINGS = {"title": "Knots", "instructions": "Take your time.", "passing_percent": 50, "time_limit_seconds": 3600}
QUESTIONS: list[dict[str, Any]] = [
    {
        "kind": "single",
        "prompt": "Which knot holds a 🐎?",
        "options": [{"text": "Bowline"}, {"text": "Granny"}, {"text": "None"}],
        "correct": 1,
        "points": 2,
        "explanation": "A bowline does not slip.",
    },
    {
        "kind": "multiple",
        "prompt": "Which are bends?",
        "options": [{"text": "Sheet bend"}, {"text": "Clove hitch"}, {"text": "Zeppelin"}],
        "correct": [1, 3],
        "points": 1.5,
    },
    {"kind": "true_false", "prompt": "A reef knot is a bend.", "correct": False},
    {"kind": "text", "prompt": "The king of knots?", "correct": ["Bowline", "Palstek"], "points": 1},
    {"kind": "numeric", "prompt": "Turns of a half hitch?", "correct": {"value": 1, "tolerance": 0.5}, "points": 1},
    {"kind": "essay", "prompt": "Why?", "points": 0},
]


def a_key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Employer:
    id: str
    api: Api


@dataclass(frozen=True, slots=True)
class Assessment:
    id: str
    path: str
    etag: str
    body: Any


@dataclass(frozen=True, slots=True)
class Invited:
    id: str
    candidate_id: str
    api: Api
    body: Any


async def an_employer(api: Api, *, active_limit: int = 3, name: str = "Rigging Ltd") -> Employer:
    operator = api.with_token(OPERATOR_TOKEN)
    reply = (await operator.post("/v1/employers", {"name": name, "active_limit": active_limit})).expect(201)
    return Employer(reply.json["id"], api.with_token(reply.json["api_key"]))


async def a_draft(employer: Employer, questions: list[dict[str, Any]] | None = None, **settings: Any) -> Assessment:
    made = (await employer.api.post("/v1/assessments", {**SETTINGS, **settings})).expect(201)
    path = f"/v1/assessments/{made.json['id']}"
    body = {"questions": QUESTIONS if questions is None else questions}
    filled = (await employer.api.put(f"{path}/questions", body, etag=made.etag)).expect(200)
    return Assessment(made.json["id"], path, filled.etag, made.json)


async def a_published(employer: Employer, questions: list[dict[str, Any]] | None = None, **settings: Any) -> Assessment:
    draft = await a_draft(employer, questions, **settings)
    reply = (await employer.api.post(f"{draft.path}/publish", key=a_key())).expect(200)
    return Assessment(draft.id, draft.path, reply.etag, reply.json)


async def invited(
    employer: Employer, assessment: Assessment, *, email: str | None = None, name: str = "Ada", **more: Any
) -> Invited:
    body = {"invites": [{"name": name, "email": email or f"{a_key()}@example.org", **more}]}
    reply = (await employer.api.post(f"{assessment.path}/invites", body, key=a_key())).expect(201)
    item = reply.json["items"][0]
    return Invited(item["id"], item["candidate_id"], employer.api.with_token(item["token"]), item)


async def started(employer: Employer, assessment: Assessment, **more: Any) -> tuple[Invited, list[Any]]:
    """A candidate who has started, and the questions that were shown."""
    candidate = await invited(employer, assessment, **more)
    (await candidate.api.post("/v1/take/start")).expect(200)
    page = (await candidate.api.get("/v1/take")).expect(200)
    return candidate, page.json["questions"]


def right_answers(questions: list[Any]) -> dict[str, Any]:
    """What earns all points, found as a candidate would know it: by the texts."""
    found: dict[str, Any] = {}
    for question in questions:
        texts = {option["text"]: option["id"] for option in question["options"]}
        match question["kind"]:
            case "single":
                found[question["id"]] = texts["Bowline"]
            case "multiple":
                found[question["id"]] = [texts["Sheet bend"], texts["Zeppelin"]]
            case "true_false":
                found[question["id"]] = False
            case "text":
                found[question["id"]] = "  bowline "
            case "numeric":
                found[question["id"]] = "1,25"
            case _:
                found[question["id"]] = "Because of friction."
    return found
