"""docs/pools.md: its examples are taken, publish, and draw as it says."""

import re
from pathlib import Path
from typing import Final

import msgspec

from assessment.domain.pools import drawn
from contracts.assessment import limits
from contracts.assessment.assessments import CreateAssessment, ReplaceQuestions
from contracts.events import AssessmentPublished
from contracts.problems import ProblemType
from contracts.questions import Pool, Question
from tests.unit.domain import given
from tests.unit.domain.world import World

DOCUMENT: Final = (Path(__file__).parents[3] / "docs" / "pools.md").read_text()
SETTINGS, QUESTIONS = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_example_is_published() -> None:
    settings = msgspec.json.decode(SETTINGS, type=CreateAssessment)
    questions = msgspec.json.decode(QUESTIONS, type=ReplaceQuestions).questions
    world = World()
    given.draft(world, questions, title=settings.title, shuffle=settings.shuffle, pools=settings.pools)
    (published,) = world.done(given.publish(world))
    assert isinstance(published, AssessmentPublished)
    assert published.max_points_milli == 3000
    assert "asked three questions" in DOCUMENT
    assert "can earn 3 points" in DOCUMENT


def test_the_draw_is_the_one_that_it_works_out() -> None:
    questions = tuple(Question(f"q{place}", "essay", "?", (), 1000, pool="p") for place in range(8))
    assert "the first attempt is asked {}, {} and {}".format(*drawn(questions, (Pool("p", 3),), 7, 1)) in DOCUMENT


def test_its_limits_and_its_problem_are_those_of_the_contract() -> None:
    assert f"up to {limits.MAX_POOLS} pools" in " ".join(DOCUMENT.split())
    assert f"up to {limits.MAX_POOL_CHARACTERS} characters" in " ".join(DOCUMENT.split())
    assert f"`{ProblemType.POOL_UNFIT.slug}`, {ProblemType.POOL_UNFIT.status}" in DOCUMENT
