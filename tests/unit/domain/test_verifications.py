from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessment.domain.commands import ResendInvite, RevokeInvite, Seat, VerifyInvite
from assessment.domain.decision import Reason, Unchanged
from contracts.events import InviteVerified, type_of
from tests.unit.domain import given
from tests.unit.domain.given import ASSESSMENT, EMPLOYER, OTHER, save, start, submit
from tests.unit.domain.world import World, a_digest


def waiting() -> tuple[World, Seat]:
    world = World()
    given.published(world, time_limit_seconds=None)
    return world, given.invited(world, verify_email=True)


def verify(world: World, seat: Seat, generation: int = 1, **changes: Any) -> VerifyInvite:
    named: dict[str, Any] = {"employer_id": EMPLOYER, "assessment_id": ASSESSMENT, "now": world.later(), **changes}
    return VerifyInvite(invite_id=seat.invite_id, generation=generation, **named)


def test_nothing_is_begun_saved_or_submitted_before_the_proof() -> None:
    world, seat = waiting()
    for command in (start(world, seat), save(world, seat, 0, None), submit(world, seat)):
        assert world.refused(command).reason is Reason.CODE_REQUIRED
    (verified,) = world.done(verify(world, seat))
    assert isinstance(verified, InviteVerified)
    assert (verified.invite_id, verified.candidate_id, verified.generation) == (seat.invite_id, seat.candidate_id, 1)
    assert type_of(world.done(submit(world, seat))[-1]) == "sitting.submitted"


def test_a_proof_again_tells_the_first_one() -> None:
    world, seat = waiting()
    first = world.done(verify(world, seat))
    again = world.execute(verify(world, seat, now=world.later() + timedelta(days=1)))
    assert again == Unchanged(first)


def test_a_proof_is_of_one_token() -> None:
    world, seat = waiting()
    world.done(verify(world, seat))
    world.done(start(world, seat))
    digests = {2: a_digest("second")}
    world.done(ResendInvite(EMPLOYER, ASSESSMENT, seat.invite_id, digests, world.later()))
    seat = replace(seat, generation=2)
    assert world.refused(save(world, seat, 0, None)).reason is Reason.CODE_REQUIRED
    for generation in (1, 3):
        assert world.refused(verify(world, seat, generation)).reason is Reason.INVITE_INVALID
    world.done(verify(world, seat, 2))
    world.done(save(world, seat, 0, None))
    world.done(RevokeInvite(EMPLOYER, ASSESSMENT, seat.invite_id, world.later()))
    assert world.refused(verify(world, seat, 2)).reason is Reason.INVITE_INVALID


def test_the_sweeper_needs_no_proof() -> None:
    world = World()
    given.published(world, time_limit_seconds=60)
    seat = given.invited(world, verify_email=True)
    world.done(verify(world, seat))
    world.done(start(world, seat))
    world.done(ResendInvite(EMPLOYER, ASSESSMENT, seat.invite_id, {2: a_digest("second")}, world.later()))
    late = world.later(4000)
    assert world.done(submit(world, seat, now=late, cause="sweeper"))


def test_a_proof_leaves_the_invite_where_it_was() -> None:
    world, seat = waiting()
    before = world.rows.one("invites", seat.invite_id)
    world.done(verify(world, seat))
    assert world.rows.one("invites", seat.invite_id) == before


@pytest.mark.parametrize("changes", [{"employer_id": OTHER}, {"assessment_id": OTHER}])
def test_somebody_elses_invite_is_none(changes: dict[str, Any]) -> None:
    world, seat = waiting()
    assert world.refused(verify(world, seat, **changes)).reason is Reason.NOT_FOUND
