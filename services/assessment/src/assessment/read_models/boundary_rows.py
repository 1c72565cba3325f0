"""The statement that begins a command: its key, the checkpoint, and the rows of its boundaries, locked in one order.

One statement has one snapshot. The checkpoint is therefore never later than the rows; a row that is locked is read as
it was committed last, even after a wait; a row that is only relied on is read as of the snapshot, like the checkpoint.
What hangs on a locked row in other tables is read as of the snapshot too: it holds where the row stands at the position
that it had there, since every change of it stamps the row. Otherwise it must be read by a later statement.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    exists,
    func,
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
from assessment.read_models.tables import checkpoint, command_keys, metadata, saved_answers, sittings

SAVED: Final = "saved"
_BY_NAME: Final = {boundary.name: boundary for boundary in BOUNDARIES}

Part = tuple[str, bool]
"""A boundary's name, and whether its rows are locked."""


class BoundaryRow(msgspec.Struct, frozen=True, gc=False):
    """document: the row as JSON, as `boundary_documents` forms it."""

    position: int
    document: str


@dataclass(frozen=True, slots=True)
class Begun:
    """checkpoint: as read before the rows; rows: those that exist.

    saved: where it was asked for, the saved answers of each locked sitting's attempt as one JSON array, with the
    position that the sitting had when they were read
    """

    checkpoint: int
    rows: dict[BoundaryRef, BoundaryRow]
    saved: dict[str, BoundaryRow] = field(default_factory=dict)


async def take_key_and_rows(
    connection: Connection, key: str, fingerprint: str | None, reach: Reach, *, with_saved: bool = False
) -> Begun | None:
    """Insert the key, then lock and read the rows. None where the key stands already, and then nothing is locked.

    Waits for an uncommitted twin of the key and for rows that others hold, up to the session's lock timeout.
    """
    ids: dict[Part, list[str]] = {}
    for refs, locked in ((reach.locked, True), (reach.relied, False)):
        for ref in sorted(refs):
            ids.setdefault((ref.boundary.name, locked), []).append(ref.id)
    statement = _statement(tuple(ids), with_saved=with_saved)
    values = {_parameter(part): found for part, found in ids.items()}
    arguments = statement.arguments(key=key, fingerprint=fingerprint, **values)
    return _begun(await connection.fetch(statement.text, *arguments))


def _begun(records: list[Any]) -> Begun | None:
    found: int | None = None
    has_key = False
    rows: dict[BoundaryRef, BoundaryRow] = {}
    saved: dict[str, BoundaryRow] = {}
    for kind, identity, position, document in records:
        if kind == "checkpoint":
            found = position
        elif kind == "key":
            has_key = True
        elif kind == SAVED:
            saved[identity] = BoundaryRow(position, document)
        else:
            rows[BoundaryRef(_BY_NAME[kind], identity)] = BoundaryRow(position, document)
    assert found is not None, "the checkpoint has one row from the first migration on"
    return Begun(found, rows, saved) if has_key else None


def _parameter(part: Part) -> str:
    name, locked = part
    return f"{'locked' if locked else 'relied'}_{name}"


@lru_cache(maxsize=64)
def _statement(parts: tuple[Part, ...], *, with_saved: bool) -> Statement:
    """Each locked part waits for the one before it, so that the order of locks is the order of the parts."""
    taken = (
        insert(command_keys)
        .values(key=bindparam("key"), fingerprint=bindparam("fingerprint"))
        .on_conflict_do_nothing()
        .returning(command_keys.c.key)
        .cte("taken")
    )
    no_id, no_text = cast(null(), UUID(as_uuid=False)), cast(null(), Text)
    answers = [
        select(_kind("checkpoint"), no_id, checkpoint.c.position, no_text),
        select(_kind("key"), taken.c.key, cast(null(), BigInteger), no_text),
    ]
    before = taken
    for part in parts:
        name, locked = part
        if locked:
            before = _locked(part, taken, before)
            answers.append(select(_kind(name), before.c.id, before.c.position, before.c.document))
        else:
            answers.append(_found(part, _kind(name)))
    if with_saved:
        answers.append(_saved(bindparam(_parameter(("sitting", True)), type_=ARRAY(UUID(as_uuid=False)))))
    return compiled(union_all(*answers))


def _saved(wanted: BindParameter[Any]) -> Select[Any]:
    """What was saved and the sitting's position, both as of the snapshot."""
    one = document_of("saved_answers", saved_answers)
    of_attempt = select(func.json_agg(one)).where(
        saved_answers.c.sitting_id == sittings.c.id, saved_answers.c.attempt == sittings.c.attempt
    )
    document = cast(func.coalesce(of_attempt.scalar_subquery(), literal_column("'[]'")), Text)
    return select(_kind(SAVED), sittings.c.id, sittings.c.position, document).where(sittings.c.id == any_(wanted))


def _kind(name: str) -> Any:
    """What a row of the answer is; names are ours, so they stand in the statement itself."""
    return literal_column(f"'{name}'", Text)


def _locked(part: Part, taken: CTE, before: CTE) -> CTE:
    rows = _found(part).where(
        exists(select(taken.c.key)), select(func.count()).select_from(before).scalar_subquery() >= literal_column("0")
    )
    in_order = rows.order_by(rows.selected_columns.id)
    return in_order.with_for_update(key_share=True).cte(_parameter(part))


def _found(part: Part, *before: Any) -> Select[Any]:
    """The rows that exist, as of the snapshot."""
    name, _ = part
    table = metadata.tables[f"{metadata.schema}.{_BY_NAME[name].table}"]
    wanted = bindparam(_parameter(part), type_=ARRAY(UUID(as_uuid=False)))
    document = cast(document_of(name, table), Text).label("document")
    return select(*before, table.c.id, table.c.position, document).where(table.c.id == any_(wanted))
