"""Where the projection stands: for `assessment projections status`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import bindparam, func, select

from assessment.projections.log_identity import check_contains
from assessment.read_models.checkpoints import read_checkpoint
from assessment.read_models.connections import Connection
from assessment.read_models.generations import NEXT, PREVIOUS
from assessment.read_models.projector_status import LastReport, last_report
from assessment.read_models.queries_due import waiting
from assessment.read_models.statements import compiled
from eventrail_client.port import EventStore

SILENT_SECONDS: Final = 10.0
_EXISTS: Final = compiled(select(func.to_regclass(bindparam("name")).is_not(None)))

ProjectorState = Literal["following", "parked", "waiting", "silent", "never started"]


@dataclass(frozen=True, slots=True)
class Standing:
    """generations: position of each that stands beside the live one; detail: why it is parked or waits.

    unswept: sittings whose time is up and that wait for the sweeper; unswept_seconds: how long the first of them has
    """

    log_id: str
    head: int
    position: int
    lag: int
    projector: ProjectorState
    reported: bool
    reported_seconds_ago: float
    parked_position: int | None
    parked_event_id: str | None
    detail: str
    generations: dict[str, int]
    unswept: int = 0
    unswept_seconds: float = 0.0


async def standing(connection: Connection, store: EventStore, now: datetime) -> Standing:
    """Raises ForeignLog and LogBehind where the log is not this database's, and StoreError."""
    checkpoint = await read_checkpoint(connection)
    await check_contains(store, checkpoint)
    head = await store.head()
    last = await last_report(connection)
    unswept = await waiting(connection, now)
    seconds_ago = (now - last.reported_at).total_seconds() if last is not None else 0.0
    return Standing(
        log_id=head.log_id,
        head=head.position,
        position=checkpoint.position,
        lag=head.position - checkpoint.position,
        projector=_state(last, seconds_ago),
        reported=last is not None,
        reported_seconds_ago=seconds_ago,
        parked_position=None if last is None else last.report.parked_position,
        parked_event_id=None if last is None else last.report.parked_event_id,
        detail="" if last is None else last.report.detail,
        generations=await _generations(connection),
        unswept=unswept.sittings,
        unswept_seconds=unswept.seconds,
    )


def _state(last: LastReport | None, seconds_ago: float) -> ProjectorState:
    if last is None:
        return "never started"
    return "silent" if seconds_ago > SILENT_SECONDS else last.report.state


async def _generations(connection: Connection) -> dict[str, int]:
    found = {}
    for schema in (NEXT, PREVIOUS):
        if await connection.fetchval(_EXISTS.text, *_EXISTS.arguments(name=f"{schema}.checkpoint")):
            found[schema] = (await read_checkpoint(connection, schema)).position
    return found
