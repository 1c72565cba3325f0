from datetime import timedelta
from typing import Any

import pytest

from assessment.domain.commands import RevokeKey, RotateKey
from assessment.domain.decision import Reason, Unchanged
from contracts.assessment.limits import MAX_OVERLAP_SECONDS
from contracts.events import KeyCreated, KeyRevoked, KeyRotated
from tests.unit.domain import given
from tests.unit.domain.given import EMPLOYER, OTHER, create_key
from tests.unit.domain.world import World, a_digest, an_id

FIRST = EMPLOYER
"""The key that an employer is made with has the employer's id."""


@pytest.fixture
def world() -> World:
    made = World()
    given.employer(made)
    return made


def rotate(world: World, name: str = "key", overlap_seconds: int = 60, **changes: Any) -> RotateKey:
    digests = {generation: a_digest(f"{name} {generation}") for generation in range(1, 5)}
    command: dict[str, Any] = {"employer_id": EMPLOYER, "key_id": an_id(name), "now": world.later()}
    return RotateKey(digests=digests, overlap_seconds=overlap_seconds, **(command | changes))


def revoke(world: World, key_id: str, employer_id: str = EMPLOYER) -> RevokeKey:
    return RevokeKey(employer_id, key_id, world.later())


def owner_keys(world: World) -> int:
    row = world.rows.one("employers", EMPLOYER)
    assert row is not None
    return int(row["owner_keys"])


def test_a_key_is_created_with_a_name_a_role_and_an_end(world: World) -> None:
    end = world.now + timedelta(days=1)
    (fact,) = world.done(create_key(world, name=" Sync ", role="reviewer", expires_at=end))
    assert fact == KeyCreated(
        key_id=an_id(" Sync "),
        employer_id=EMPLOYER,
        name="Sync",
        role="reviewer",
        key_sha256=a_digest(" Sync  1"),
        expires_at=end,
        at=world.now,
    )


@pytest.mark.parametrize(("seconds", "may"), [(-0.000001, False), (0, False), (0.000001, True)])
def test_an_end_is_in_the_future(world: World, seconds: float, may: bool) -> None:  # noqa: FBT001 (a table)
    command = create_key(world, expires_at=world.now + timedelta(seconds=1) + timedelta(seconds=seconds))
    if may:
        assert world.done(command)
        return
    refused = world.refused(command)
    assert (refused.reason, refused.at) == (Reason.MALFORMED, "$.expires_at")


def test_a_rotation_makes_the_next_secret_and_lets_the_one_before_live_on(world: World) -> None:
    world.done(create_key(world))
    (fact,) = world.done(rotate(world, overlap_seconds=MAX_OVERLAP_SECONDS))
    assert isinstance(fact, KeyRotated)
    assert (fact.generation, fact.key_sha256, fact.previous_sha256) == (2, a_digest("key 2"), a_digest("key 1"))
    assert fact.previous_ends_at == world.now + timedelta(seconds=MAX_OVERLAP_SECONDS)
    (again,) = world.done(rotate(world, overlap_seconds=0))
    assert isinstance(again, KeyRotated)
    assert (again.generation, again.previous_sha256, again.previous_ends_at) == (3, a_digest("key 2"), world.now)


def test_an_overlap_ends_with_its_key(world: World) -> None:
    end = world.now + timedelta(seconds=30)
    world.done(create_key(world, expires_at=end))
    (fact,) = world.done(rotate(world, overlap_seconds=60))
    assert isinstance(fact, KeyRotated)
    assert fact.previous_ends_at == end


def test_what_has_ended_is_not_rotated(world: World) -> None:
    end = world.now + timedelta(seconds=30)
    world.done(create_key(world, "expiring", expires_at=end))
    world.done(create_key(world, "revoked"))
    world.done(revoke(world, an_id("revoked")))
    world.done(rotate(world, "expiring", now=end - timedelta(microseconds=1)))
    assert world.refused(rotate(world, "expiring", now=end)).reason is Reason.KEY_ENDED
    assert world.refused(rotate(world, "revoked")).reason is Reason.KEY_ENDED


def test_a_key_is_revoked_once_and_again_tells_the_first_time(world: World) -> None:
    world.done(create_key(world))
    (fact,) = world.done(revoke(world, an_id("key")))
    assert isinstance(fact, KeyRevoked)
    assert world.execute(revoke(world, an_id("key"))) == Unchanged((fact,))


def test_the_last_owner_key_without_an_end_stays(world: World) -> None:
    world.done(create_key(world, "author"))
    world.done(create_key(world, "for a while", role="owner", expires_at=world.now + timedelta(days=1)))
    assert owner_keys(world) == 1
    assert world.refused(revoke(world, FIRST)).reason is Reason.LAST_OWNER_KEY
    for name in ("author", "for a while"):
        world.done(revoke(world, an_id(name)))
    world.done(create_key(world, "second", role="owner"))
    assert owner_keys(world) == 2
    world.done(revoke(world, FIRST))
    assert owner_keys(world) == 1
    assert world.refused(revoke(world, an_id("second"))).reason is Reason.LAST_OWNER_KEY
    world.done(rotate(world, "second", overlap_seconds=0))
    assert owner_keys(world) == 1


def test_somebody_elses_key_is_no_key(world: World) -> None:
    given.employer(world, OTHER)
    world.done(create_key(world))
    for command in (rotate(world, employer_id=OTHER), rotate(world, "nothing"), revoke(world, an_id("key"), OTHER)):
        assert world.refused(command).reason is Reason.NOT_FOUND
    assert world.refused(create_key(world, "x", employer_id=an_id("nobody"))).reason is Reason.NOT_FOUND
