from decimal import Decimal
from typing import Final

import msgspec

from assessment.domain.commands import ReviewSubmission, Seat, VoidSubmission
from assessment.domain.decision import Reason, Refusal, Unchanged
from contracts.assessment.assessments import PoolDraft, QuestionDraft
from contracts.assessment.results import EssayReview
from contracts.events import SittingReviewed, SittingStarted, SittingSubmitted
from tests.unit.domain import given
from tests.unit.domain.given import EMPLOYER, ESSAY, SINGLE, TEXT, question_id, save, start, submit
from tests.unit.domain.world import World, an_id

TEA: Final = msgspec.structs.replace(TEXT, pool="tea")
POOLED: Final = (SINGLE, *(msgspec.structs.replace(TEA, prompt=f"Drink {number}?") for number in range(4)))


def published(*drafts: QuestionDraft) -> tuple[World, Seat]:
    world = World()
    given.published(world, drafts or POOLED, pools=(PoolDraft(name="tea", draw=2),))
    return world, given.invited(world)


def sitting(*drafts: QuestionDraft) -> tuple[World, Seat, tuple[str, ...]]:
    """A candidate who has started, and the ids of what is asked."""
    world, seat = published(*drafts)
    (started,) = world.done(start(world, seat))
    assert isinstance(started, SittingStarted)
    return world, seat, started.question_ids


def place_of(id_: str) -> int:
    return next(place for place in range(500) if question_id(place) == id_)


def review(world: World, seat: Seat, *essays: EssayReview) -> ReviewSubmission:
    submission_id = an_id("submission")
    return ReviewSubmission(EMPLOYER, seat.sitting_id, submission_id, seat.candidate_id, essays, None, world.later())


def test_a_start_tells_what_was_drawn_and_tells_it_again() -> None:
    world, seat, asked = sitting()
    assert len(asked) == 3
    assert asked[0] == question_id(0)
    again = world.decide(start(world, seat))
    assert isinstance(again, Unchanged)
    (told,) = again.facts
    assert isinstance(told, SittingStarted)
    assert told.question_ids == asked
    assert world.rebuilt().rows.everything() == world.rows.everything()


def test_what_was_not_drawn_is_no_question_of_the_sitting() -> None:
    world, seat, asked = sitting()
    (missing, *_) = (place for place in range(1, 5) if question_id(place) not in asked)
    (present, *_) = (place for place in range(1, 5) if question_id(place) in asked)
    refused = world.refused(save(world, seat, missing, "tea"))
    unknown = world.refused(save(world, seat, 99, "tea"))
    assert (refused.reason, refused.detail, refused.at) == (unknown.reason, unknown.detail, unknown.at)
    assert refused.reason is Reason.UNKNOWN_QUESTION
    refused = world.refused(submit(world, seat, {question_id(missing): "tea"}))
    assert (refused.reason, refused.at) == (Reason.UNKNOWN_QUESTION, f"$.answers.{question_id(missing)}")
    assert world.done(save(world, seat, present, "tea"))
    fact = world.done(submit(world, seat))[-1]
    assert isinstance(fact, SittingSubmitted)
    assert tuple(scored.question_id for scored in fact.scores) == asked
    assert (fact.points_milli, fact.max_points_milli, fact.percent, fact.passed) == (1000, 3000, "33.33", False)


def test_a_first_answer_without_a_time_limit_draws_as_a_start_would() -> None:
    _, _, asked = sitting()
    world, seat = published()
    places = {place for place in range(5) if question_id(place) in asked}
    refused = {place for place in range(5) if isinstance(world.decide(save(world, seat, place, None)), Refusal)}
    assert refused == set(range(5)) - places
    started, _ = world.done(save(world, seat, max(places), "tea"))
    assert isinstance(started, SittingStarted)
    assert started.question_ids == asked


def test_an_attempt_after_a_void_may_be_asked_other_questions() -> None:
    many = tuple(msgspec.structs.replace(TEA, prompt=f"Drink {number}?") for number in range(40))
    world, seat, asked = sitting(*many)
    world.done(save(world, seat, place_of(asked[0]), "tea"))
    world.done(submit(world, seat))
    world.done(VoidSubmission(EMPLOYER, seat.sitting_id, an_id("submission"), "a fire", world.later()))
    again = given.invited(world, invite="another")
    (started,) = world.done(start(world, again))
    assert isinstance(started, SittingStarted)
    assert (started.attempt, len(started.question_ids)) == (2, 2)
    assert started.question_ids != asked
    assert world.rebuilt().rows.everything() == world.rows.everything()


def test_an_essay_that_was_drawn_is_reviewed_and_no_other() -> None:
    essays = tuple(msgspec.structs.replace(ESSAY, prompt=f"Tell {number}.", pool="tea") for number in range(4))
    world, seat, asked = sitting(*essays)
    for id_ in asked:
        world.done(save(world, seat, place_of(id_), "Long ago …"))
    world.done(submit(world, seat))
    (other, *_) = (question_id(place) for place in range(4) if question_id(place) not in asked)
    refused = world.refused(review(world, seat, EssayReview(other, Decimal(1))))
    assert (refused.reason, refused.at) == (Reason.UNKNOWN_QUESTION, "$.essays[0].question_id")
    given_points = [EssayReview(id_, Decimal(3)) for id_ in asked]
    (fact,) = world.done(review(world, seat, *given_points))
    assert isinstance(fact, SittingReviewed)
    assert (fact.points_milli, fact.max_points_milli, fact.percent, fact.passed) == (6000, 8000, "75.00", True)


def test_a_sitting_from_before_there_were_pools_is_asked_everything() -> None:
    world = World()
    given.published(world)
    seat = given.invited(world)
    (started,) = world.done(start(world, seat))
    assert isinstance(started, SittingStarted)
    assert started.question_ids == ()
    fact = world.done(submit(world, seat, given.right_answers()))[-1]
    assert isinstance(fact, SittingSubmitted)
    assert (len(fact.scores), fact.percent) == (5, "100.00")


def test_what_the_start_recorded_goes_before_what_would_be_drawn() -> None:
    world, seat, asked = sitting()
    other = [question_id(place) for place in range(5) if question_id(place) not in asked]
    world.rows.connection.execute("UPDATE sittings SET question_ids = ?", [msgspec.json.encode(other).decode()])
    for id_ in other:
        world.done(save(world, seat, place_of(id_), "tea"))
    assert world.refused(save(world, seat, place_of(asked[0]), "tea")).reason is Reason.UNKNOWN_QUESTION
    fact = world.done(submit(world, seat))[-1]
    assert isinstance(fact, SittingSubmitted)
    assert [scored.question_id for scored in fact.scores] == other
    assert (fact.points_milli, fact.max_points_milli) == (2000, 2000)
