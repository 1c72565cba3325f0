"""A world over this test's own database."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.assessment_app.world import Process, World, a_world


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with a_world(database_url) as made:
        yield made


@pytest.fixture
async def process(world: World) -> Process:
    """One web process, with the projector at work beside it."""
    world.project()
    return await world.process()
