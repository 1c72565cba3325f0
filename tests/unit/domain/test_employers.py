import pytest

from assessment.domain.commands import ChangeEmployerLimit, CreateEmployer
from assessment.domain.decision import Reason
from contracts.assessment.limits import MAX_ACTIVE_LIMIT, MAX_NAME_CHARACTERS
from contracts.events import EmployerCreated, EmployerLimitChanged
from tests.unit.domain import given
from tests.unit.domain.given import EMPLOYER, OTHER
from tests.unit.domain.world import World, a_digest, an_id


def create(world: World, name: str = "Ada Ltd", active_limit: int = 3) -> CreateEmployer:
    return CreateEmployer(EMPLOYER, name, active_limit, a_digest("key"), world.later())


def change(world: World, active_limit: int, employer_id: str = EMPLOYER) -> ChangeEmployerLimit:
    return ChangeEmployerLimit(employer_id, active_limit, world.later())


def test_an_employer_is_created() -> None:
    world = World()
    assert world.done(create(world, " Ada Ltd ")) == (
        EmployerCreated(
            employer_id=EMPLOYER, name="Ada Ltd", active_limit=3, api_key_sha256=a_digest("key"), at=world.now
        ),
    )


def test_an_employer_is_created_once() -> None:
    world = World()
    given.employer(world)
    assert world.refused(create(world)).reason is Reason.CONFLICT


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x00", "x" * (MAX_NAME_CHARACTERS + 1)])
def test_a_name_is_a_line(name: str) -> None:
    world = World()
    refused = world.refused(create(world, name))
    assert (refused.reason, refused.at) == (Reason.MALFORMED, "$.name")


@pytest.mark.parametrize("limit", [-1, 0, 1, MAX_ACTIVE_LIMIT - 1, MAX_ACTIVE_LIMIT, MAX_ACTIVE_LIMIT + 1])
def test_the_limit_is_in_range(limit: int) -> None:
    world = World()
    if 0 <= limit <= MAX_ACTIVE_LIMIT:
        assert world.done(create(world, active_limit=limit))
        assert world.done(change(world, limit))
        return
    assert world.refused(create(world, active_limit=limit)).at == "$.active_limit"
    given.employer(world)
    assert world.refused(change(world, limit)).reason is Reason.MALFORMED


@pytest.mark.parametrize(("limit", "may"), [(1, False), (2, True), (3, True)])
def test_the_limit_never_falls_below_what_is_active(limit: int, may: bool) -> None:  # noqa: FBT001 (a table)
    world = World()
    for name in ("one", "two"):
        given.published(world, assessment_id=an_id(name))
    if may:
        expected = EmployerLimitChanged(
            employer_id=EMPLOYER, name="Ada Ltd", active_limit=limit, active_count=2, at=world.later()
        )
        assert world.done(ChangeEmployerLimit(EMPLOYER, limit, world.now)) == (expected,)
        return
    refused = world.refused(change(world, limit))
    assert (refused.reason, refused.at, refused.seen) == (Reason.CONFLICT, "$.active_limit", "1")


def test_there_is_no_such_employer() -> None:
    world = World()
    assert world.refused(change(world, 3, OTHER)).reason is Reason.NOT_FOUND
