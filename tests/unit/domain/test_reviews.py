from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from assessment.domain.commands import ReviewSubmission, Seat, VoidSubmission
from assessment.domain.decision import Reason
from assessment.domain.sealing import opened_notes
from contracts.assessment.limits import MAX_NOTE_CHARACTERS
from contracts.assessment.results import EssayReview
from contracts.events import SittingReviewed, SittingSubmitted
from tests.unit.domain import given
from tests.unit.domain.given import EMPLOYER, ESSAY, EVERY_KIND, OTHER, question_id, right_answers, start, submit
from tests.unit.domain.world import World, an_id, opened

FIRST, SECOND = question_id(5), question_id(6)
TWO_ESSAYS = (*EVERY_KIND, msgspec.structs.replace(ESSAY, prompt="And then?", points=Decimal("2.5")))


def submitted(passing: str = "60", answers: dict[str, Any] | None = None) -> tuple[World, Seat, SittingSubmitted]:
    """All by rule is right, 6 of 12.5 points; two essays, worth 4 and 2.5, were written."""
    world = World()
    given.published(world, TWO_ESSAYS, passing_percent=Decimal(passing))
    seat = given.invited(world)
    answers = {FIRST: "Long ago …", SECOND: "Ever after"} if answers is None else answers
    fact = world.done(submit(world, seat, {**right_answers(), **answers}))[-1]
    assert isinstance(fact, SittingSubmitted)
    return world, seat, fact


def essay(id_: str, points: str, note: str = "") -> EssayReview:
    return EssayReview(question_id=id_, points=Decimal(points), note=note)


def review(world: World, seat: Seat, *essays: EssayReview, **changes: Any) -> ReviewSubmission:
    command = ReviewSubmission(
        EMPLOYER, seat.sitting_id, an_id("submission"), seat.candidate_id, essays, None, world.later()
    )
    return replace(command, **changes)


def reviewed(world: World, seat: Seat, *essays: EssayReview, **changes: Any) -> SittingReviewed:
    (fact,) = world.done(review(world, seat, *essays, **changes))
    assert isinstance(fact, SittingReviewed)
    return fact


def notes(fact: SittingReviewed) -> dict[str, str]:
    plain = opened(fact.sealed_notes, f"candidate:{fact.candidate_id}")
    return {one.question_id: one.note for one in opened_notes(plain)}


def test_a_review_decides_the_result_anew() -> None:
    world, seat, before = submitted()
    assert (before.percent, before.passed) == ("48.00", None)
    fact = reviewed(world, seat, essay(FIRST, "1.5", "Short."), essay(SECOND, "0"))
    assert (fact.points_milli, fact.max_points_milli, fact.percent, fact.passed) == (7500, 12_500, "60.00", True)
    assert fact.scores[:5] == before.scores[:5]
    assert [(one.points_milli, one.outcome) for one in fact.scores[5:]] == [(1500, "incorrect"), (0, "incorrect")]
    assert notes(fact) == {FIRST: "Short."}
    (row,) = world.rows.all("SELECT points_milli, passed, reviewed_at IS NOT NULL AS reviewed FROM submissions")
    assert row == {"points_milli": 7500, "passed": 1, "reviewed": 1}


def test_a_thousandth_decides() -> None:
    world, seat, _ = submitted()
    assert reviewed(world, seat, essay(FIRST, "1.499"), essay(SECOND, "0")).passed is False
    assert reviewed(world, seat, essay(FIRST, "1.5")).passed is True


def test_the_result_waits_until_the_last_essay() -> None:
    world, seat, _ = submitted()
    first = reviewed(world, seat, essay(FIRST, "4", "Very good"))
    assert (first.passed, first.percent) == (None, "80.00")
    assert [one.outcome for one in first.scores[5:]] == ["correct", "pending"]
    second = reviewed(world, seat, essay(SECOND, "2.5", "So is this"))
    assert (second.passed, second.percent) == (True, "100.00")
    assert notes(second) == {FIRST: "Very good", SECOND: "So is this"}


def test_an_essay_is_reviewed_again_and_the_last_counts() -> None:
    world, seat, _ = submitted()
    reviewed(world, seat, essay(FIRST, "4", "Very good"), essay(SECOND, "2.5", "Yes"))
    again = reviewed(world, seat, essay(FIRST, "0"))
    assert (again.points_milli, again.passed, notes(again)) == (8500, True, {SECOND: "Yes"})
    assert world.rebuilt().rows.everything() == world.rows.everything()


def test_notes_are_sealed() -> None:
    world, seat, _ = submitted()
    fact = reviewed(world, seat, essay(FIRST, "4", "canary"))
    assert b"canary" not in msgspec.json.encode(fact)
    assert notes(fact) == {FIRST: "canary"}


@pytest.mark.parametrize(
    ("wrong", "reason", "at"),
    [
        ((), Reason.MALFORMED, "$.essays"),
        ((essay("nothing", "1"),), Reason.UNKNOWN_QUESTION, "$.essays[0].question_id"),
        ((essay(FIRST, "1"), essay(FIRST, "2")), Reason.MALFORMED, "$.essays[1].question_id"),
        ((essay(FIRST, "1"), essay(question_id(0), "1")), Reason.NOT_REVIEWABLE, "$.essays[1].question_id"),
        ((essay(FIRST, "4.001"),), Reason.MALFORMED, "$.essays[0].points"),
        ((essay(FIRST, "-0.001"),), Reason.MALFORMED, "$.essays[0].points"),
        ((essay(FIRST, "0.0001"),), Reason.MALFORMED, "$.essays[0].points"),
        ((essay(FIRST, "NaN"),), Reason.MALFORMED, "$.essays[0].points"),
        ((essay(FIRST, "1", "\x00"),), Reason.MALFORMED, "$.essays[0].note"),
        ((essay(FIRST, "1", "x" * (MAX_NOTE_CHARACTERS + 1)),), Reason.MALFORMED, "$.essays[0].note"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(wrong: tuple[EssayReview, ...], reason: Reason, at: str) -> None:
    world, seat, _ = submitted()
    refused = world.refused(review(world, seat, *wrong))
    assert (refused.reason, refused.at) == (reason, at)
    assert world.rows.all("SELECT reviewed_at FROM submissions") == [{"reviewed_at": None}]


@pytest.mark.parametrize("points", ["0", "0.001", "3.999", "4", "4.000"])
def test_points_and_notes_at_their_limits_are_taken(points: str) -> None:
    world, seat, _ = submitted()
    fact = reviewed(world, seat, essay(FIRST, points, "x" * MAX_NOTE_CHARACTERS))
    assert fact.scores[5].points_milli == Decimal(points) * 1000


def test_an_essay_that_was_not_answered_is_not_reviewed() -> None:
    world, seat, _ = submitted(answers={FIRST: "Long ago …"})
    assert world.refused(review(world, seat, essay(SECOND, "1"))).reason is Reason.NOT_REVIEWABLE
    assert reviewed(world, seat, essay(FIRST, "4")).passed is True


def test_a_review_of_what_has_changed_since_is_refused() -> None:
    world, seat, _ = submitted()
    seen = world.position
    reviewed(world, seat, essay(FIRST, "1"), expected_position=seen)
    stale = world.refused(review(world, seat, essay(FIRST, "4"), expected_position=seen))
    assert stale.reason is Reason.PRECONDITION_FAILED


def test_what_is_void_is_not_reviewed() -> None:
    world, seat, _ = submitted()
    world.done(VoidSubmission(EMPLOYER, seat.sitting_id, an_id("submission"), "A fire", world.later()))
    assert world.refused(review(world, seat, essay(FIRST, "1"))).reason is Reason.ALREADY_VOIDED
    world.done(start(world, given.invited(world, invite="after")))
    assert world.refused(review(world, seat, essay(FIRST, "1"))).reason is Reason.ALREADY_VOIDED


def test_foreign_and_missing_submissions_answer_alike() -> None:
    world, seat, _ = submitted()
    missing = world.refused(review(world, seat, essay(FIRST, "1"), sitting_id=an_id("another")))
    assert missing.reason is Reason.NOT_FOUND
    assert world.refused(review(world, seat, essay(FIRST, "1"), employer_id=OTHER)) == missing
    assert world.refused(review(world, seat, essay(FIRST, "1"), submission_id=an_id("another"))) == missing
