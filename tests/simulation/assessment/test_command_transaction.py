"""The command transaction under seeded faults, and that each of its safeguards is needed."""

import dataclasses
import os
import uuid
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from assessment.app import attempt, commands
from assessment.app.envelope import CommandEnvelope
from assessment.app.recording import condition_of, events_of
from assessment.domain.boundaries import Reach
from assessment.projections import applying
from assessment.read_models.boundary_rows import Begun
from assessment.read_models.command_keys import KeyRow, take_keys
from assessment.read_models.ports import Connection
from assessment.read_models.tables import LIVE
from contracts.append import Condition, NewEvent
from contracts.events import Fact
from eventrail_client.port import EventStore
from tests.integration.assessment_app.world import World, a_world
from tests.simulation.assessment.rounds import Simulation

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
ROUNDS_OF_A_WORLD = 10
"""Each round looks at the whole log of its world, and rebuilds from it."""
CONTROL_ROUNDS = 200
"""Far more than it takes, since PostgreSQL's own timing comes from no seed."""


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with a_world(database_url) as made:
        made.project(parked_seconds=0.05)
        yield made


@pytest.fixture
async def simulation(world: World) -> Simulation:
    made = Simulation(world, await world.process())
    await made.prepare()
    return made


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("first", range(SEED, SEED + ROUNDS, ROUNDS_OF_A_WORLD))
async def test_rows_keys_quota_and_answers_hold_under_faults(simulation: Simulation, first: int) -> None:
    for seed in range(first, min(first + ROUNDS_OF_A_WORLD, SEED + ROUNDS)):
        print(f"seed {seed}")
        assert await simulation.round(seed) == []


async def violated(simulation: Simulation) -> list[str]:
    """Rounds until something is violated, at the most CONTROL_ROUNDS."""
    for seed in range(1, CONTROL_ROUNDS + 1):
        if found := await simulation.round(seed):
            return found
    return []


def _no_condition(reach: Reach, begun: Begun) -> Condition:
    return Condition(())


async def test_control_without_the_condition(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "condition_of", _no_condition)
    assert await violated(simulation)


async def test_control_with_a_position_that_is_read_too_late(
    world: World, simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(reach: Reach, begun: Begun) -> Condition:
        head = len(world.log._events)
        return condition_of(reach, dataclasses.replace(begun, checkpoint=head))

    monkeypatch.setattr(attempt, "condition_of", late)
    assert await violated(simulation)


async def test_control_without_the_key(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The projector applies every append, whether its key stands or not."""

    async def every_key(connection: Connection, rows: list[KeyRow], schema: str = LIVE) -> set[str]:
        await take_keys(connection, rows, schema)
        return {row.key for row in rows}

    monkeypatch.setattr(applying, "take_keys", every_key)
    assert await violated(simulation)


async def test_control_with_refusals_that_do_not_ask_the_log(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(store: EventStore, condition: Condition, employer_id: str) -> int | None:
        return None

    monkeypatch.setattr(commands, "event_after", never)
    assert await violated(simulation)


async def test_control_with_ids_that_are_new_at_each_attempt(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anonymous(envelope: CommandEnvelope, facts: Sequence[Fact]) -> tuple[NewEvent, ...]:
        return tuple(msgspec.structs.replace(event, id=str(uuid.uuid4())) for event in events_of(envelope, facts))

    monkeypatch.setattr(attempt, "events_of", anonymous)
    assert await violated(simulation)
