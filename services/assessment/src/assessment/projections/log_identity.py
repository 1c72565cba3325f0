"""The log that a database belongs to: one that was set back, or another one, is not it."""

from assessment.read_models.checkpoints import Checkpoint
from eventrail_client.follow import Cursor, Follower
from eventrail_client.port import EventStore


def cursor_of(checkpoint: Checkpoint) -> Cursor:
    """Where the log is to be followed from; the checkpoint knows its log by now."""
    assert checkpoint.log_id is not None, "a checkpoint is tied to a log before the log is followed"
    if checkpoint.hash is None:
        return Cursor.beginning(checkpoint.log_id)
    return Cursor(checkpoint.log_id, checkpoint.position, checkpoint.hash)


async def check_contains(store: EventStore, checkpoint: Checkpoint) -> None:
    """Does the log hold the checkpoint's event with its hash? Raises ForeignLog, LogBehind, Unavailable."""
    if checkpoint.log_id is not None:
        async with Follower(store, cursor_of(checkpoint)):
            pass
