"""Sittings whose time is up and that nobody submitted: found by an index of their own, oldest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, func, select, tuple_

from assessment.domain.commands import Seat
from assessment.read_models.ports import Queries
from assessment.read_models.statements import compiled
from assessment.read_models.tables import sittings

Place = tuple[datetime, str]
"""When a sitting's time was up, and its id."""

START: Final[Place] = (datetime.min.replace(tzinfo=UTC), "00000000-0000-0000-0000-000000000000")

_now = bindparam("now", type_=sittings.c.closes_at.type)
_IS_DUE: Final = (sittings.c.state == "started", sittings.c.closes_at < _now)
_DUE: Final = compiled(
    select(
        sittings.c.id,
        sittings.c.employer_id,
        sittings.c.assessment_id,
        sittings.c.candidate_id,
        sittings.c.invite_id,
        sittings.c.attempt,
        sittings.c.seed,
        sittings.c.closes_at,
    )
    .where(*_IS_DUE, tuple_(sittings.c.closes_at, sittings.c.id) > tuple_(bindparam("after_at"), bindparam("after_id")))
    .order_by(sittings.c.closes_at, sittings.c.id)
    .limit(bindparam("rows"))
)
_WAITING: Final = compiled(
    select(func.count(), func.coalesce(func.extract("epoch", _now - func.min(sittings.c.closes_at)), 0.0)).where(
        *_IS_DUE
    )
)


@dataclass(frozen=True, slots=True)
class DueSitting:
    """One attempt to submit; seat: with the invite that it was started by."""

    seat: Seat
    attempt: int
    seed: int
    closed_at: datetime

    @property
    def place(self) -> Place:
        return self.closed_at, self.seat.sitting_id


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many sittings wait for the sweeper, and how long the first of them has."""

    sittings: int
    seconds: float


async def due_sittings(queries: Queries, now: datetime, after: Place, rows: int) -> list[DueSitting]:
    """Up to `rows` of them, from behind a place."""
    values = {"now": now, "after_at": after[0], "after_id": after[1], "rows": rows}
    return [
        DueSitting(
            Seat(row["employer_id"], row["assessment_id"], row["candidate_id"], row["invite_id"], row["id"], 0),
            row["attempt"],
            row["seed"],
            row["closes_at"],
        )
        for row in await queries.fetch(_DUE.text, *_DUE.arguments(**values))
    ]


async def waiting(queries: Queries, now: datetime) -> Waiting:
    row = await queries.fetchrow(_WAITING.text, *_WAITING.arguments(now=now))
    assert row is not None, "a count is one row"
    return Waiting(row[0], float(row[1]))
