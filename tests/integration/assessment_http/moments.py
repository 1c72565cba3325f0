"""Moments that a test must come before, on a machine of any speed, and that it then waits for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

SHORTEST_SECONDS = 0.5
T = TypeVar("T")


async def passed(moment: datetime) -> None:
    while datetime.now(UTC) <= moment:  # noqa: ASYNC110 (a clock has no event to wait for)
        await asyncio.sleep(0.05)


async def in_time(work: Callable[[datetime], Awaitable[T]], seconds: float = SHORTEST_SECONDS) -> tuple[T, datetime]:
    """What has to be done before a moment, done before it, and the moment: with more time each time it was too late.

    What fails in time, fails; what fails later may have failed for being late.
    """
    while True:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        try:
            done = await work(moment)
        except AssertionError:
            if datetime.now(UTC) < moment:
                raise
        else:
            if datetime.now(UTC) < moment:
                return done, moment
        seconds *= 3
