from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from assessment.domain.commands import Close, Command, CreateDraft, DeleteDraft, Duplicate, EditDraft
from assessment.domain.content import MAX_QUESTIONS_DATA_BYTES
from assessment.domain.decision import Reason
from assessment.domain.sealing import opened_keys
from contracts.assessment import limits
from contracts.assessment.assessments import ChangeAssessment
from contracts.events import AssessmentCreated, AssessmentDeleted, AssessmentEdited, QuestionsReplaced
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, EVERY_KIND, OTHER, SINGLE, TEXT, TRUE_FALSE
from tests.unit.domain.world import World, an_id, opened

COPY = an_id("copy")


def create(world: World, **settings: Any) -> CreateDraft:
    return CreateDraft(EMPLOYER, ASSESSMENT, given.settings(**settings), world.later())


def edit(world: World, expected: int | None = None, employer_id: str = EMPLOYER, **changes: Any) -> EditDraft:
    return EditDraft(employer_id, ASSESSMENT, ChangeAssessment(**changes), expected, world.later())


def delete(world: World, expected: int | None = None, employer_id: str = EMPLOYER) -> DeleteDraft:
    return DeleteDraft(employer_id, ASSESSMENT, expected, world.later())


def replace(world: World, expected: int | None = None, employer_id: str = EMPLOYER) -> Command:
    return given.set_questions(world, (TEXT,), expected_position=expected, employer_id=employer_id)


def duplicate(world: World, source: str = ASSESSMENT, employer_id: str = EMPLOYER) -> Duplicate:
    question_ids = tuple(an_id(f"new {place}") for place in range(10))
    option_ids = tuple(tuple(an_id(f"new {place} {option}") for option in range(10)) for place in range(10))
    return Duplicate(employer_id, source, COPY, question_ids, option_ids, world.later())


CHANGES: list[Callable[..., Command]] = [edit, delete, replace, given.publish]


def test_a_draft_is_created_with_settings_in_one_form() -> None:
    world = World()
    given.employer(world)
    (fact,) = world.done(create(world, title=" Geo\u0301 ", passing_percent=Decimal("66.60")))
    assert isinstance(fact, AssessmentCreated)
    assert (fact.settings.title, str(fact.settings.passing_percent), fact.copied_from) == ("Geó", "66.6", None)


@pytest.mark.parametrize(
    ("settings", "at"),
    [
        ({"title": " "}, "$.title"),
        ({"title": "a\nb"}, "$.title"),
        ({"title": "x" * (limits.MAX_TITLE_CHARACTERS + 1)}, "$.title"),
        ({"instructions": "\u202e"}, "$.instructions"),
        ({"instructions": "x" * (limits.MAX_INSTRUCTIONS_CHARACTERS + 1)}, "$.instructions"),
        ({"passing_percent": Decimal("-0.01")}, "$.passing_percent"),
        ({"passing_percent": Decimal("100.01")}, "$.passing_percent"),
        ({"passing_percent": Decimal("50.001")}, "$.passing_percent"),
        ({"passing_percent": Decimal("NaN")}, "$.passing_percent"),
        ({"time_limit_seconds": limits.MIN_TIME_LIMIT_SECONDS - 1}, "$.time_limit_seconds"),
        ({"time_limit_seconds": limits.MAX_TIME_LIMIT_SECONDS + 1}, "$.time_limit_seconds"),
        ({"grace_seconds": -1}, "$.grace_seconds"),
        ({"grace_seconds": limits.MAX_GRACE_SECONDS + 1}, "$.grace_seconds"),
    ],
)
def test_settings_out_of_range_are_refused_at_their_place(settings: dict[str, Any], at: str) -> None:
    world = World()
    given.employer(world)
    refused = world.refused(create(world, **settings))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, at)
    world.done(create(world))
    assert world.refused(edit(world, **settings)).at == at


@pytest.mark.parametrize(
    "settings",
    [
        {"title": "x" * limits.MAX_TITLE_CHARACTERS},
        {"instructions": "x" * limits.MAX_INSTRUCTIONS_CHARACTERS},
        {"passing_percent": Decimal(0)},
        {"passing_percent": Decimal("99.99")},
        {"passing_percent": Decimal(100)},
        {"time_limit_seconds": limits.MIN_TIME_LIMIT_SECONDS},
        {"time_limit_seconds": limits.MAX_TIME_LIMIT_SECONDS},
        {"grace_seconds": limits.MAX_GRACE_SECONDS},
    ],
)
def test_settings_at_their_limits_are_taken(settings: dict[str, Any]) -> None:
    world = World()
    given.employer(world)
    (fact,) = world.done(create(world, **settings))
    assert isinstance(fact, AssessmentCreated)
    assert msgspec.structs.asdict(fact.settings).items() >= settings.items()


def test_an_edit_changes_what_it_names() -> None:
    world = World()
    given.draft(world, time_limit_seconds=600, instructions="Read.", shuffle=True)
    created_at = world.log[1][1][0].at
    (fact,) = world.done(edit(world, title="History", time_limit_seconds=None))
    assert isinstance(fact, AssessmentEdited)
    assert (fact.settings.title, fact.settings.time_limit_seconds) == ("History", None)
    assert (fact.settings.instructions, fact.settings.shuffle) == ("Read.", True)
    assert (fact.question_count, fact.max_points_milli, fact.created_at) == (5, 6000, created_at)
    (again,) = world.done(edit(world))
    assert isinstance(again, AssessmentEdited)
    assert again.settings == fact.settings


def test_a_draft_is_deleted() -> None:
    world = World()
    given.draft(world)
    assert world.done(delete(world)) == (
        AssessmentDeleted(assessment_id=ASSESSMENT, employer_id=EMPLOYER, at=world.now),
    )
    assert world.refused(edit(world)).reason is Reason.NOT_FOUND


def test_questions_are_replaced_as_a_whole_and_their_keys_sealed() -> None:
    world = World()
    given.draft(world, EVERY_KIND)
    (fact,) = world.done(given.set_questions(world, (TEXT, SINGLE), import_id=an_id("import")))
    assert isinstance(fact, QuestionsReplaced)
    assert [question.kind for question in fact.questions] == ["text", "single"]
    assert (fact.key_version, fact.import_id) == (2, an_id("import"))
    keys = opened_keys(opened(fact.sealed_keys, f"keys:{ASSESSMENT}"))
    assert [key.question_id for key in keys] == [question.id for question in fact.questions]
    assert b"Or tea." not in msgspec.json.encode(msgspec.structs.replace(fact, sealed_keys="a.b"))


def test_a_list_may_be_emptied() -> None:
    world = World()
    given.draft(world)
    (fact,) = world.done(given.set_questions(world, ()))
    assert isinstance(fact, QuestionsReplaced)
    assert fact.questions == ()


def test_a_question_that_is_wrong_refuses_the_list() -> None:
    world = World()
    given.draft(world)
    wrong = msgspec.structs.replace(SINGLE, correct=4)
    refused = world.refused(given.set_questions(world, (TEXT, wrong)))
    assert (refused.reason, refused.at, refused.seen) == (Reason.MALFORMED, "$.questions[1].correct", "4")


def test_a_list_that_fits_no_event_is_refused() -> None:
    world = World()
    given.draft(world, ())
    long = msgspec.structs.replace(TRUE_FALSE, prompt="x" * limits.MAX_PROMPT_CHARACTERS)
    count = MAX_QUESTIONS_DATA_BYTES // limits.MAX_PROMPT_CHARACTERS
    refused = world.refused(given.set_questions(world, (long,) * count))
    assert (refused.reason, refused.at) == (Reason.CONTENT_TOO_LARGE, "$.questions")
    assert world.done(given.set_questions(world, (long,) * (count - 5)))
    assert world.done(given.publish(world))


@pytest.mark.parametrize("change", CHANGES)
def test_only_a_draft_changes(change: Callable[..., Command]) -> None:
    world = World()
    given.published(world)
    assert world.refused(change(world)).reason is Reason.NOT_A_DRAFT
    world.done(Close(EMPLOYER, ASSESSMENT, None, world.later()))
    assert world.refused(change(world)).reason is Reason.NOT_A_DRAFT


@pytest.mark.parametrize("change", CHANGES)
def test_a_stale_position_is_refused(change: Callable[..., Command]) -> None:
    world = World()
    given.draft(world)
    name = "expected_position" if change is given.publish else "expected"
    for stale in (0, world.position - 1, world.position + 1):
        refused = world.refused(change(world, **{name: stale}))
        assert (refused.reason, refused.seen) == (Reason.PRECONDITION_FAILED, str(stale))
    assert world.done(change(world, **{name: world.position}))


@pytest.mark.parametrize("change", [*CHANGES, duplicate])
def test_a_foreign_draft_answers_as_a_missing_one(change: Callable[..., Command]) -> None:
    world = World()
    given.employer(world, OTHER)
    missing = world.refused(change(world, employer_id=OTHER))
    given.draft(world)
    assert world.refused(change(world, employer_id=OTHER)) == missing
    assert missing.reason is Reason.NOT_FOUND
    assert world.done(change(world))


def test_a_duplicate_is_a_draft_with_the_same_questions_under_new_ids() -> None:
    world = World()
    given.published(world, EVERY_KIND, title="Geography", time_limit_seconds=60)
    created, replaced = world.done(duplicate(world))
    assert isinstance(created, AssessmentCreated)
    assert isinstance(replaced, QuestionsReplaced)
    assert (created.assessment_id, created.copied_from, created.settings.time_limit_seconds) == (COPY, ASSESSMENT, 60)
    assert [question.kind for question in replaced.questions] == [draft.kind for draft in EVERY_KIND]
    assert replaced.questions[0].id == an_id("new 0")
    keys = opened_keys(opened(replaced.sealed_keys, f"keys:{COPY}"))
    assert [key.question_id for key in keys] == [question.id for question in replaced.questions]
    assert (replaced.key_version, replaced.import_id) == (1, None)
    assert world.done(given.publish(world, COPY))


def test_a_duplicate_of_a_draft_without_questions_has_none() -> None:
    world = World()
    given.draft(world, ())
    (created,) = world.done(duplicate(world))
    assert isinstance(created, AssessmentCreated)
    assert world.refused(given.publish(world, COPY)).reason is Reason.NO_QUESTIONS
