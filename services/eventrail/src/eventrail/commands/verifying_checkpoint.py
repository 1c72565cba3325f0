"""A checkpoint held against the log: signed by whom it should be, and its history still there."""

from pathlib import Path

from eventrail.commands.failures import Unusable
from eventrail.commands.log_readers import LogReader


def checkpoint_differences(checkpoint_file: str, key_file: str | None, log: LogReader) -> list[str]:
    """Without a key the signature is not checked: the key beside the log proves nothing.

    The chain up to the head was checked before this is asked. Raises `Unusable` where a file is no such thing.
    """
    # Slow to load, and only this needs it.
    from eventrail.checkpoints.keys import KeyRefused  # noqa: PLC0415 - as said above
    from eventrail.checkpoints.statement import (  # noqa: PLC0415 - as said above
        CheckpointRefused,
        HistoryLost,
        check,
        contains,
        read_checkpoint,
    )

    try:
        checkpoint = read_checkpoint(Path(checkpoint_file).read_bytes())
    except CheckpointRefused as refused:
        raise Unusable(f"{checkpoint_file} is {refused}") from None
    try:
        if key_file is not None:
            check(checkpoint, Path(key_file).read_bytes())
        contains(log, checkpoint)
    except KeyRefused as refused:
        raise Unusable(f"{key_file} is {refused}") from None
    except (CheckpointRefused, HistoryLost) as refused:
        return [f"checkpoint: {refused}"]
    return []
