"""The bulk executor beside the live one: the same tables from any log, in parts or whole, and a rule that is broken."""

import os
import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from assessment.domain.tags import tags_of
from assessment.projections import filling
from assessment.projections.filling import fill
from assessment.projections.parts import LIMITS, Limits
from assessment.projections.progress import Quiet
from assessment.projections.rule_broken import RuleBroken
from assessment.projections.workers import OneProcess
from assessment.read_models.comparison import Digest, digests
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.generations import NEXT
from assessment.read_models.tables import LIVE
from contracts.append import NewEvent
from contracts.events import EmployerCreated, Fact, SittingSubmitted, encode_data, type_of
from tests.integration.assessment_app.world import NOW, World
from tests.unit.domain import given
from tests.unit.domain.world import World as Domain, a_digest, an_id
from tests.unit.projections.play import COMMANDS, Play
from tests.unit.projections.test_project import every_kind_of_fact

HISTORIES = int(os.environ.get("BULK_HISTORIES", "2"))
OF_ALL_KEYS = 0
SMALLEST = Limits(held_bytes=1, page_events=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def record(world: World, facts: tuple[Fact, ...]) -> None:
    """One append, as a command would have made it."""
    events = [NewEvent(data=msgspec.Raw(encode_data(fact)), type=type_of(fact), tags=tags_of(fact)) for fact in facts]
    await world.log.append(events)


async def filled(world: World, workers: OneProcess) -> dict[str, Digest]:
    async with world.connection(DatabaseRole.OWNER) as connection:
        await fill(connection, world.store, NEXT, Quiet(), now=LONG_AGO, workers=workers)
        return await digests(connection, NEXT, OF_ALL_KEYS)


async def live(world: World) -> dict[str, Digest]:
    async with world.connection(DatabaseRole.OWNER) as connection:
        return await digests(connection, LIVE, OF_ALL_KEYS)


async def applied(world: World, domain: Domain) -> dict[str, Digest]:
    """A history, applied by the projector; the tables that it makes."""
    for _, facts in domain.log:
        await record(world, facts)
    world.project()
    await world.drained()
    return await live(world)


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_any_history_gives_the_same_tables_in_bulk(world: World, seed: int) -> None:
    play = Play(seed)
    for _ in range(COMMANDS):
        play.step()
    expected = await applied(world, play.world)
    chance = random.Random(seed)
    some = Limits(held_bytes=chance.randrange(1, 20_000), page_events=chance.randrange(1, 50))
    for limits in (LIMITS, SMALLEST, some):
        for parts in (1, chance.randrange(2, 9)):
            assert await filled(world, OneProcess(parts, limits)) == expected, (parts, limits)


async def test_what_comes_after_a_row_was_written_would_be_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the control: without the changes of rows that were written already, the tables differ
    expected = await applied(world, every_kind_of_fact())
    assert all(expected[table].rows for table in ("sittings", "saved_answers", "submissions"))
    assert await filled(world, OneProcess(limits=SMALLEST)) == expected

    async def nothing(*_: Any) -> None:
        pass

    monkeypatch.setattr(filling, "carry_out_late", nothing)
    assert await filled(world, OneProcess()) == expected
    assert await filled(world, OneProcess(limits=SMALLEST)) != expected


def an_employer(name: str, digest: str) -> EmployerCreated:
    return EmployerCreated(employer_id=an_id(name), name=name, active_limit=1, api_key_sha256=a_digest(digest), at=NOW)


def submitted_twice() -> list[tuple[Fact, ...]]:
    """A second sitting of the same candidate would be one too many, and so is a second submission."""
    domain = Domain()
    given.published(domain)
    domain.done(given.submit(domain, given.invited(domain)))
    history = [facts for _, facts in domain.log]
    (submitted,) = (fact for facts in history for fact in facts if isinstance(fact, SittingSubmitted))
    again = msgspec.structs.replace(submitted, submission_id=an_id("again"), attempt=2)
    return [*history, (again,)]


def published_over_the_limit() -> list[tuple[Fact, ...]]:
    domain = Domain()
    given.published(domain)
    history = [facts for _, facts in domain.log]
    (created,) = (fact for fact in history[0] if isinstance(fact, EmployerCreated))
    return [(msgspec.structs.replace(created, active_limit=0), *history[0][1:]), *history[1:]]


def without_its_employer() -> list[tuple[Fact, ...]]:
    domain = Domain()
    given.draft(domain, given.EVERY_KIND)
    return [facts for _, facts in domain.log if not isinstance(facts[0], EmployerCreated)]


@pytest.mark.parametrize(
    ("history", "rule"),
    [
        ([(an_employer("a", "same"),), (an_employer("b", "same"),)], "api_keys_secret_once"),
        (submitted_twice(), "submissions_once"),
        (published_over_the_limit(), "employers_active_within_limit"),
        (without_its_employer(), "assessments_of_employer"),
    ],
)
async def test_a_log_that_breaks_a_rule_stops_the_rebuild(
    world: World, history: list[tuple[Fact, ...]], rule: str
) -> None:
    for facts in history:
        await record(world, facts)
    with pytest.raises(RuleBroken) as broken:
        await filled(world, OneProcess())
    assert broken.value.rule == rule
    assert rule in str(broken.value)
    assert "\n" not in str(broken.value)
    assert await world.value("SELECT to_regnamespace('next') IS NULL")
    assert await world.value("SELECT count(*) FROM live.employers") == 0
