import asyncio

import pytest

from assessment.app.errors import Overloaded
from assessment.app.gates import Gates
from assessment.domain.boundaries import ASSESSMENT, QUOTA, BoundaryRef

A, B = BoundaryRef(QUOTA, "e1"), BoundaryRef(ASSESSMENT, "a1")


async def test_one_at_a_time_for_each_boundary_and_no_ring() -> None:
    gates, inside, most = Gates(60), 0, 0

    async def work(refs: list[BoundaryRef]) -> None:
        nonlocal inside, most
        async with gates.held(refs):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work([A, B] if number % 2 else [B, A]) for number in range(50)))
    assert most == 1


async def test_whoever_waits_too_long_is_told_to_come_again() -> None:
    gates = Gates(0.01)
    async with gates.held([A]):
        with pytest.raises(Overloaded):
            async with gates.held([B, A]):
                raise AssertionError("the gate was held")
        async with gates.held([B]):
            assert list(gates._locks) == [A, B]


async def test_no_lock_is_kept_when_nobody_needs_it() -> None:
    gates = Gates(60)
    async with gates.held([A, B]):
        assert len(gates._locks) == 2
    assert len(gates._locks) == 0
