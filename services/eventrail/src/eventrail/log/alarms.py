"""What the engine wants an operator to know at once, in sentences that begin with a stable name."""

from collections.abc import Iterator, Sequence
from typing import Final

from eventrail.log.damages import Damage
from eventrail.log.errors import ClockJumped, SyncFailed

DAMAGES_SHOWN: Final = 5


def alarms(
    *,
    failure: SyncFailed | None,
    stalled_seconds: float,
    stall_limit_seconds: float,
    jump: ClockJumped | None,
    damages: Sequence[Damage],
) -> Iterator[str]:
    """Each of these turns health red; what can still be served is served."""
    if failure is not None:
        yield f"disk-failed: {failure}"
    if stalled_seconds >= stall_limit_seconds:
        yield f"disk-stalled: a write has been waiting for the disk for {stalled_seconds:.0f} s"
    if jump is not None:
        yield f"clock-jumped: {jump}"
    for damage in damages[:DAMAGES_SHOWN]:
        yield f"range-damaged: {damage}"
    if len(damages) > DAMAGES_SHOWN:
        yield f"range-damaged: and {len(damages) - DAMAGES_SHOWN} more places"
