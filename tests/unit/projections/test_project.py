import sqlite3
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessment.domain.boundaries import BOUNDARIES, OUTSIDE
from assessment.domain.commands import (
    ChangeEmployerLimit,
    ChangePublicLink,
    Close,
    DeleteDraft,
    EditDraft,
    JoinPublicLink,
    ResendInvite,
    ReviewSubmission,
    RevokeInvite,
    RevokeKey,
    RotateKey,
    VerifyInvite,
)
from assessment.projections.changes import Change, Delete, Insert, Update, Upsert
from assessment.projections.project import project, touched
from assessment.read_models import tables
from contracts.assessment.assessments import ChangeAssessment
from contracts.assessment.results import EssayReview
from contracts.events import (
    AssessmentCreated,
    Fact,
    QuestionsReplaced,
    SittingStarted,
    decode_event,
    type_of,
)
from contracts.events.registry import STRUCTS
from tests.unit.contracts.vectors import vector_files
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, EVERY_KIND, order, question_id, save, start, submit
from tests.unit.domain.test_boundaries import FACTS
from tests.unit.domain.test_drafts import duplicate
from tests.unit.domain.test_submissions import void
from tests.unit.domain.world import World, a_digest, an_id

HANGING_ON = ("sitting.answer_saved", "sitting.reviewed", "key.created", "key.rotated", "key.revoked")
"""Facts that change what hangs on a boundary's row, and the row itself not always."""


def every_kind_of_fact() -> World:
    """One history in which each type of event happens."""
    world = World()
    given.draft(world, EVERY_KIND, time_limit_seconds=3600)
    world.done(duplicate(world))
    world.done(DeleteDraft(EMPLOYER, an_id("copy"), None, world.later()))
    world.done(EditDraft(EMPLOYER, ASSESSMENT, ChangeAssessment(title="History"), None, world.later()))
    world.done(given.publish(world))
    seat = given.invited(world)
    world.done(given.issue(world, replace(order(invite="second"), name="Bo D.")))
    world.done(ResendInvite(EMPLOYER, ASSESSMENT, an_id("second"), {2: a_digest("second 2")}, world.later()))
    world.done(VerifyInvite(EMPLOYER, ASSESSMENT, an_id("second"), 2, world.later()))
    world.done(RevokeInvite(EMPLOYER, ASSESSMENT, an_id("second"), world.later()))
    world.done(ChangePublicLink(EMPLOYER, ASSESSMENT, True, 5, None, None, world.later()))
    world.done(JoinPublicLink(EMPLOYER, ASSESSMENT, order("al@example.org", invite="public"), world.later()))
    world.done(start(world, seat))
    world.done(save(world, seat, 3, "tea"))
    world.done(save(world, seat, 3, "coffee", 2))
    world.done(given.grant(world, seat, no_limit=True))
    world.done(given.withdraw(world, seat))
    world.done(submit(world, seat, {question_id(5): "Long ago …"}))
    essay = EssayReview(question_id(5), Decimal("2.5"), "Well said")
    sitting = (EMPLOYER, seat.sitting_id, an_id("submission"), seat.candidate_id)
    world.done(ReviewSubmission(*sitting, (essay,), None, world.later()))
    world.done(void(world, seat))
    world.done(start(world, given.invited(world, invite="third")))
    world.done(ChangeEmployerLimit(EMPLOYER, 5, world.later()))
    world.done(given.create_key(world, role="owner"))
    world.done(RotateKey(EMPLOYER, an_id("key"), {2: a_digest("key 2")}, 60, world.later()))
    world.done(RevokeKey(EMPLOYER, an_id("key"), world.later()))
    world.done(Close(EMPLOYER, ASSESSMENT, None, world.later()))
    return world


def test_facts_from_before_there_were_pools_fill_the_columns_that_came_later() -> None:
    old = vector_files()
    started = decode_event("sitting.started", old["sitting.started.v1"].vectors[0].data)
    assert isinstance(started, SittingStarted)
    (sitting,) = project(started)
    assert isinstance(sitting, Insert)
    assert sitting.row["question_ids"] == "[]"
    listed = decode_event("assessment.questions_replaced", old["assessment.questions_replaced.v1"].vectors[0].data)
    assert isinstance(listed, QuestionsReplaced)
    (replaced,) = project(listed)
    assert isinstance(replaced, Update)
    assert replaced.set["max_points_milli"] == 3500
    created = decode_event("assessment.created", old["assessment.created.v1"].vectors[0].data)
    assert isinstance(created, AssessmentCreated)
    (draft,) = project(created)
    assert isinstance(draft, Insert)
    assert (draft.row["pools"], draft.row["shuffle_options"]) == ("[]", None)


@pytest.fixture(scope="module")
def history() -> World:
    return every_kind_of_fact()


def facts_of(world: World) -> list[Fact]:
    return [fact for _, facts in world.log for fact in facts]


def test_every_type_of_event_is_projected(history: World) -> None:
    assert {type_of(fact) for fact in facts_of(history)} == set(STRUCTS) - set(OUTSIDE)
    assert all(project(fact) for fact in facts_of(history))


def test_the_same_log_gives_the_same_tables(history: World) -> None:
    assert history.rebuilt().rows.everything() == history.rows.everything()


def test_a_lost_fact_would_be_noticed(history: World) -> None:
    # the control: without its last event the rebuilt tables differ
    shorter = World()
    for _, facts in history.log[:-1]:
        shorter.record(facts)
    assert shorter.rows.everything() != history.rows.everything()


@pytest.mark.parametrize("fact", FACTS, ids=type_of)
def test_changes_name_known_tables_columns_and_whole_keys(fact: Fact) -> None:
    if type_of(fact) in ("sitting.submitted", "sitting.reviewed"):
        fact = replace_struct(fact, percent="50.00")
    for change in project(fact):
        table = tables.metadata.tables[f"live.{change.table}"]
        key = set(table.primary_key.columns.keys())
        columns = set(table.columns.keys()) - {"position"}
        match change:
            case Insert(row=row) | Upsert(row=row):
                assert set(row) == columns
            case Update(key=named, set=values, add=added):
                assert set(named) == key
                assert set(values) | set(added) <= columns - key
                assert not set(values) & set(added)
                assert values or added
            case Delete(key=named):
                assert set(named) == key


def replace_struct(fact: Any, **changes: Any) -> Any:
    return type(fact)(**{name: changes.get(name, getattr(fact, name)) for name in fact.__struct_fields__})


@pytest.mark.parametrize("fact", FACTS, ids=type_of)
def test_a_fact_changes_the_rows_that_it_touches_and_what_hangs_on_them(fact: Fact) -> None:
    if type_of(fact) in ("sitting.submitted", "sitting.reviewed"):
        fact = replace_struct(fact, percent="50.00")
    boundary_tables = {
        "employers",
        "assessments",
        "sittings",
        "candidates",
        "invites",
        "public_links",
        "accommodations",
        "verifications",
    }
    made_here = {"public_links"} if type_of(fact) == "assessment.published" else set()
    changed = {change.table for change in project(fact)} & boundary_tables - made_here
    stamped = {ref.boundary.table for ref in touched(fact)}
    assert changed == (set() if type_of(fact) in HANGING_ON else stamped)
    assert changed <= stamped


def test_projecting_is_pure(history: World) -> None:
    for fact in facts_of(history):
        assert project(fact) == project(fact)


def test_what_is_sealed_is_copied(history: World) -> None:
    for fact in facts_of(history):
        sealed = {value for name, value in fields(fact).items() if name.startswith("sealed_")}
        written = {
            value
            for change in project(fact)
            for name, value in values_of(change).items()
            if name.startswith("sealed_") and value
        }
        assert written <= sealed


def fields(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__}


def values_of(change: Change) -> dict[str, Any]:
    match change:
        case Insert(row=row) | Upsert(row=row):
            return dict(row)
        case Update(set=values):
            return dict(values)
        case Delete():
            return {}


def test_publishing_and_closing_count(history: World) -> None:
    world = every_kind_of_fact()
    count = "SELECT active_count, active_limit FROM employers"
    assert world.rows.all(count) == [{"active_count": 0, "active_limit": 5}]
    given.published(world, assessment_id=an_id("second"))
    assert world.rows.all(count) == [{"active_count": 1, "active_limit": 5}]


def test_a_saved_answer_takes_the_place_of_the_one_before(history: World) -> None:
    saved = history.rows.all("SELECT attempt, sequence FROM saved_answers")
    assert saved == [{"attempt": 1, "sequence": 2}]


def test_a_second_attempt_takes_the_row_over(history: World) -> None:
    (sitting,) = history.rows.all("SELECT attempt, state, invite_id, submission_id FROM sittings")
    assert sitting == {"attempt": 2, "state": "started", "invite_id": an_id("third"), "submission_id": None}
    (submission,) = history.rows.all("SELECT attempt, voided_at IS NULL AS counts FROM submissions")
    assert submission == {"attempt": 1, "counts": 0}


def test_a_deleted_draft_leaves_nothing(history: World) -> None:
    assert history.rows.one("assessments", an_id("copy")) is None
    assert len(history.rows.all("SELECT * FROM assessments")) == 1


def test_rows_carry_the_position_of_their_last_append(history: World) -> None:
    last: dict[tuple[str, str], int] = {}
    for position, facts in history.log:
        for fact in facts:
            last |= {(ref.boundary.table, ref.id): position for ref in touched(fact)}
    rows = {
        (table, row["id"]): row["position"]
        for table in (boundary.table for boundary in BOUNDARIES)
        for row in history.rows.all(f"SELECT id, position FROM {table}")
    }
    assert rows == {key: position for key, position in last.items() if key != ("assessments", an_id("copy"))}


def twice(kind: str) -> Callable[[World], None]:
    def again(world: World) -> None:
        world.record(tuple(fact for fact in facts_of(world) if type_of(fact) == kind)[:1])

    return again


@pytest.mark.parametrize(
    ("violate", "constraint"),
    [
        (twice("employer.created"), "employers.id"),
        (twice("assessment.created"), "assessments.id"),
        (twice("assessment.published"), "versions.assessment_id"),
        (twice("candidate.registered"), "candidates.id"),
        (twice("sitting.started"), "sittings.assessment_id"),
        (twice("assessment.closed"), "employers_active_within_limit"),
    ],
)
def test_the_tables_refuse_what_no_decision_makes(violate: Callable[[World], None], constraint: str) -> None:
    # the control of every test that stands on these tables: their rules do speak
    world = every_kind_of_fact()
    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        violate(world)
