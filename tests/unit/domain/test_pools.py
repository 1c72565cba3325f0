from collections import Counter
from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given as anything, strategies

from assessment.domain.commands import Duplicate, EditDraft
from assessment.domain.decision import Reason
from assessment.domain.ordering import SEED_BITS
from assessment.domain.pools import asked_of, attainable_milli, drawn
from contracts.assessment import limits
from contracts.assessment.assessments import ChangeAssessment, PoolDraft, QuestionDraft
from contracts.events import AssessmentCreated, AssessmentEdited, AssessmentPublished, QuestionsReplaced
from contracts.questions import Pool, Question
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, SINGLE, TEXT
from tests.unit.domain.world import World, an_id

SEEDS: Final = range(2_000)
TEA: Final = PoolDraft(name="Tea ☕", draw=2)
OF_TEA: Final = msgspec.structs.replace(TEXT, pool="Tea ☕")
POOLED: Final = (SINGLE, *(msgspec.structs.replace(OF_TEA, prompt=f"Drink {number}?") for number in range(4)))


def some_questions(*pools: str | None, points_milli: int = 1000) -> tuple[Question, ...]:
    return tuple(Question(f"q{place}", "essay", "?", (), points_milli, pool=pool) for place, pool in enumerate(pools))


def pooled(*drafts: QuestionDraft, **settings: Any) -> World:
    world = World()
    given.draft(world, drafts or POOLED, **({"pools": (TEA,)} | settings))
    return world


@anything(
    strategies.lists(strategies.sampled_from([None, "a", "b"]), max_size=30),
    strategies.integers(1, 5),
    strategies.integers(1, 5),
    strategies.integers(0, 2**SEED_BITS),
)
def test_each_pool_gives_as_many_as_it_draws(names: list[str | None], of_a: int, of_b: int, seed: int) -> None:
    questions = some_questions(*names)
    ids = drawn(questions, (Pool("a", of_a), Pool("b", of_b)), seed, 1)
    assert ids == drawn(questions, (Pool("b", of_b), Pool("a", of_a)), seed, 1)
    asked = [question for question in questions if question.id in ids]
    assert tuple(question.id for question in asked) == ids  # each once, in the version's order
    counts = Counter(question.pool for question in asked)
    assert counts == Counter({None: names.count(None)}) + Counter(
        a=min(of_a, names.count("a")), b=min(of_b, names.count("b"))
    )


def test_without_pools_nothing_is_drawn_and_everything_is_asked() -> None:
    questions = some_questions(None, None)
    assert drawn(questions, (), 1, 1) == ()
    assert asked_of(questions, ()) == questions
    assert asked_of(questions, ("q1",)) == questions[1:]


def test_a_draw_never_changes() -> None:
    questions = some_questions(*["a"] * 8)
    assert drawn(questions, (Pool("a", 3),), 7, 1) == ("q4", "q5", "q6")
    assert drawn(questions, (Pool("a", 3),), 7, 2) == ("q1", "q2", "q4")


def check_even(draws: list[tuple[str, ...]]) -> None:
    """3 of 8 for 2,000 seeds: each question 750 times and each pair 214 times, within five standard deviations."""
    alone = Counter(id_ for ids in draws for id_ in ids)
    pairs = Counter((one, two) for ids in draws for one in ids for two in ids if one < two)
    assert sum(alone.values()) == 3 * len(SEEDS)
    assert len(alone) == 8
    assert all(642 <= count <= 858 for count in alone.values()), alone
    assert len(pairs) == 28
    assert all(145 <= count <= 283 for count in pairs.values()), pairs


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_question_and_every_pair_is_drawn_about_as_often(attempt: int) -> None:
    questions = some_questions(*["a"] * 8)
    check_even([drawn(questions, (Pool("a", 3),), seed, attempt) for seed in SEEDS])


def test_control_a_draw_of_neighbours_is_noticed() -> None:
    """Each question comes as often as any other here, but not each pair."""
    with pytest.raises(AssertionError, match="28"):
        check_even([tuple(f"q{(seed + step) % 8}" for step in range(3)) for seed in SEEDS])


def test_another_attempt_draws_anew() -> None:
    questions = some_questions(*["a"] * 8)
    same = sum(
        drawn(questions, (Pool("a", 4),), seed, 1) == drawn(questions, (Pool("a", 4),), seed, 2) for seed in SEEDS
    )
    assert same < 60  # one in 70


def test_what_a_candidate_can_earn() -> None:
    questions = (*some_questions(None, "a", "a", "a", points_milli=1500), *some_questions("b", "c", points_milli=200))
    assert attainable_milli(questions, ()) == 6400
    assert attainable_milli(questions, (Pool("a", 2), Pool("b", 9))) == 1500 + 3000 + 200 + 200
    uneven = (*some_questions("a"), *some_questions("a", points_milli=3000), *some_questions("a", points_milli=2000))
    assert attainable_milli(uneven, (Pool("a", 2),)) == 5000


def test_a_draft_tells_at_each_step_what_a_candidate_can_earn() -> None:
    world = World()
    given.draft(world, ())
    (listed,) = world.done(given.set_questions(world, POOLED))
    assert isinstance(listed, QuestionsReplaced)
    assert listed.max_points_milli == 5000
    (edited,) = world.done(EditDraft(EMPLOYER, ASSESSMENT, ChangeAssessment(pools=(TEA,)), None, world.later()))
    assert isinstance(edited, AssessmentEdited)
    assert (edited.max_points_milli, edited.settings.pools) == (3000, (Pool("Tea ☕", 2),))
    assert world.rows.all("SELECT max_points_milli, question_count FROM assessments") == [
        {"max_points_milli": 3000, "question_count": 5}
    ]
    (again,) = world.done(given.set_questions(world, POOLED[:3]))
    assert isinstance(again, QuestionsReplaced)
    assert again.max_points_milli == 3000
    (published,) = world.done(given.publish(world))
    assert isinstance(published, AssessmentPublished)
    assert published.max_points_milli == 3000
    assert world.rebuilt().rows.everything() == world.rows.everything()


@pytest.mark.parametrize(
    ("drafts", "pools", "at", "seen"),
    [
        (POOLED, (msgspec.structs.replace(TEA, draw=5),), "$.pools[0].draw", "5"),
        (POOLED, (TEA, PoolDraft(name="Milk", draw=1)), "$.pools[1].draw", "1"),
        (POOLED, (), "$.questions[1].pool", '"Tea ☕"'),
        (POOLED, (PoolDraft(name="tea ☕", draw=2),), "$.questions[1].pool", '"Tea ☕"'),
        (
            (*POOLED, msgspec.structs.replace(OF_TEA, points=Decimal("1.001"))),
            (TEA,),
            "$.questions[5].points",
            '"1.001"',
        ),
    ],
)
def test_pools_that_do_not_fit_are_not_published(
    drafts: tuple[QuestionDraft, ...], pools: tuple[PoolDraft, ...], at: str, seen: str
) -> None:
    refused = pooled(*drafts, pools=pools).refused(given.publish(World()))
    assert (refused.reason, refused.at, refused.seen) == (Reason.POOL_UNFIT, at, seen)


@pytest.mark.parametrize("draw", [1, 4])
def test_a_pool_draws_from_one_to_all(draw: int) -> None:
    world = pooled(pools=(msgspec.structs.replace(TEA, draw=draw),))
    (published,) = world.done(given.publish(world))
    assert isinstance(published, AssessmentPublished)
    assert published.max_points_milli == 1000 * (1 + draw)


def test_only_points_that_are_asked_make_an_assessment_worth_something() -> None:
    worthless = msgspec.structs.replace(OF_TEA, points=Decimal(0))
    refused = pooled(worthless, worthless, worthless).refused(given.publish(World()))
    assert refused.reason is Reason.CONFLICT


@pytest.mark.parametrize(
    ("pools", "at"),
    [
        ((TEA, TEA), "$.pools[1].name"),
        ((TEA, msgspec.structs.replace(TEA, name=" Tea ☕ ")), "$.pools[1].name"),
        ((PoolDraft(name=" ", draw=1),), "$.pools[0].name"),
        ((PoolDraft(name="a\nb", draw=1),), "$.pools[0].name"),
        ((PoolDraft(name="a" * (limits.MAX_POOL_CHARACTERS + 1), draw=1),), "$.pools[0].name"),
        ((PoolDraft(name="a", draw=0),), "$.pools[0].draw"),
        ((PoolDraft(name="a", draw=limits.MAX_QUESTIONS + 1),), "$.pools[0].draw"),
        (tuple(PoolDraft(name=f"{number}", draw=1) for number in range(limits.MAX_POOLS + 1)), "$.pools"),
    ],
)
def test_pools_that_make_no_sense_are_refused(pools: tuple[PoolDraft, ...], at: str) -> None:
    world = pooled()
    refused = world.refused(EditDraft(EMPLOYER, ASSESSMENT, ChangeAssessment(pools=pools), None, world.later()))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, at)


def test_the_largest_pools_are_taken() -> None:
    names = [f"{number:0{limits.MAX_POOL_CHARACTERS}}" for number in range(limits.MAX_POOLS)]
    pools = tuple(PoolDraft(name=name, draw=limits.MAX_QUESTIONS) for name in names)
    world = pooled(pools=pools)
    assert world.refused(given.publish(world)).reason is Reason.POOL_UNFIT


def test_a_questions_pool_is_named_in_the_same_form() -> None:
    world = pooled(*(msgspec.structs.replace(one, pool=" Tea ☕ ") for one in POOLED[1:]))
    assert world.done(given.publish(world))
    refused = world.refused(given.set_questions(world, (msgspec.structs.replace(TEXT, pool="\n"),)))
    assert (refused.reason, refused.at) == (Reason.NOT_A_DRAFT, "")
    other = pooled()
    refused = other.refused(given.set_questions(other, (SINGLE, msgspec.structs.replace(TEXT, pool=" "))))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, "$.questions[1].pool")


def test_a_duplicate_keeps_pools_and_places() -> None:
    kept = msgspec.structs.replace(SINGLE, keep_place=True)
    last = (*SINGLE.options[:2], msgspec.structs.replace(SINGLE.options[2], keep_last=True))
    world = pooled(msgspec.structs.replace(kept, options=last), *POOLED[1:], shuffle_options=True)
    ids = tuple(an_id(f"copy {place}") for place in range(5))
    option_ids = tuple(tuple(an_id(f"copy {place} {option}") for option in range(3)) for place in range(5))
    created, listed = world.done(Duplicate(EMPLOYER, ASSESSMENT, an_id("copy"), ids, option_ids, world.later()))
    assert isinstance(created, AssessmentCreated)
    assert isinstance(listed, QuestionsReplaced)
    assert (created.settings.pools, created.settings.shuffle_options) == ((Pool("Tea ☕", 2),), True)
    assert [question.pool for question in listed.questions] == [None, *["Tea ☕"] * 4]
    assert [question.keep_place for question in listed.questions] == [True, *[False] * 4]
    assert [option.keep_last for option in listed.questions[0].options] == [False, False, True]
    assert listed.max_points_milli == 3000
