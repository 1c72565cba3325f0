"""What the projector says of itself, for `status` and for the health of the service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import bindparam, func, select, true
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.connections import Connection, Pool
from assessment.read_models.scratch_tables import projector_status
from assessment.read_models.statements import compiled

State = Literal["following", "parked", "waiting"]

_columns = ("state", "head", "parked_position", "parked_event_id", "detail")
_given = {name: bindparam(name, type_=projector_status.c[name].type) for name in _columns}
_inserting = insert(projector_status).values(one_row=true(), reported_at=func.clock_timestamp(), **_given)
_REPORT: Final = compiled(
    _inserting.on_conflict_do_update(
        index_elements=["one_row"],
        set_={name: _inserting.excluded[name] for name in (*_columns, "reported_at")},
    )
)
_READ: Final = compiled(select(*(projector_status.c[name] for name in (*_columns, "reported_at"))))


@dataclass(frozen=True, slots=True)
class Report:
    """state: `parked` at an event that can't be applied, `waiting` for the log or the database.

    head: the last position that the projector knows of
    """

    state: State
    head: int
    parked_position: int | None = None
    parked_event_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LastReport:
    report: Report
    reported_at: datetime


async def write_report(connection: Connection, report: Report) -> None:
    values = {name: getattr(report, name) for name in _columns}
    await connection.execute(_REPORT.text, *_REPORT.arguments(**values))


async def last_report(connection: Connection | Pool) -> LastReport | None:
    """None where no projector ever worked on this database."""
    row = await connection.fetchrow(_READ.text)
    if row is None:
        return None
    return LastReport(Report(**{name: row[name] for name in _columns}), row["reported_at"])
