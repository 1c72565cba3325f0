"""The log that a database belongs to: nobody works against another one, or one that was set back."""

from assessment.app.errors import LogUnavailable
from assessment.read_models.checkpoints import Checkpoint, adopt_log, read_checkpoint
from assessment.read_models.connections import Pool
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


class ForeignLog(LogUnavailable):
    """The log does not contain what this database has applied: a restored older log, or another one."""


async def check_contains(store: EventStore, checkpoint: Checkpoint) -> str:
    """The log's id, if the log holds the checkpoint's event with its hash. Raises ForeignLog, StoreError."""
    head = await store.head()
    if checkpoint.log_id not in (None, head.log_id):
        raise ForeignLog(f"the log is {head.log_id}, and this database belongs to {checkpoint.log_id}")
    if head.position < checkpoint.position:
        raise ForeignLog(f"the log ends at {head.position}, and this database has applied {checkpoint.position}")
    if checkpoint.position > 0:
        page = await store.read(after=checkpoint.position - 1, limit=1)
        if not page.events or page.events[0].hash != checkpoint.hash:
            raise ForeignLog(f"the event at {checkpoint.position} is not the one that this database has applied")
    return head.log_id


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
        """Raises ForeignLog or LogUnavailable."""
        if self._is_checked:
            return
        checkpoint = await read_checkpoint(self._pool)
        try:
            log_id = await check_contains(self._store, checkpoint)
        except StoreError as failure:
            raise LogUnavailable(str(failure)) from failure
        if checkpoint.log_id is None:
            await adopt_log(self._pool, log_id)
        self._is_checked = True
