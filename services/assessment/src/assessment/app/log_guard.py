"""Nobody works against another log than the one that the database belongs to, or one that was set back."""

from assessment.app.errors import LogUnavailable
from assessment.projections.log_identity import check_contains
from assessment.read_models.checkpoints import adopt_log, read_checkpoint
from assessment.read_models.ports import Pool
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


class LogGuard:
    """Checks before the first command, and again after the log failed to answer as it should."""

    def __init__(self, store: EventStore, pool: Pool) -> None:
        self._store = store
        self._pool = pool
        self._is_checked = False

    def doubt(self) -> None:
        """The log answered with a failure: it may not be the same any more."""
        self._is_checked = False

    async def check(self) -> None:
        """Raises LogUnavailable."""
        if self._is_checked:
            return
        try:
            checkpoint = await read_checkpoint(self._pool)
            if checkpoint.log_id is None:
                await adopt_log(self._pool, (await self._store.head()).log_id)
                checkpoint = await read_checkpoint(self._pool)
            await check_contains(self._store, checkpoint)
        except StoreError as failure:
            raise LogUnavailable(str(failure)) from failure
        self._is_checked = True
