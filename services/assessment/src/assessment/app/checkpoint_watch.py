"""Waiting, bounded, until the projection has come past a position."""

import asyncio
from typing import Final

from assessment.app.errors import DATABASE_FAILURES
from assessment.read_models.checkpoints import Checkpoint, read_checkpoint
from assessment.read_models.connections import Pool

FIRST_POLL_SECONDS: Final = 0.005
LONGEST_POLL_SECONDS: Final = 0.1


class CheckpointWatch:
    """Looks at the checkpoint for all that wait in this process together, and only while somebody waits."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._looking: asyncio.Task[Checkpoint] | None = None

    async def reached(self, position: int, timeout_seconds: float) -> bool:
        """Wait until everything up to `position` is applied; False when that takes too long or can't be told."""
        pause_seconds = FIRST_POLL_SECONDS
        try:
            async with asyncio.timeout(timeout_seconds):
                while not await self._is_at(position):
                    await asyncio.sleep(pause_seconds)
                    pause_seconds = min(pause_seconds * 1.5, LONGEST_POLL_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _is_at(self, position: int) -> bool:
        try:
            return (await self.checkpoint()).position >= position
        except DATABASE_FAILURES:
            return False

    async def checkpoint(self) -> Checkpoint:
        """One look at a time; whoever comes meanwhile takes its outcome."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(read_checkpoint(self._pool))
        return await asyncio.shield(self._looking)
