"""Whole appends into a generation, in one transaction: checkpoint, keys, rows, changes, stamps, checkpoint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessment.domain.boundaries import BoundaryRef
from assessment.projections.appends import changes_of, key_of
from assessment.projections.folding import Net
from assessment.projections.live import apply_net
from assessment.read_models.checkpoints import Checkpoint, lock_checkpoint, write_checkpoint
from assessment.read_models.command_keys import take_keys
from assessment.read_models.connections import Connection
from assessment.read_models.row_locks import lock_rows
from assessment.read_models.stamps import stamp_rows
from assessment.read_models.tables import LIVE
from eventrail_client.follow import RecordedAppend


class CheckpointMoved(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The generation is not where this applier left it: somebody else applies too, or generations were swapped."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a batch does: the net change of each row, and the stamp of each boundary."""

    net: Net
    stamps: dict[BoundaryRef, int]


def gathered(appends: Iterable[RecordedAppend]) -> Gathered:
    """Fold appends in their order. Raises EventUnreadable, RowUnexpected."""
    batch = Gathered(Net(), {})
    for append in appends:
        gather(batch, append)
    return batch


def gather(batch: Gathered, append: RecordedAppend) -> None:
    """Fold one more append in; each row that it touches is stamped with the append's last position."""
    for fact in changes_of(append):
        batch.net.take(fact.changes)
        batch.stamps.update(dict.fromkeys(fact.refs, append.last))


async def apply_batch(
    connection: Connection, appends: Sequence[RecordedAppend], before: Checkpoint, schema: str = LIVE
) -> Checkpoint:
    """Apply what this generation has not applied yet, within the caller's transaction; the new checkpoint.

    All keys come first, then all rows in order: with rows before keys, it deadlocks with commands. Raises
    CheckpointMoved, EventUnreadable, RowUnexpected, and asyncpg's errors.
    """
    if await lock_checkpoint(connection, schema) != before:
        raise CheckpointMoved
    keys = [key_of(append) for append in appends]
    new_keys = await take_keys(connection, keys, schema)
    new = [append for append, key in zip(appends, keys, strict=True) if key.key in new_keys]
    if new:
        batch = gathered(new)
        await lock_rows(connection, batch.stamps, schema)
        await apply_net(connection, batch.net, schema)
        await stamp_rows(connection, batch.stamps, schema)
    after = Checkpoint(before.log_id, appends[-1].last, appends[-1].hash)
    await write_checkpoint(connection, after, schema)
    return after
