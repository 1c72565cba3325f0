from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from assessment.domain.commands import Close
from assessment.domain.content import MAX_EVENT_DATA_BYTES, content_hash
from assessment.domain.decide import decide
from assessment.domain.decision import Reason, Refusal
from assessment.domain.state import AssessmentState
from contracts.events import AssessmentClosed, AssessmentPublished
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, OTHER, TEXT
from tests.unit.domain.world import FakeSealer, World, an_id


def close(world: World, assessment_id: str = ASSESSMENT, employer_id: str = EMPLOYER) -> Close:
    return Close(employer_id, assessment_id, None, world.later())


def standing(world: World) -> AssessmentState:
    return world.state(close(world)).assessments[ASSESSMENT]


def test_publishing_freezes_the_draft_whole() -> None:
    world = World()
    given.draft(world, time_limit_seconds=60)
    draft = standing(world)
    (fact,) = world.done(given.publish(world))
    assert isinstance(fact, AssessmentPublished)
    assert (fact.settings, fact.questions, fact.sealed_keys) == (draft.settings, draft.questions, draft.sealed_keys)
    assert (fact.version, fact.key_version, fact.max_points_milli) == (1, 1, 6000)
    assert (fact.created_at, fact.at) == (draft.created_at, world.now)
    assert fact.content_hash == content_hash(draft.settings, draft.questions, draft.keys)
    published = standing(world)
    assert (published.status, published.version, published.slug) == ("published", 1, fact.slug)
    assert (published.questions, published.keys) == (draft.questions, draft.keys)


def test_closing_tells_what_was_published() -> None:
    world = World()
    given.published(world)
    before = standing(world)
    (fact,) = world.done(close(world))
    assert isinstance(fact, AssessmentClosed)
    assert (fact.version, fact.slug, fact.content_hash) == (before.version, before.slug, before.content_hash)
    assert (fact.question_count, fact.max_points_milli) == (5, 6000)
    assert (fact.settings, fact.created_at, fact.published_at) == (
        before.settings,
        before.created_at,
        before.published_at,
    )


def test_a_draft_without_questions_or_points_is_not_published() -> None:
    world = World()
    given.draft(world, ())
    assert world.refused(given.publish(world)).reason is Reason.NO_QUESTIONS
    worthless = msgspec.structs.replace(TEXT, points=Decimal(0))
    world.done(given.set_questions(world, (worthless, worthless)))
    assert world.refused(given.publish(world)).reason is Reason.CONFLICT
    least = msgspec.structs.replace(TEXT, points=Decimal("0.001"))
    world.done(given.set_questions(world, (worthless, least)))
    assert world.done(given.publish(world))


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_the_limit_of_active_assessments(limit: int) -> None:
    world = World()
    given.employer(world, active_limit=limit)
    ids = [given.draft(world, assessment_id=an_id(f"a{place}")) for place in range(limit + 1)]
    for assessment_id in ids[:limit]:
        assert world.done(given.publish(world, assessment_id))
    refused = world.refused(given.publish(world, ids[limit]))
    assert (refused.reason, refused.detail) == (
        Reason.ACTIVE_LIMIT_REACHED,
        f"{limit} of {limit} assessments are active",
    )
    if limit:
        world.done(close(world, ids[0]))
        assert world.done(given.publish(world, ids[limit]))


def test_only_what_is_published_is_closed() -> None:
    world = World()
    given.draft(world)
    assert world.refused(close(world)).reason is Reason.NOT_PUBLISHED
    world.done(given.publish(world))
    world.done(close(world))
    assert world.refused(close(world)).reason is Reason.NOT_PUBLISHED


def test_a_stale_close_is_refused() -> None:
    world = World()
    given.published(world)
    stale = Close(EMPLOYER, ASSESSMENT, world.position - 1, world.later())
    assert world.refused(stale).reason is Reason.PRECONDITION_FAILED
    assert world.done(replace(stale, expected_position=world.position))


def test_foreign_and_missing_answer_alike() -> None:
    world = World()
    given.employer(world, OTHER)
    missing = world.refused(close(world, employer_id=OTHER))
    given.published(world)
    assert world.refused(close(world, employer_id=OTHER)) == missing
    assert missing.reason is Reason.NOT_FOUND
    nobody = an_id("nobody")
    assert world.refused(given.publish(world, employer_id=nobody)) == missing
    assert world.refused(close(world, employer_id=nobody)) == missing


def test_a_version_that_fits_no_event_is_refused() -> None:
    # no list of questions can grow so far; a draft of another time could
    world = World()
    given.draft(world)
    command = given.publish(world)
    state = world.state(command)
    large = replace(state.assessments[ASSESSMENT], sealed_keys="gcm1." + "A" * MAX_EVENT_DATA_BYTES)
    decision = decide(command, replace(state, assessments={ASSESSMENT: large}), FakeSealer())
    assert isinstance(decision, Refusal)
    assert decision.reason is Reason.CONTENT_TOO_LARGE
