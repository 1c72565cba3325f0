"""Bringing a generation that is not followed by the projector up to a position, with the live executor."""

from assessment.projections.applying import apply_batch
from assessment.projections.log_identity import cursor_of
from assessment.read_models.checkpoints import Checkpoint, read_checkpoint
from assessment.read_models.connections import Connection
from eventrail_client.follow import Follower
from eventrail_client.port import EventStore

BATCH_EVENTS = 1_000


async def catch_up(
    connection: Connection, store: EventStore, schema: str, position: int, *, is_open: bool = False
) -> Checkpoint:
    """Apply what lies between the generation's checkpoint and a position, the last of an append.

    Each batch is committed, unless the caller's transaction `is_open`. Raises what `apply_batch` and `Follower` raise.
    """
    checkpoint = await read_checkpoint(connection, schema)
    if checkpoint.position >= position:
        return checkpoint
    async with Follower(store, cursor_of(checkpoint)) as follower:
        while checkpoint.position < position:
            left = position - checkpoint.position
            appends = await follower.batch(max_events=min(BATCH_EVENTS, left))
            if not is_open:
                await connection.execute("BEGIN")
            checkpoint = await apply_batch(connection, appends, checkpoint, schema)
            if not is_open:
                await connection.execute("COMMIT")
    return checkpoint
