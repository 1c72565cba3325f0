from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessment.domain.commands import Close, InviteFromFile, JoinPublicLink, ResendInvite, RevokeInvite
from assessment.domain.decision import Events, Reason, Refusal, Unchanged
from assessment.domain.invites import has_expired
from assessment.domain.sealing import opened_details
from contracts.append import MAX_APPEND_EVENTS
from contracts.assessment.limits import MAX_FILE_INVITES, MAX_INVITES
from contracts.events import (
    CandidateRegistered,
    CandidateUpdated,
    InviteCreated,
    InviteResent,
    InviteRevoked,
    type_of,
)
from contracts.events.candidates import CandidateDetails
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, OTHER, candidate_id, order
from tests.unit.domain.world import START, World, a_digest, an_id, opened

BO = candidate_id()
INVITE = an_id("invite")


def world_with_an_assessment() -> World:
    world = World()
    given.published(world)
    return world


def revoke(
    world: World, invite_id: str = INVITE, assessment_id: str = ASSESSMENT, employer: str = EMPLOYER
) -> RevokeInvite:
    return RevokeInvite(employer, assessment_id, invite_id, world.later())


def resend(
    world: World,
    invite_id: str = INVITE,
    assessment_id: str = ASSESSMENT,
    employer: str = EMPLOYER,
    **changes: Any,
) -> ResendInvite:
    digests = {generation: a_digest(f"invite {generation}") for generation in range(1, 5)}
    return ResendInvite(employer, assessment_id, invite_id, digests, world.later(), **changes)


def join(world: World, email: str = "bo@example.org", **changes: Any) -> JoinPublicLink:
    return JoinPublicLink(EMPLOYER, ASSESSMENT, replace(order(email, invite="public"), **changes), world.later())


def details(fact: object) -> CandidateDetails:
    assert isinstance(fact, CandidateRegistered | CandidateUpdated)
    return opened_details(opened(fact.sealed_details, f"candidate:{fact.candidate_id}"))


def test_a_candidate_is_registered_on_first_sight() -> None:
    world = world_with_an_assessment()
    expires_at = world.now + timedelta(days=1)
    command = given.issue(world, order(" Bo@Example.org", name=" Bo ", expires_at=expires_at))
    registered, created = world.done(command)
    assert details(registered) == CandidateDetails(name="Bo", email="Bo@Example.org")
    assert isinstance(created, InviteCreated)
    assert (created.candidate_id, created.source, created.expires_at) == (BO, "personal", expires_at)
    assert created.token_sha256 == a_digest("invite 1")


def test_a_known_candidate_is_only_invited() -> None:
    world = world_with_an_assessment()
    given.invited(world)
    assert [type_of(fact) for fact in world.done(given.issue(world, order(invite="second")))] == ["invite.created"]


@pytest.mark.parametrize("changes", [{"name": "Bo Diddley"}, {"email": "BO@example.org"}])
def test_a_candidate_whose_details_changed_is_updated(changes: dict[str, Any]) -> None:
    world = world_with_an_assessment()
    given.invited(world)
    changed = replace(order(invite="second"), **changes)
    updated, _ = world.done(given.issue(world, changed))
    assert isinstance(updated, CandidateUpdated)
    assert details(updated) == CandidateDetails(name=changed.name, email=changed.email)


def test_many_are_invited_at_once_in_their_order() -> None:
    world = world_with_an_assessment()
    orders = [order(f"c{n}@example.org", invite=f"i{n}") for n in range(MAX_INVITES)]
    facts = world.done(given.issue(world, *orders))
    created = [fact for fact in facts if isinstance(fact, InviteCreated)]
    assert [fact.invite_id for fact in created] == [one.invite_id for one in orders]
    assert len(facts) == 2 * MAX_INVITES


def test_one_request_invites_a_candidate_once() -> None:
    world = world_with_an_assessment()
    orders = (order(invite="1"), order("al@example.org", invite="2"), order(" BO@EXAMPLE.ORG", invite="3"))
    refused = world.refused(given.issue(world, *orders))
    assert (refused.reason, refused.at, refused.seen) == (
        Reason.MALFORMED,
        "$.invites[2].email",
        '" BO@EXAMPLE.ORG"',
    )


def test_from_a_file_who_is_invited_already_is_passed_over_or_refuses_all() -> None:
    world = world_with_an_assessment()
    given.invited(world)
    gone = given.invited(world, "gone@example.org", invite="gone", expires_at=world.now + timedelta(seconds=5))
    world.done(revoke(world, gone.invite_id))
    orders = (
        order(invite="again"),
        order("al@example.org", invite="1"),
        order("late@example.org", invite="2", expires_at=world.now),
        order("gone@example.org", invite="3"),
    )
    command = InviteFromFile(EMPLOYER, ASSESSMENT, orders, "all", world.later())
    assert world.refused(command).reason is Reason.ROWS_REFUSED
    facts = world.done(replace(command, mode="valid_rows"))
    created = [fact.invite_id for fact in facts if isinstance(fact, InviteCreated)]
    assert created == [an_id("1"), an_id("3")]
    assert world.execute(replace(command, mode="valid_rows", now=world.later())) == Unchanged(())
    assert world.done(replace(command, orders=(order("zo@example.org", invite="4"),)))


def test_a_file_as_long_as_may_be_is_one_append() -> None:
    world = world_with_an_assessment()
    orders = tuple(order(f"c{n}@example.org", invite=f"i{n}") for n in range(MAX_FILE_INVITES))
    facts = world.done(InviteFromFile(EMPLOYER, ASSESSMENT, orders, "all", world.later()))
    assert len(facts) == MAX_APPEND_EVENTS


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"name": "\u200b"}, ".name"),
        ({"name": "Bo\x00"}, ".name"),
        ({"email": "not an address"}, ".email"),
        ({"expires_at": START}, ".expires_at"),
    ],
)
def test_what_is_wrong_with_an_order_is_refused_at_its_place(changes: dict[str, Any], at: str) -> None:
    world = world_with_an_assessment()
    bad = replace(order(invite="2"), **changes)
    refused = world.refused(given.issue(world, order("al@example.org", invite="1"), bad))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, f"$.invites[1]{at}")
    public = JoinPublicLink(EMPLOYER, ASSESSMENT, bad, world.later())
    assert world.refused(public).at == f"${at}"


@pytest.mark.parametrize(("seconds", "expired"), [(-0.001, True), (0, True), (0.001, False)])
def test_an_invite_must_expire_in_the_future(seconds: float, expired: bool) -> None:  # noqa: FBT001 (a table)
    world = world_with_an_assessment()
    command = given.issue(world, order())
    command = replace(command, orders=(order(expires_at=command.now + timedelta(seconds=seconds)),))
    decision = world.execute(command)
    assert isinstance(decision, Events) is not expired
    assert has_expired(command.orders[0].expires_at, command.now) is expired
    assert not has_expired(None, command.now)


def test_only_to_what_is_published_is_anybody_invited() -> None:
    world = World()
    given.draft(world)
    assert world.refused(given.issue(world, order())).reason is Reason.NOT_PUBLISHED
    assert world.refused(join(world)).reason is Reason.NOT_PUBLISHED
    world.done(given.publish(world))
    given.invited(world)
    world.done(Close(EMPLOYER, ASSESSMENT, None, world.later()))
    assert world.refused(given.issue(world, order(invite="late"))).reason is Reason.NOT_PUBLISHED
    assert world.refused(join(world, "late@example.org")).reason is Reason.NOT_PUBLISHED
    assert world.refused(resend(world)).reason is Reason.NOT_PUBLISHED


def test_a_newcomer_joins_by_the_public_link() -> None:
    world = world_with_an_assessment()
    registered, created, _ = world.done(join(world))
    assert details(registered) == CandidateDetails(name="Bo", email="bo@example.org")
    assert isinstance(created, InviteCreated)
    assert created.source == "public"


def test_a_known_address_gets_no_token_from_the_public_link() -> None:
    world = world_with_an_assessment()
    given.invited(world)
    for command in (join(world), join(world, name="Somebody else")):
        refused = world.refused(command)
        assert (refused.reason, refused.at) == (Reason.ADDRESS_KNOWN, "$.email")
    assert world.done(join(world, "al@example.org"))


def test_an_invite_is_revoked_once() -> None:
    world = world_with_an_assessment()
    expires_at = world.now + timedelta(days=1)
    given.invited(world, expires_at=expires_at)
    issued_at = world.now
    (revoked,) = world.done(revoke(world))
    assert isinstance(revoked, InviteRevoked)
    assert (revoked.candidate_id, revoked.source) == (BO, "personal")
    assert (revoked.created_at, revoked.expires_at) == (issued_at, expires_at)
    assert world.execute(revoke(world)) == Unchanged((revoked,))


def test_resending_rotates_the_token() -> None:
    world = world_with_an_assessment()
    given.invited(world)
    for generation in (2, 3):
        (fact,) = world.done(resend(world))
        assert isinstance(fact, InviteResent)
        assert (fact.generation, fact.token_sha256) == (generation, a_digest(f"invite {generation}"))
    assert world.rows.one("invites", INVITE) is not None
    assert world.rows.all("SELECT token_sha256 FROM invites") == [{"token_sha256": a_digest("invite 3")}]


def test_what_can_not_be_used_is_not_sent_again() -> None:
    world = world_with_an_assessment()
    given.invited(world, expires_at=world.now + timedelta(seconds=60))
    world.later(30)
    assert world.done(resend(world))
    world.later(60)
    assert world.refused(resend(world)).reason is Reason.CONFLICT
    world.done(revoke(world))
    assert world.refused(resend(world)).reason is Reason.INVITE_REVOKED


def test_what_has_expired_is_sent_again_with_another_time() -> None:
    world = world_with_an_assessment()
    given.invited(world, expires_at=world.now + timedelta(seconds=60))
    world.later(60)
    for seconds, refused in ((0, True), (-0.001, True), (0.001, False)):
        command = resend(world)
        decision = world.execute(replace(command, expires_at=command.now + timedelta(seconds=seconds)))
        assert isinstance(decision, Events) is not refused
        if isinstance(decision, Refusal):
            assert (decision.reason, decision.at) == (Reason.MALFORMED, "$.expires_at")
    (fact,) = world.done(resend(world, expires_at=None))
    assert isinstance(fact, InviteResent)
    assert (fact.expires_at, fact.generation) == (None, 3)
    (kept,) = world.done(resend(world))
    assert isinstance(kept, InviteResent)
    assert kept.expires_at is None


def test_foreign_and_missing_invites_answer_alike() -> None:
    world = world_with_an_assessment()
    given.published(world, assessment_id=an_id("second"))
    given.employer(world, OTHER)
    given.invited(world)
    missing = world.refused(revoke(world, an_id("nothing")))
    assert missing.reason is Reason.NOT_FOUND
    for command in (revoke, resend):
        assert world.refused(command(world, an_id("nothing"))) == missing
        assert world.refused(command(world, employer=OTHER)) == missing
        assert world.refused(command(world, assessment_id=an_id("second"))) == missing
    foreign = given.issue(world, order(employer_id=OTHER), employer_id=OTHER)
    assert world.refused(foreign) == missing
