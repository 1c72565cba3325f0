"""Wishes about accommodations, public links, keys, and sittings whose time is up."""

from datetime import timedelta
from random import Random

from assessment.app.sweeper import sweep
from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.commands import (
    ChangePublicLink,
    Command,
    CreateKey,
    JoinPublicLink,
    RevokeKey,
    RotateKey,
    Seat,
    SubmitSitting,
)
from assessment.read_models.queries_due import DueSitting
from tests.integration.assessment_app.orders import Published, digest, invite_order, new_id, start
from tests.integration.assessment_app.world import NOW, World
from tests.simulation.assessment.clients import Wish

LIMIT_SECONDS = 600
GRACE_SECONDS = 30
LIMITS = {"time_limit_seconds": LIMIT_SECONDS, "grace_seconds": GRACE_SECONDS}
MINUTES = 5
AT = NOW + timedelta(seconds=10)
CLOSED = NOW + timedelta(seconds=LIMIT_SECONDS + GRACE_SECONDS + 1)
"""Later than any try of a client moves a start; without more time an attempt is swept then."""
ROTATIONS = 40


def newer_wishes(
    world: World, at: Published, begun: tuple[Seat, ...], fresh: Seat, owner_key: str, random: Random
) -> list[Wish]:
    """begun: seats that have started; fresh: one that has not; owner_key: beside the employer's first one."""
    wishes = [_wish(start(fresh), random) for _ in range(2)]
    for seat in (*begun, fresh):
        wishes += [_wish(command, random) for command in (_grant(seat), _grant(seat), _withdraw(seat))]
    for seat in begun:
        for more in (timedelta(), timedelta(minutes=MINUTES)):
            command, key = _sweep(seat, more)
            wishes.append(Wish(command, key, same_bytes=False))
    wishes += _about_links(world, at, random)
    wishes += [_wish(command, random) for command in _about_keys(at.employer_id, owner_key)]
    return wishes


def a_key(employer_id: str) -> CreateKey:
    key_id = new_id()
    return CreateKey(employer_id, key_id, "Sync", "owner", digest(f"{key_id} 1"), None, NOW)


def _about_links(world: World, at: Published, random: Random) -> list[Wish]:
    wishes = [
        _wish(ChangePublicLink(at.employer_id, at.assessment_id, enabled, most, None, None, AT), random)
        for enabled, most in ((True, 2), (True, 1), (True, None), (random.random() < 0.5, 3))
    ]
    for number in range(4):
        order = invite_order(world, at.employer_id, f"public-{number}@example.org", key := new_id())
        wishes.append(Wish(JoinPublicLink(at.employer_id, at.assessment_id, order, NOW), key, same_bytes=True))
    return wishes


def _about_keys(employer_id: str, owner_key: str) -> list[Command]:
    keys = (employer_id, owner_key)
    digests = {key: {number: digest(f"{key} {number}") for number in range(1, ROTATIONS)} for key in keys}
    rotations: list[Command] = [RotateKey(employer_id, key, digests[key], 60, AT) for key in (*keys, *keys)]
    return [*rotations, *(RevokeKey(employer_id, key, AT) for key in keys), a_key(employer_id)]


def _grant(seat: Seat) -> GrantAccommodation:
    who = (seat.employer_id, seat.assessment_id, seat.candidate_id, seat.sitting_id)
    return GrantAccommodation(*who, None, MINUTES, no_limit=False, reason="Why", expected_position=None, now=AT)


def _withdraw(seat: Seat) -> WithdrawAccommodation:
    who = (seat.employer_id, seat.assessment_id, seat.candidate_id, seat.sitting_id)
    return WithdrawAccommodation(*who, expected_position=None, now=AT)


def _sweep(seat: Seat, more: timedelta) -> tuple[SubmitSitting, str]:
    envelope, command = sweep(DueSitting(seat=seat, attempt=1, seed=7, closed_at=CLOSED), CLOSED + more)
    return command, envelope.key


def _wish(command: Command, random: Random) -> Wish:
    return Wish(command, new_id(), random.random() < 0.5)
