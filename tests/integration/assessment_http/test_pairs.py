"""Pairs of assessments that differ only in what is right: whoever answers both alike can't tell them apart.

PAIRS is how many; PAIRS_SEED plays a run again.
"""

import os
import random
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.steps import Employer, a_key, a_published, an_employer, invited
from tests.kit.assessment_pairs import Pair, a_pair
from tests.kit.seeds import seed_of

PAIRS = int(os.environ.get("PAIRS", "2"))
SEED = seed_of("PAIRS_SEED", "PAIRS")
OF_AN_EMPLOYER = 50
OWN_EACH_TIME = frozenset({"date", "x-request-id", "eventrail-position", "content-length"})
MASKED = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{43}|\d{4}-\d\d-\d\dT[\d:.]+Z"
)

pytestmark = pytest.mark.timeout(600 + 60 * PAIRS)


@dataclass
class Transcript:
    """What somebody was answered, with each id, token and time replaced by when it was seen first."""

    seen: list[Any] = field(default_factory=list)
    names: dict[bytes, bytes] = field(default_factory=dict)

    def add(self, reply: Reply) -> Reply:
        headers = sorted(
            (name.lower(), value) for name, value in reply.headers.items() if name.lower() not in OWN_EACH_TIME
        )
        self.seen.append((reply.status, headers, MASKED.sub(self._name, reply.body)))
        return reply

    def _name(self, found: re.Match[bytes]) -> bytes:
        return self.names.setdefault(found[0], b"<%d>" % len(self.names))


async def transcript(employer: Employer, questions: list[Any], answers: list[Any]) -> Transcript:
    """The whole way of a candidate with the given answers, beside the mistakes that a curious one makes."""
    found = Transcript()
    assessment = await a_published(employer, questions)
    invite = await invited(employer, assessment)
    candidate = invite.api
    found.add(await candidate.get("/v1/take"))
    found.add(await candidate.post("/v1/take/start"))
    shown = found.add(await candidate.get("/v1/take")).expect(200).json["questions"]
    for question, answer in zip(shown, answers, strict=True):
        for curious in (_chosen(question, answer), None, "nothing like it", True, ["x"], _chosen(question, answer)):
            path = f"/v1/take/answers/{question['id']}"
            found.add(await candidate.put(path, {"answer": curious, "sequence": len(found.seen)}))
    found.add(await candidate.get("/v1/take"))
    found.add(await candidate.post("/v1/take/submit", {"answers": {"x": "y"}}, key=a_key()))
    for _ in range(2):
        found.add(await candidate.post("/v1/take/submit", key=a_key()))
    found.add(await candidate.get("/v1/take"))
    for email in (invite.body["email"], f"{a_key()}@example.org"):
        path = f"/v1/public/{assessment.body['slug']}"
        found.add(await candidate.with_token(None).post(path, {"name": "Bo", "email": email}))
    (await employer.api.post(f"{assessment.path}/close")).expect(200)
    found.add(await candidate.get("/v1/take"))
    return found


def _chosen(question: Any, answer: Any) -> Any:
    options = [option["id"] for option in question["options"]]
    match question["kind"]:
        case "single":
            return options[answer]
        case "multiple":
            return [options[place] for place in answer]
        case _:
            return answer


async def test_what_is_right_shows_in_no_answer(api: Api) -> None:
    print(f"\nPAIRS={PAIRS} PAIRS_SEED={SEED}")
    chance = random.Random(SEED)
    employer = await an_employer(api)
    for number in range(PAIRS):
        if number % OF_AN_EMPLOYER == 0:
            employer = await an_employer(api)
        pair = a_pair(chance)
        one, other = [await transcript(employer, part, pair.answers) for part in (pair.one, pair.other)]
        assert len(one.seen) > 6 * len(pair.one)
        assert {200, 201, 409, 422} <= {status for status, _, _ in one.seen}
        for place, (left, right) in enumerate(zip(one.seen, other.seen, strict=True)):
            assert left == right, f"PAIRS_SEED={SEED}, pair {number}, answer {place}"


async def test_control_the_employer_is_told_them_apart(employer: Employer) -> None:
    pair = Pair(
        [{"kind": "true_false", "prompt": "Is it?", "correct": True}],
        [{"kind": "true_false", "prompt": "Is it?", "correct": False}],
        [True],
    )
    found = []
    for questions in (pair.one, pair.other):
        read = Transcript()
        read.add(await employer.api.get(f"{(await a_published(employer, questions)).path}/questions"))
        found.append(read.seen[0][2])
    assert found[0] != found[1]
    assert found[0].replace(b"true,", b"false,") == found[1]
