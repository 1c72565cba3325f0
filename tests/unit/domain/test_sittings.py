from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from assessment.domain.commands import Close, ResendInvite, RevokeInvite, Seat, VoidSubmission
from assessment.domain.decision import Decision, Events, Reason, Refusal, Unchanged
from assessment.domain.sealing import answer_context, opened_answer, plain_answer
from contracts.assessment.limits import MAX_ANSWER_CHARACTERS
from contracts.events import AnswerSaved, SittingStarted
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, ESSAY, question_id, save, start, submit
from tests.unit.domain.world import FakeSealer, World, a_digest, an_id, opened

LIMITED = {"time_limit_seconds": 600, "grace_seconds": 30}
Act = Callable[[World, Seat], Any]
ACTS: list[Act] = [
    start,
    lambda world, seat: save(world, seat, 3, "tea"),
    lambda world, seat: submit(world, seat, submission="next"),
]


def seated(**settings: Any) -> tuple[World, Seat]:
    world = World()
    given.published(world, **settings)
    return world, given.invited(world)


def close(world: World) -> None:
    world.done(Close(EMPLOYER, ASSESSMENT, None, world.later()))


def revoke(world: World) -> None:
    world.done(RevokeInvite(EMPLOYER, ASSESSMENT, an_id("invite"), world.later()))


def resend(world: World) -> None:
    world.done(ResendInvite(EMPLOYER, ASSESSMENT, an_id("invite"), {2: a_digest("2")}, world.later()))


def void(world: World, seat: Seat) -> None:
    world.done(VoidSubmission(EMPLOYER, seat.sitting_id, an_id("submission"), "The fire alarm rang", world.later()))


def is_saved(decision: Decision) -> bool:
    return isinstance(decision, Events) and isinstance(decision.facts[-1], AnswerSaved)


def reason(decision: Decision) -> Reason:
    assert isinstance(decision, Refusal), decision
    return decision.reason


def test_a_start_fixes_the_deadline() -> None:
    world, seat = seated(**LIMITED)
    (fact,) = world.done(start(world, seat))
    assert isinstance(fact, SittingStarted)
    assert (fact.deadline_at, fact.grace_seconds) == (world.now + timedelta(seconds=600), 30)
    assert (fact.attempt, fact.version, fact.seed, fact.invite_id) == (1, 1, 7, seat.invite_id)


def test_without_a_limit_there_is_no_deadline() -> None:
    world, seat = seated()
    (fact,) = world.done(start(world, seat))
    assert isinstance(fact, SittingStarted)
    assert fact.deadline_at is None


def test_a_second_start_tells_the_first() -> None:
    world, seat = seated(**LIMITED)
    facts = world.done(start(world, seat))
    again = replace(start(world, seat, world.later(1000)), seed=8)
    assert world.execute(again) == Unchanged(facts)


def test_a_sitting_goes_on_after_the_assessment_closed_and_the_invite_expired() -> None:
    world = World()
    given.published(world)
    seat = given.invited(world, expires_at=world.now + timedelta(minutes=1))
    facts = world.done(start(world, seat))
    close(world)
    world.later(120)
    assert world.execute(start(world, seat)) == Unchanged(facts)
    assert is_saved(world.execute(save(world, seat, 3, "tea")))
    assert world.done(submit(world, seat))


@pytest.mark.parametrize("act", ACTS)
def test_nothing_starts_once_the_assessment_closed(act: Act) -> None:
    world, seat = seated()
    close(world)
    assert world.refused(act(world, seat)).reason is Reason.NOT_PUBLISHED


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("milliseconds", "valid"), [(-1, True), (0, False), (1, False)])
def test_an_invite_counts_until_it_expires(act: Act, milliseconds: int, valid: bool) -> None:  # noqa: FBT001 (a table)
    world = World()
    given.published(world)
    expires_at = world.now + timedelta(minutes=1)
    seat = given.invited(world, expires_at=expires_at)
    command = replace(act(world, seat), now=expires_at + timedelta(milliseconds=milliseconds))
    decision = world.execute(command)
    assert isinstance(decision, Events) is valid
    assert valid or reason(decision) is Reason.INVITE_INVALID


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("started", [False, True])
def test_a_revoked_invite_is_no_credential_any_more(act: Act, started: bool) -> None:  # noqa: FBT001 (a table)
    world, seat = seated()
    if started:
        world.done(start(world, seat))
    revoke(world)
    assert world.refused(act(world, seat)).reason is Reason.INVITE_INVALID


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("started", [False, True])
def test_a_token_that_was_rotated_opens_no_seat_any_more(act: Act, started: bool) -> None:  # noqa: FBT001 (a table)
    world, seat = seated()
    if started:
        world.done(start(world, seat))
    resend(world)
    assert world.refused(act(world, seat)).reason is Reason.INVITE_INVALID
    assert not isinstance(world.execute(act(world, replace(seat, generation=2))), Refusal)


@pytest.mark.parametrize("act", ACTS)
def test_an_expired_invite_whose_submission_was_voided_leads_nowhere(act: Act) -> None:
    world = World()
    given.published(world)
    seat = given.invited(world, expires_at=world.now + timedelta(minutes=1))
    world.done(submit(world, seat))
    void(world, seat)
    assert world.refused(act(world, seat)).reason is Reason.ALREADY_SUBMITTED
    late = replace(act(world, seat), now=world.now + timedelta(minutes=1))
    assert world.refused(late).reason is Reason.INVITE_INVALID


@pytest.mark.parametrize("act", ACTS)
def test_every_seat_that_is_not_one_answers_alike(act: Act) -> None:
    world, seat = seated()
    given.published(world, assessment_id=an_id("second"))
    al = given.invited(world, "al@example.org", invite="al")
    world.done(start(world, al))
    others: list[dict[str, Any]] = [
        {"invite_id": an_id("nothing")},
        {"assessment_id": an_id("nothing")},
        {"assessment_id": an_id("second")},
        {"employer_id": given.OTHER},
        {"candidate_id": al.candidate_id},
        {"sitting_id": al.sitting_id},
        {"invite_id": al.invite_id},
        {"generation": 0},
    ]
    refusals = [world.refused(act(world, replace(seat, **changes))) for changes in others]
    assert {refused.reason for refused in refusals} == {Reason.INVITE_INVALID}
    assert len(set(refusals)) == 1


def test_a_first_answer_starts_where_there_is_no_limit() -> None:
    world, seat = seated()
    started, saved = world.done(save(world, seat, 3, "tea", 5))
    assert isinstance(started, SittingStarted)
    assert isinstance(saved, AnswerSaved)
    assert (saved.question_id, saved.sequence, saved.attempt) == (question_id(3), 5, 1)
    assert opened_answer(opened(saved.sealed_answer, f"candidate:{seat.candidate_id}")) == "tea"


def test_a_limited_sitting_must_be_started() -> None:
    world, seat = seated(**LIMITED)
    assert world.refused(save(world, seat, 3, "tea")).reason is Reason.NOT_STARTED
    assert world.refused(submit(world, seat)).reason is Reason.NOT_STARTED


def test_the_highest_sequence_wins() -> None:
    world, seat = seated()
    world.done(save(world, seat, 3, "first", 5))
    (kept,) = world.done(save(world, seat, 3, "second", 7))
    for late in (1, 6, 7):
        assert world.execute(save(world, seat, 3, "late", late)) == Unchanged((kept,))
    (newest,) = world.done(save(world, seat, 3, None, 8))
    assert isinstance(newest, AnswerSaved)
    assert opened_answer(opened(newest.sealed_answer)) is None


def test_each_question_has_its_own_sequence() -> None:
    world, seat = seated()
    world.done(save(world, seat, 3, "tea", 5))
    assert is_saved(world.execute(save(world, seat, 4, "3.14", 1)))


def test_an_answer_is_bound_to_its_place() -> None:
    world, seat = seated()
    _, saved = world.done(save(world, seat, 3, "tea"))
    assert isinstance(saved, AnswerSaved)
    context = answer_context(seat.sitting_id, 1, question_id(3))
    assert saved.sealed_answer == FakeSealer().seal_for_candidate(seat.candidate_id, context, plain_answer("tea"))
    assert b"tea" not in msgspec.json.encode(saved)


@pytest.mark.parametrize(
    ("milliseconds", "saves", "submits"),
    [
        (-1, True, True),
        (0, True, True),
        (1, False, True),
        (29_999, False, True),
        (30_000, False, True),
        (30_001, False, False),
    ],
)
def test_answers_until_the_deadline_and_the_submission_until_its_grace(
    milliseconds: int,
    saves: bool,  # noqa: FBT001 (a table)
    submits: bool,  # noqa: FBT001 (a table)
) -> None:
    world, seat = seated(**LIMITED)
    (fact,) = world.done(start(world, seat))
    assert isinstance(fact, SittingStarted)
    assert fact.deadline_at is not None
    now = fact.deadline_at + timedelta(milliseconds=milliseconds)
    saved = world.decide(save(world, seat, 3, "tea", now=now))
    submitted = world.decide(submit(world, seat, now=now))
    assert isinstance(saved, Events) is saves
    assert saves or reason(saved) is Reason.DEADLINE_PASSED
    assert isinstance(submitted, Events) is submits
    assert submits or reason(submitted) is Reason.DEADLINE_PASSED


@pytest.mark.parametrize(
    ("question", "answer", "expected", "at"),
    [
        ("nothing", "tea", Reason.UNKNOWN_QUESTION, "question"),
        (question_id(0), "nothing", Reason.ANSWER_REFUSED, "$.answer"),
        (question_id(4), "three", Reason.ANSWER_REFUSED, "$.answer"),
    ],
)
def test_what_does_not_fit_is_not_saved(question: str, answer: str, expected: Reason, at: str) -> None:
    world, seat = seated()
    refused = world.refused(replace(save(world, seat, 0, answer), question_id=question))
    assert (refused.reason, refused.at) == (expected, at)
    assert world.rows.all("SELECT * FROM sittings") == []


def test_what_could_never_be_submitted_is_not_saved() -> None:
    world = World()
    given.published(world, (ESSAY,) * 10)
    seat = given.invited(world)
    longest = "😀" * MAX_ANSWER_CHARACTERS
    for place in range(6):
        assert is_saved(world.execute(save(world, seat, place, longest)))
    refused = world.refused(save(world, seat, 6, longest))
    assert (refused.reason, refused.at) == (Reason.CONTENT_TOO_LARGE, "$.answer")
    together = {question_id(place): longest for place in range(10)}
    assert world.refused(submit(world, seat, together)).reason is Reason.CONTENT_TOO_LARGE
    assert world.done(submit(world, seat))


@pytest.mark.parametrize("act", ACTS)
def test_nothing_follows_a_submission(act: Act) -> None:
    world, seat = seated()
    world.done(submit(world, seat))
    second = given.invited(world, invite="second")
    for at in (seat, second):
        assert world.refused(act(world, at)).reason is Reason.ALREADY_SUBMITTED


@pytest.mark.parametrize("act", ACTS)
def test_two_invites_lead_to_one_sitting(act: Act) -> None:
    world, seat = seated()
    facts = world.done(start(world, seat))
    second = given.invited(world, invite="second")
    assert world.execute(start(world, second)) == Unchanged(facts)
    assert not isinstance(world.execute(act(world, second)), Refusal)
    assert len(world.rows.all("SELECT * FROM sittings")) == 1


@pytest.mark.parametrize("act", ACTS)
def test_after_a_void_a_new_attempt_needs_a_new_invitation(act: Act) -> None:
    world, seat = seated()
    other = given.invited(world, invite="before the void")
    world.done(submit(world, seat, {question_id(3): "tea"}))
    void(world, seat)
    for before in (seat, other):
        assert world.refused(act(world, before)).reason is Reason.ALREADY_SUBMITTED
    after = given.invited(world, invite="after the void")
    for before in (seat, other):
        assert world.refused(act(world, before)).reason is Reason.ALREADY_SUBMITTED
    started = world.done(act(world, after))[0]
    assert isinstance(started, SittingStarted)
    assert (started.attempt, started.invite_id) == (2, after.invite_id)


def test_an_invite_that_is_sent_again_after_the_void_is_a_new_invitation() -> None:
    world, seat = seated()
    resend(world)
    seat = replace(seat, generation=2)
    world.done(submit(world, seat))
    void(world, seat)
    assert world.refused(start(world, seat)).reason is Reason.ALREADY_SUBMITTED
    world.done(ResendInvite(EMPLOYER, ASSESSMENT, an_id("invite"), {3: a_digest("3")}, world.later()))
    assert world.done(start(world, replace(seat, generation=3)))


def test_a_new_attempt_begins_without_the_old_answers() -> None:
    world, seat = seated()
    world.done(save(world, seat, 3, "tea", 9))
    world.done(submit(world, seat))
    void(world, seat)
    after = given.invited(world, invite="after the void")
    world.done(start(world, after))
    assert world.state(start(world, after)).sittings[seat.sitting_id].saved == {}
    assert is_saved(world.execute(save(world, after, 3, "coffee", 1)))
