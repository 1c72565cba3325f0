"""How far the projection has come, and what the projector last said of itself."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Double, cast, func, select, true

from assessment.read_models.checkpoints import Checkpoint
from assessment.read_models.lookups import lookup
from assessment.read_models.queries_reader import Reader
from assessment.read_models.scratch_tables import projector_status
from assessment.read_models.statements import compiled
from assessment.read_models.tables import checkpoint, sittings

_LAG: Final = cast(func.extract("epoch", func.now() - func.min(sittings.c.closes_at)), Double)
SWEEP_LAG: Final = lookup(
    "sweep_lag",
    select(_LAG.label("seconds")).where(sittings.c.state == "started", sittings.c.closes_at < func.now()),
)
_PROGRESS: Final = compiled(
    select(
        checkpoint.c.log_id,
        checkpoint.c.position,
        checkpoint.c.hash,
        projector_status.c.state,
        projector_status.c.parked_position,
        SWEEP_LAG.asked.scalar_subquery().label("waiting_seconds"),
    ).select_from(checkpoint.outerjoin(projector_status, true()))
)


@dataclass(frozen=True, slots=True)
class Progress:
    """projector_state: None before a projector ran for the first time.

    waiting_seconds: how long a sitting whose time is up has waited for the sweeper; 0 where none does
    """

    checkpoint: Checkpoint
    projector_state: str | None
    parked_position: int | None
    waiting_seconds: float


async def progress(reader: Reader) -> Progress:
    row = await reader.one(_PROGRESS)
    assert row is not None, "the checkpoint has one row from the first migration on"
    return Progress(
        checkpoint=Checkpoint(row["log_id"], row["position"], row["hash"]),
        projector_state=row["state"],
        parked_position=row["parked_position"],
        waiting_seconds=float(row["waiting_seconds"] or 0),
    )
