"""Random commands against states that are read from the rows that their own events made."""

from collections import Counter
from typing import Any, Final

import msgspec
import pytest

from assessment.domain.boundaries import OUTSIDE
from assessment.domain.commands import Command
from assessment.domain.content import content_hash
from assessment.domain.decision import Reason, Refusal
from assessment.domain.sealing import opened_keys
from contracts.events import AssessmentPublished, SittingStarted, SittingSubmitted
from contracts.events.registry import STRUCTS
from contracts.questions import Question, Settings
from tests.unit.domain import given
from tests.unit.domain.world import World, opened
from tests.unit.projections.play import COMMANDS, Play

SEEDS: Final = 16


def check_tenancy(world: World, command: Command, decision: Any) -> None:
    """What an employer did is told to that employer only, and of its own objects only."""
    if isinstance(decision, Refusal):
        return
    asking = command.seat.employer_id if hasattr(command, "seat") else command.employer_id
    for fact in decision.facts:
        assert fact.employer_id == asking
    if hasattr(command, "assessment_id") and (row := world.rows.one("assessments", command.assessment_id)):
        assert row["employer_id"] == asking


def check_invariants(world: World) -> None:
    all_rows = world.rows.all
    for row in all_rows("SELECT * FROM employers"):
        (active,) = all_rows(
            "SELECT count(*) AS count FROM assessments WHERE employer_id = ? AND status = 'published'", row["id"]
        )
        assert row["active_count"] == active["count"] <= row["active_limit"]
        (lasting,) = all_rows(
            "SELECT count(*) AS count FROM api_keys"
            " WHERE employer_id = ? AND role = 'owner' AND expires_at IS NULL AND revoked_at IS NULL",
            row["id"],
        )
        assert row["owner_keys"] == lasting["count"] >= 1
    counted = "SELECT count(*) AS count FROM submissions WHERE voided_at IS NULL GROUP BY assessment_id, candidate_id"
    assert all(row["count"] == 1 for row in all_rows(counted))
    for sitting in all_rows("SELECT * FROM sittings"):
        made = all_rows("SELECT * FROM submissions WHERE sitting_id = ? ORDER BY attempt", sitting["id"])
        before = sitting["attempt"] - (sitting["state"] == "started")
        assert [one["attempt"] for one in made] == list(range(1, before + 1))
        assert all(one["voided_at"] for one in made[: sitting["attempt"] - 1])
        if sitting["state"] != "started":
            assert (made[-1]["voided_at"] is not None) == (sitting["state"] == "voided")
            assert made[-1]["id"] == sitting["submission_id"]


def check_versions(world: World) -> None:
    """A version stands as it was published, and its hash says so."""
    versions = world.rows.all("SELECT * FROM versions")
    for version in versions:
        settings = msgspec.json.decode(version["settings"], type=Settings)
        questions = msgspec.json.decode(version["questions"], type=tuple[Question, ...])
        keys = opened_keys(opened(version["sealed_keys"], f"keys:{version['assessment_id']}"))
        assert content_hash(settings, questions, keys) == version["content_hash"]
        (row,) = world.rows.all("SELECT * FROM assessments WHERE id = ?", version["assessment_id"])
        assert (row["questions"], row["content_hash"]) == (version["questions"], version["content_hash"])
    assert len(versions) == len(world.rows.all("SELECT * FROM assessments WHERE status <> 'draft'"))


def check_scores(world: World) -> None:
    for _, facts in world.log:
        for fact in facts:
            if isinstance(fact, SittingSubmitted):
                assert sum(score.points_milli for score in fact.scores) == fact.points_milli
                assert sum(score.max_points_milli for score in fact.scores) == fact.max_points_milli
                pending = any(score.outcome == "pending" for score in fact.scores)
                assert (fact.passed is None) == pending


def played(seed: int) -> Play:
    play = Play(seed)
    for _ in range(COMMANDS):
        check_tenancy(play.world, *play.step())
        check_invariants(play.world)
    return play


def check_drawn(world: World) -> None:
    """What an attempt was asked is what is scored, of as many points as its version promises."""
    facts = [fact for _, appended in world.log for fact in appended]
    versions = {fact.assessment_id: fact for fact in facts if isinstance(fact, AssessmentPublished)}
    started = {(fact.sitting_id, fact.attempt): fact for fact in facts if isinstance(fact, SittingStarted)}
    for fact in facts:
        if isinstance(fact, SittingSubmitted):
            version = versions[fact.assessment_id]
            asked = started[fact.sitting_id, fact.attempt].question_ids
            assert bool(asked) == bool(version.settings.pools)
            whole = tuple(question.id for question in version.questions)
            assert tuple(score.question_id for score in fact.scores) == (asked or whole)
            assert fact.max_points_milli == version.max_points_milli


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_commands_keep_every_invariant(seed: int) -> None:
    play = played(seed)
    check_versions(play.world)
    check_scores(play.world)
    check_drawn(play.world)
    assert play.world.rebuilt().rows.everything() == play.world.rows.everything()
    OUTCOMES[seed] = play.outcomes


OUTCOMES: Final[dict[int, Counter[str]]] = {}


def test_the_play_reaches_every_fact_and_most_refusals() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        seen += OUTCOMES.get(seed) or played(seed).outcomes
    assert set(seen) >= set(STRUCTS) - {"employer.created", *OUTSIDE}
    refused = {reason.value for reason in Reason} & set(seen)
    never = {reason.value for reason in Reason} - refused
    assert never <= {Reason.MALFORMED.value, Reason.CONTENT_TOO_LARGE.value}, never
    assert seen["unchanged"] > 0


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE employers SET active_count = active_count + 1",
        "UPDATE employers SET owner_keys = owner_keys + 1",
        "UPDATE api_keys SET expires_at = 'x'",
        "UPDATE assessments SET status = 'closed' WHERE status = 'published'",
        "UPDATE submissions SET voided_at = 'x', void_reason = 'x' WHERE voided_at IS NULL",
        "UPDATE sittings SET attempt = attempt + 1",
    ],
)
def test_a_broken_row_would_be_noticed(damage: str) -> None:
    # the control: each invariant fails on tables in which it does not hold
    world = World()
    given.published(world)
    world.done(given.submit(world, given.invited(world)))
    check_invariants(world)
    world.rows.connection.execute(damage)
    with pytest.raises(AssertionError):
        check_invariants(world)


def test_a_seed_plays_the_same_again() -> None:
    assert played(3).world.log == played(3).world.log
