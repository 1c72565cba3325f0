"""The statement that begins a command: its key, the checkpoint, and the rows of its boundaries, locked in one order.

One statement has one snapshot. The checkpoint is therefore never later than the rows; a row that is locked is read as
it was committed last, even after a wait; a row that is only relied on is read as of the snapshot, like the checkpoint.
What hangs on a locked row in other tables must be read by a later statement.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Text,
    any_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID, insert

from assessment.domain.boundaries import BOUNDARIES, BoundaryRef, Reach
from assessment.read_models.boundary_documents import document_of
from assessment.read_models.connections import Connection
from assessment.read_models.statements import Statement, compiled
from assessment.read_models.tables import checkpoint, command_keys, metadata

_BY_NAME: Final = {boundary.name: boundary for boundary in BOUNDARIES}

Part = tuple[str, bool]
"""A boundary's name, and whether its rows are locked."""


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """document: the row as JSON, as `boundary_documents` forms it."""

    position: int
    document: str


@dataclass(frozen=True, slots=True)
class Begun:
    """checkpoint: as read before the rows; rows: those that exist."""

    checkpoint: int
    rows: dict[BoundaryRef, BoundaryRow]


async def take_key_and_rows(connection: Connection, key: str, fingerprint: str | None, reach: Reach) -> Begun | None:
    """Insert the key, then lock and read the rows. None where the key stands already, and then nothing is locked.

    Waits for an uncommitted twin of the key and for rows that others hold, up to the session's lock timeout.
    """
    ids: dict[Part, list[str]] = {}
    for refs, locked in ((reach.locked, True), (reach.relied, False)):
        for ref in sorted(refs):
            ids.setdefault((ref.boundary.name, locked), []).append(ref.id)
    statement = _statement(tuple(ids))
    values = {_parameter(part): found for part, found in ids.items()}
    arguments = statement.arguments(key=key, fingerprint=fingerprint, **values)
    return _begun(await connection.fetch(statement.text, *arguments))


def _begun(records: list[Any]) -> Begun | None:
    found: int | None = None
    has_key = False
    rows: dict[BoundaryRef, BoundaryRow] = {}
    for kind, identity, position, document in records:
        if kind == "checkpoint":
            found = position
        elif kind == "key":
            has_key = True
        else:
            rows[BoundaryRef(_BY_NAME[kind], identity)] = BoundaryRow(position, document)
    assert found is not None, "the checkpoint has one row from the first migration on"
    return Begun(found, rows) if has_key else None


def _parameter(part: Part) -> str:
    name, locked = part
    return f"{'locked' if locked else 'relied'}_{name}"


@lru_cache(maxsize=64)
def _statement(parts: tuple[Part, ...]) -> Statement:
    """Each part waits for the one before it, so that the order of locks is the order of the parts."""
    taken = (
        insert(command_keys)
        .values(key=bindparam("key"), fingerprint=bindparam("fingerprint"))
        .on_conflict_do_nothing()
        .returning(command_keys.c.key)
        .cte("taken")
    )
    no_id, no_text = cast(null(), UUID(as_uuid=False)), cast(null(), Text)
    answers = [
        select(literal("checkpoint", Text), no_id, checkpoint.c.position, no_text),
        select(literal("key", Text), taken.c.key, literal(0, BigInteger), no_text),
    ]
    before = taken
    for part in parts:
        before = _rows(part, taken, before)
        answers.append(select(literal(part[0], Text), before.c.id, before.c.position, before.c.document))
    return compiled(union_all(*answers))


def _rows(part: Part, taken: CTE, before: CTE) -> CTE:
    name, locked = part
    table = metadata.tables[f"{metadata.schema}.{_BY_NAME[name].table}"]
    wanted = bindparam(_parameter(part), type_=ARRAY(UUID(as_uuid=False)))
    rows = (
        select(table.c.id, table.c.position, cast(document_of(name, table), Text).label("document"))
        .where(
            table.c.id == any_(wanted),
            exists(select(taken.c.key)),
            select(func.count()).select_from(before).scalar_subquery() >= literal_column("0"),
        )
        .order_by(table.c.id)
    )
    return (rows.with_for_update(key_share=True) if locked else rows).cte(_parameter(part))
