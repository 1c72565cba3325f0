from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from assessment.domain.commands import Seat, VoidSubmission
from assessment.domain.decision import Reason
from assessment.domain.sealing import opened_records
from assessment.domain.submissions import closes_at
from contracts.assessment.limits import MAX_REASON_CHARACTERS
from contracts.events import SittingStarted, SittingSubmitted, SittingVoided
from contracts.events.sittings import AnswerRecord
from tests.unit.domain import given
from tests.unit.domain.given import EMPLOYER, EVERY_KIND, OTHER, question_id, right_answers, save, start, submit
from tests.unit.domain.world import World, an_id, opened


def seated(**settings: Any) -> tuple[World, Seat]:
    world = World()
    given.published(world, **settings)
    return world, given.invited(world)


def submitted(world: World, *args: Any, **changes: Any) -> SittingSubmitted:
    fact = world.done(submit(world, *args, **changes))[-1]
    assert isinstance(fact, SittingSubmitted)
    return fact


def records(fact: SittingSubmitted) -> dict[str, AnswerRecord]:
    plain = opened(fact.sealed_records, f"candidate:{fact.candidate_id}")
    return {record.question_id: record for record in opened_records(plain)}


def void(world: World, seat: Seat, submission: str = "submission", **changes: Any) -> VoidSubmission:
    command = VoidSubmission(EMPLOYER, seat.sitting_id, an_id(submission), "The fire alarm rang", world.later())
    return replace(command, **changes)


def test_a_submission_is_scored_as_it_comes_in() -> None:
    world, seat = seated(title="Geography", passing_percent=Decimal(100))
    fact = submitted(world, seat, right_answers())
    assert (fact.points_milli, fact.max_points_milli, fact.percent, fact.passed) == (6000, 6000, "100.00", True)
    assert (fact.version, fact.key_version, fact.attempt, fact.assessment_title) == (1, 1, 1, "Geography")
    assert (fact.submission_id, fact.cause, fact.invite_id) == (an_id("submission"), "candidate", seat.invite_id)
    assert [made.outcome for made in fact.scores] == ["correct"] * 5
    assert records(fact)[question_id(3)] == AnswerRecord(question_id(3), " café ", "café", "Café")


def test_what_was_given_and_typed_is_sealed() -> None:
    world, seat = seated()
    fact = submitted(world, seat, {question_id(3): "canary"})
    assert b"canary" not in msgspec.json.encode(fact)
    assert records(fact)[question_id(3)].given == "canary"


def test_saved_answers_count_and_given_ones_go_before_them() -> None:
    world, seat = seated()
    world.done(save(world, seat, 3, "coffee"))
    world.done(save(world, seat, 4, "3.14"))
    world.done(save(world, seat, 2, True))
    fact = submitted(world, seat, {question_id(3): "tea", question_id(2): None})
    assert {place: made.outcome for place, made in enumerate(fact.scores)} == {
        0: "unanswered",
        1: "unanswered",
        2: "unanswered",
        3: "correct",
        4: "correct",
    }


def test_a_submission_of_nothing_is_one() -> None:
    world, seat = seated()
    started, fact = world.done(submit(world, seat))
    assert isinstance(started, SittingStarted)
    assert isinstance(fact, SittingSubmitted)
    assert (fact.points_milli, fact.percent, fact.passed) == (0, "0.00", False)


def test_a_limited_sitting_is_submitted_without_another_start() -> None:
    world, seat = seated(time_limit_seconds=600)
    world.done(start(world, seat))
    assert len(world.done(submit(world, seat, right_answers()))) == 1


def test_an_essay_waits_for_a_person() -> None:
    world = World()
    given.published(world, EVERY_KIND)
    fact = submitted(world, given.invited(world), {**right_answers(), question_id(5): "Long ago …"})
    assert (fact.scores[5].outcome, fact.passed, fact.percent) == ("pending", None, "60.00")


@pytest.mark.parametrize(
    ("answers", "reason", "at"),
    [
        ({"nothing": "tea"}, Reason.UNKNOWN_QUESTION, "$.answers.nothing"),
        ({question_id(4): "three"}, Reason.ANSWER_REFUSED, f"$.answers.{question_id(4)}"),
        ({question_id(1): (question_id(1),)}, Reason.ANSWER_REFUSED, f"$.answers.{question_id(1)}[0]"),
    ],
)
def test_what_does_not_fit_refuses_the_submission(answers: dict[str, Any], reason: Reason, at: str) -> None:
    world, seat = seated()
    refused = world.refused(submit(world, seat, answers))
    assert (refused.reason, refused.at) == (reason, at)
    assert world.done(submit(world, seat))


def test_a_second_submission_is_refused() -> None:
    world, seat = seated()
    submitted(world, seat)
    assert world.refused(submit(world, seat, submission="second")).reason is Reason.ALREADY_SUBMITTED


def test_the_sweeper_comes_after_the_grace() -> None:
    world, seat = seated(time_limit_seconds=600, grace_seconds=30)
    assert world.refused(submit(world, seat, cause="sweeper")).reason is Reason.NOT_STARTED
    world.done(start(world, seat))
    world.done(save(world, seat, 3, "tea"))
    last = closes_at(world.state(start(world, seat)).sittings[seat.sitting_id])
    assert last is not None
    early = submit(world, seat, cause="sweeper", now=last)
    assert world.refused(early).reason is Reason.CONFLICT
    fact = submitted(world, seat, cause="sweeper", now=last + timedelta(milliseconds=1))
    assert (fact.cause, fact.points_milli) == ("sweeper", 1000)


def test_the_sweeper_leaves_alone_what_has_no_limit() -> None:
    world, seat = seated()
    world.done(start(world, seat))
    assert world.refused(submit(world, seat, cause="sweeper")).reason is Reason.CONFLICT


def test_a_void_names_its_reason() -> None:
    world, seat = seated()
    submitted(world, seat)
    (fact,) = world.done(void(world, seat))
    assert isinstance(fact, SittingVoided)
    assert (fact.submission_id, fact.attempt, fact.reason) == (an_id("submission"), 1, "The fire alarm rang")
    assert world.rows.all("SELECT void_reason FROM submissions") == [{"void_reason": "The fire alarm rang"}]


@pytest.mark.parametrize("reason", [" ", "\x00", "x" * (MAX_REASON_CHARACTERS + 1)])
def test_a_void_needs_a_reason(reason: str) -> None:
    world, seat = seated()
    submitted(world, seat)
    refused = world.refused(void(world, seat, reason=reason))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, "$.reason")


def test_a_submission_is_voided_once() -> None:
    world, seat = seated()
    submitted(world, seat)
    world.done(void(world, seat))
    assert world.refused(void(world, seat)).reason is Reason.ALREADY_VOIDED
    after = given.invited(world, invite="after")
    world.done(start(world, after))
    assert world.refused(void(world, seat)).reason is Reason.ALREADY_VOIDED
    submitted(world, after, submission="second")
    assert world.refused(void(world, seat)).reason is Reason.ALREADY_VOIDED
    assert world.done(void(world, seat, "second"))


def test_foreign_and_missing_submissions_answer_alike() -> None:
    world, seat = seated()
    missing = world.refused(void(world, seat))
    assert missing.reason is Reason.NOT_FOUND
    world.done(start(world, seat))
    assert world.refused(void(world, seat)) == missing
    submitted(world, seat)
    assert world.refused(void(world, seat, employer_id=OTHER)) == missing
    assert world.refused(void(world, seat, "another")) == missing
