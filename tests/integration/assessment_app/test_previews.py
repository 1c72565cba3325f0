"""A preview is what a candidate with the same seed sees, byte for byte, is scored as they are, and leaves no trace."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from assessment.domain.ordering import seed_of
from contracts.assessment.limits import MAX_SEED
from tests.integration.assessment_app.clocked import Clocked, Reply, clocked
from tests.integration.assessment_app.orders import Published, a_published, a_seat, create_employer, new_id
from tests.integration.assessment_app.world import NOW, Process, World

OPTIONS = [{"text": text} for text in ("Bowline", "Granny", "Reef")]
QUESTIONS: list[dict[str, Any]] = [
    {"kind": "true_false", "prompt": "Begin?", "correct": True, "keep_place": True, "explanation": "It has begun."},
    *(
        {
            "kind": "multiple",
            "prompt": f"Knots {number} 🪢?",
            "options": [*OPTIONS, {"text": "None of these", "keep_last": True}],
            "correct": [1, 3],
            "points": 1.5,
            "pool": "knots",
            "scoring": "proportional",
            "explanation": f"Because {number}.",
        }
        for number in range(6)
    ),
    {"kind": "text", "prompt": "A hot drink?", "correct": ["Tea"]},
    {"kind": "essay", "prompt": "Why?", "points": 2},
]
SETTINGS = {
    "title": "Knots 🪢",
    "instructions": "Take your time.",
    "time_limit_seconds": 600,
    "grace_seconds": 30,
    "shuffle": True,
    "shuffle_options": True,
    "pools": [{"name": "knots", "draw": 3}],
}


class Scored(msgspec.Struct):
    scoring: msgspec.Raw


@pytest.fixture
async def service(world: World, process: Process) -> AsyncIterator[Clocked]:
    async with clocked(world, process) as made:
        yield made


class Author:
    """An employer with one draft."""

    def __init__(self, service: Clocked) -> None:
        self.service = service
        self.token = new_id()
        self.path = ""

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return await self.service.at(NOW, method, path, self.token, body, **headers)

    async def write(self, questions: list[dict[str, Any]], **settings: Any) -> None:
        made = await self.ask("POST", "/v1/assessments", {**SETTINGS, **settings})
        assert made.status == 201, made
        self.path = f"/v1/assessments/{made.json['id']}"
        body = {"questions": questions}
        assert (await self.ask("PUT", f"{self.path}/questions", body, If_Match="*")).status == 200

    async def preview(self, seed: int | None = None, **headers: str) -> Reply:
        return await self.ask("POST", f"{self.path}/preview", {} if seed is None else {"seed": seed}, **headers)

    async def score(self, seed: int, answers: dict[str, Any]) -> Reply:
        return await self.ask("POST", f"{self.path}/preview/score", {"seed": seed, "answers": answers})

    async def publish(self) -> Published:
        assert (await self.ask("POST", f"{self.path}/publish", Idempotency_Key=new_id())).status == 200
        return Published(self.token, self.path.rpartition("/")[2])


@pytest.fixture
async def author(process: Process, service: Clocked) -> Author:
    made = Author(service)
    await process.execute(create_employer(made.token))
    await made.write(QUESTIONS)
    return made


def answers_to(page: Any) -> dict[str, Any]:
    """Some right, some wrong, one in part, one left out."""
    found: dict[str, Any] = {}
    for place, question in enumerate(page["questions"]):
        ids = [option["id"] for option in question["options"]]
        given = {"true_false": False, "text": " TEA ", "multiple": ids[: place % 3], "essay": "Friction."}
        found[question["id"]] = given[question["kind"]]
    return found


async def traces(world: World) -> list[Any]:
    """The log and every row of every table."""
    names = await world.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema IN ('live', 'vault', 'scratch') AND table_type = 'BASE TABLE'"
        " AND table_name NOT IN ('projector_status', 'checkpoint') ORDER BY 1"
    )
    rows = [await world.rows(f"SELECT t::text FROM {name} t ORDER BY 1") for (name,) in names]
    return [(await world.log.head()).position, names, rows]


async def test_a_preview_is_the_page_and_the_record_of_a_candidate_with_the_same_seed(
    world: World, process: Process, service: Clocked, author: Author
) -> None:
    draft, *others = [(await author.preview(seed)).json for seed in range(7, 12)]
    published = await author.publish()
    seat = await a_seat(world, process, published)
    seed = seed_of(seat.sitting_id)
    assert (await service.at(NOW, "POST", "/v1/take/start", seat.invite_id)).status == 200
    page = await service.at(NOW, "GET", "/v1/take", seat.invite_id)
    seen = await author.preview(seed)
    assert seen.body == b'{"seed":%d,"version":1,"page":%b}' % (seed, page.body)
    assert len(page.json["questions"]) == 6
    assert draft == {**(await author.preview(7)).json, "version": None}
    # one seed may draw by chance what the candidate's does
    assert any(one["page"]["questions"] != page.json["questions"] for one in (draft, *others))

    answers = answers_to(page.json)
    body = {"answers": answers}
    made = await service.at(NOW, "POST", "/v1/take/submit", seat.invite_id, body, Idempotency_Key=new_id())
    result = await author.ask("GET", f"/v1/submissions/{made.json['submission_id']}")
    scored = await author.score(seed, answers)
    recorded, shown = (msgspec.json.decode(one.body, type=Scored).scoring for one in (result, scored))
    assert bytes(shown) == bytes(recorded)
    names = ("points", "max_points", "percent", "passed")
    assert [scored.json[name] for name in names] == [result.json["submission"][name] for name in names]
    assert {"correct", "partial", "incorrect", "unanswered", "pending"} & {
        one["outcome"] for one in scored.json["scoring"]
    } >= {"correct", "incorrect", "pending"}
    asked = {question["id"]: question["prompt"] for question in page.json["questions"]}
    explained = {asked[one]: text for one, text in scored.json["explanations"].items()}
    assert explained.pop("Begin?") == "It has begun."
    assert explained == {f"Knots {text[8]} 🪢?": text for text in explained.values()}
    assert len(explained) == 3


async def test_a_preview_leaves_no_trace(world: World, process: Process, service: Clocked, author: Author) -> None:
    published = await author.publish()
    seat = await a_seat(world, process, published)
    await world.drained()
    page = (await author.preview(7)).json["page"]
    before = await traces(world)
    for seed in (None, 7):
        assert (await author.preview(seed)).status == 200
        assert (await author.score(7, answers_to(page))).status == 200
    assert await traces(world) == before
    await service.at(NOW, "POST", "/v1/take/start", seat.invite_id)  # the control
    assert await traces(world) != before


async def test_a_fresh_seed_is_another_each_time_and_the_same_to_a_retry(author: Author) -> None:
    replies = [await author.preview(), await author.preview(), await author.preview(Idempotency_Key="k")]
    seeds = [reply.json["seed"] for reply in replies]
    assert len(set(seeds)) == 3
    again = await author.preview(Idempotency_Key="k")
    assert again.json["seed"] == seeds[2]
    assert again.body == (await author.preview(seeds[2])).body


@pytest.mark.parametrize(("seed", "status"), [(-1, 400), (0, 200), (MAX_SEED, 200), (MAX_SEED + 1, 400)])
async def test_a_seed_has_its_range(author: Author, seed: int, status: int) -> None:
    assert (await author.preview(seed)).status == status
    assert (await author.score(seed, {})).status == status


async def test_what_can_not_be_published_has_no_preview_and_what_does_not_fit_no_score(
    world: World, process: Process, author: Author
) -> None:
    page = (await author.preview(7)).json["page"]
    written = (await author.ask("GET", f"{author.path}/questions")).json["questions"]
    shown = {question["id"] for question in page["questions"]}
    undrawn = next(question["id"] for question in written if question["id"] not in shown)
    for answers, problem in (
        ({"x": "y"}, "unknown-question"),
        ({undrawn: None}, "unknown-question"),
        ({page["questions"][0]["id"]: ["x"]}, "answer-refused"),
    ):
        refused = await author.score(7, answers)
        assert (refused.status, refused.problem) == (422, problem)
        assert refused.json["at"] == f"$.answers.{next(iter(answers))}" or problem == "answer-refused"
    stranger = await a_published(world, process)
    foreign = await author.ask("POST", f"/v1/assessments/{stranger.assessment_id}/preview", {})
    assert (foreign.status, foreign.problem) == (404, "not-found")
    unpublishable: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
        ([], {}, "no-questions"),
        (QUESTIONS, {"pools": [{"name": "knots", "draw": 7}]}, "pool-unfit"),
        ([{**QUESTIONS[-1], "points": 0}], {"pools": []}, "conflict"),
    ]
    for questions, settings, named in unpublishable:
        await author.write(questions, **settings)
        assert [(await author.preview(7)).problem, (await author.score(7, {})).problem] == [named, named]
    await author.write(QUESTIONS[-1:], pools=[])
    assert [(await author.preview(7)).status, (await author.score(7, {})).status] == [200, 200]
