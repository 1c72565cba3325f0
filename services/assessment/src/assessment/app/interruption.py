"""Named points in a command where a test may stop the process; in production nothing happens there."""

import asyncio
import os
import signal
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

POLL_SECONDS: Final = 0.02


class Point(Enum):
    """The await points of a command, in their order."""

    BEGUN = "begun"
    LOCKED = "locked"
    PROJECTED = "projected"
    APPENDED = "appended"
    COMMITTED = "committed"


class Interruption(Protocol):
    async def __call__(self, point: Point) -> None: ...


async def uninterrupted(point: Point) -> None:
    """Production's: nothing happens."""


def armed(specification: str) -> Interruption:
    """Make the interruption that a test asked for: `<point>:kill`, `<point>:pause:<path>`, or none where it is empty.

    A pause makes the file at `path` and lasts until somebody removes it.
    """
    if not specification:
        return uninterrupted
    name, _, action = specification.partition(":")
    wanted = Point(name)
    verb, _, path = action.partition(":")
    assert verb in ("kill", "pause"), f"an interruption is `<point>:kill` or `<point>:pause:<path>`: {specification}"

    async def interrupt(point: Point) -> None:
        if point is not wanted:
            return
        if verb == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        await _pause(Path(path))

    return interrupt


async def _pause(file: Path) -> None:
    await asyncio.to_thread(file.touch)
    while await asyncio.to_thread(file.exists):  # noqa: ASYNC110 - another process removes it
        await asyncio.sleep(POLL_SECONDS)
