from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessment.domain.commands import ChangePublicLink, Close, JoinPublicLink, RevokeInvite
from assessment.domain.decision import Reason
from contracts.events import PublicLinkChanged, PublicLinkJoined, type_of
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, OTHER, order
from tests.unit.domain.world import World, an_id


def world_with_a_link() -> World:
    world = World()
    given.published(world)
    return world


def change(world: World, **changes: Any) -> ChangePublicLink:
    command = ChangePublicLink(EMPLOYER, ASSESSMENT, True, None, None, None, world.later())
    return replace(command, **changes)


def join(world: World, name: str) -> JoinPublicLink:
    return JoinPublicLink(EMPLOYER, ASSESSMENT, order(f"{name}@example.org", invite=name), world.later())


def joined(world: World) -> int:
    row = world.rows.one("public_links", ASSESSMENT)
    assert row is not None
    return int(row["joined"])


def test_a_published_assessment_takes_in_everybody_until_its_employer_says_otherwise() -> None:
    world = world_with_a_link()
    facts = world.done(join(world, "ann"))
    assert [type_of(fact) for fact in facts] == ["candidate.registered", "invite.created", "public_link.joined"]
    last = facts[-1]
    assert isinstance(last, PublicLinkJoined)
    assert (last.invite_id, last.assessment_id) == (an_id("ann"), ASSESSMENT)
    assert joined(world) == 1


def test_a_link_that_is_off_takes_nobody_in_until_it_is_on_again() -> None:
    world = world_with_a_link()
    world.done(change(world, enabled=False))
    assert world.refused(join(world, "ann")).reason is Reason.LINK_CLOSED
    world.done(change(world))
    assert world.done(join(world, "ann"))


@pytest.mark.parametrize(("seconds", "is_open"), [(-0.001, True), (0, False), (0.001, False)])
def test_a_link_ends_at_its_time(seconds: float, is_open: bool) -> None:  # noqa: FBT001 (a table)
    world = world_with_a_link()
    end = world.now + timedelta(seconds=100)
    world.done(change(world, expires_at=end))
    command = replace(join(world, "ann"), now=end + timedelta(seconds=seconds))
    if is_open:
        assert world.done(command)
    else:
        assert world.refused(command).reason is Reason.LINK_CLOSED


def test_a_link_lets_in_as_many_as_its_cap_and_counts_those_before_it() -> None:
    world = world_with_a_link()
    world.done(join(world, "before"))
    (changed,) = world.done(change(world, max_joins=3))
    assert isinstance(changed, PublicLinkChanged)
    assert (changed.joined, changed.last_joined_at) == (1, world.now - timedelta(seconds=1))
    world.done(join(world, "second"))
    world.done(join(world, "third"))
    assert world.refused(join(world, "fourth")).reason is Reason.LINK_FULL
    given.invited(world, "personal@example.org", invite="personal")
    assert joined(world) == 3
    too_low = world.refused(change(world, max_joins=2))
    assert (too_low.reason, too_low.at, too_low.seen) == (Reason.CONFLICT, "$.max_joins", "2")
    world.done(change(world, max_joins=4))
    assert world.done(join(world, "fourth"))


def test_a_link_is_changed_by_who_saw_it_last_and_not_for_the_past() -> None:
    world = world_with_a_link()
    world.done(change(world, max_joins=3, expected_position=0))
    position = world.position
    assert world.refused(change(world, expected_position=0)).reason is Reason.PRECONDITION_FAILED
    assert world.done(change(world, expected_position=position))
    past = change(world)
    refused = world.refused(replace(past, expires_at=past.now))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, "$.expires_at")


def test_only_what_is_published_has_a_link_and_only_its_own_employer_changes_it() -> None:
    world = World()
    given.draft(world)
    assert world.refused(change(world)).reason is Reason.NOT_PUBLISHED
    world.done(given.publish(world))
    given.employer(world, OTHER)
    missing = world.refused(change(world, assessment_id=an_id("nothing")))
    assert missing.reason is Reason.NOT_FOUND
    assert world.refused(change(world, employer_id=OTHER)) == missing
    world.done(Close(EMPLOYER, ASSESSMENT, None, world.later()))
    assert world.refused(change(world)).reason is Reason.NOT_PUBLISHED


def test_a_link_that_asks_for_a_proof_says_so_whoever_the_address_is_of() -> None:
    world = world_with_a_link()
    given.invited(world, "known@example.org")
    world.done(change(world, verify_email=True, max_joins=1))
    for name in ("known", "new"):
        assert world.refused(join(world, name)).reason is Reason.CODE_REQUIRED
    world.done(replace(join(world, "ann"), proved=True))
    assert joined(world) == 1
    for name in ("known", "new"):
        assert world.refused(join(world, name)).reason is Reason.CODE_REQUIRED
    assert world.refused(replace(join(world, "new"), proved=True)).reason is Reason.LINK_FULL


def test_who_was_ever_invited_here_gets_no_other_invite_by_a_proof_and_who_was_elsewhere_does() -> None:
    world = world_with_a_link()
    seat = given.invited(world, "ann@example.org")
    world.done(RevokeInvite(EMPLOYER, ASSESSMENT, seat.invite_id, world.later()))
    proved = replace(join(world, "ann"), proved=True)
    assert world.refused(replace(proved, order=replace(proved.order, invite_id=an_id("other")))).reason is (
        Reason.ADDRESS_KNOWN
    )
    given.published(world, assessment_id=an_id("elsewhere"))
    elsewhere = replace(proved, assessment_id=an_id("elsewhere"), now=world.later())
    assert world.refused(replace(elsewhere, proved=False)).reason is Reason.ADDRESS_KNOWN
    assert [type_of(fact) for fact in world.done(elsewhere)] == ["invite.created", "public_link.joined"]
    renamed = replace(join(world, "bob"), proved=True)
    world.done(renamed)
    again = replace(renamed, assessment_id=an_id("elsewhere"), order=order("bob@example.org", invite="b2", name="Bob"))
    facts = world.done(again)
    assert [type_of(fact) for fact in facts] == ["candidate.updated", "invite.created", "public_link.joined"]
