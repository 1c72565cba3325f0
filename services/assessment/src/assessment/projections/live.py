"""The live executor: net changes as SQL, in the transaction of whoever applies an append."""

from collections.abc import Iterable, Sequence
from typing import Final

from assessment.projections.changes import Change, Delete, Update
from assessment.projections.folding import Key, Net, RowUnexpected
from assessment.projections.row_statements import Shape, arguments_of, shape_of, statement_of
from assessment.read_models.connections import Connection
from assessment.read_models.tables import LIVE, metadata

TABLE_ORDER: Final = {table.name: number for number, table in enumerate(metadata.sorted_tables)}
"""Parents before children; everybody inserts in this order, and by key in a table, so that nobody waits in a ring."""

Group = tuple[Shape, Sequence[Change]]


async def apply_changes(connection: Connection, changes: Iterable[Change], schema: str = LIVE) -> None:
    """Carry out one append's changes in one round trip; the constraints speak here.

    Raises asyncpg's IntegrityConstraintViolationError with the constraint's name, and RowUnexpected.
    """
    net = Net()
    net.take(changes)
    groups = grouped(net)
    if groups:
        await _run(connection, groups, schema)


async def apply_net(connection: Connection, net: Net, schema: str = LIVE) -> None:
    """Carry out a batch's net changes, group by group: a batch mixes too many shapes for one statement each."""
    for group in grouped(net):
        await _run(connection, [group], schema)


def grouped(net: Net) -> list[Group]:
    """Net changes by shape, in the order in which they are to be carried out."""
    found: dict[Shape, list[tuple[Key, Change]]] = {}
    for changes in net.rows.values():
        for key, change in changes.items():
            found.setdefault(shape_of(change), []).append((key, change))
    groups: list[Group] = []
    for items in found.values():
        items.sort(key=lambda item: item[0])
        groups.append((shape_of(items[0][1], many=len(items) > 1), [change for _, change in items]))
    return sorted(groups, key=lambda group: _order(group[0]))


def _order(shape: Shape) -> tuple[bool, int, str, tuple[str, ...], tuple[str, ...]]:
    rank = TABLE_ORDER[shape.table]
    return (shape.kind == "delete", -rank if shape.kind == "delete" else rank, shape.kind, shape.columns, shape.added)


async def _run(connection: Connection, groups: Sequence[Group], schema: str) -> None:
    shapes = tuple(shape for shape, _ in groups)
    statement = statement_of(schema, shapes)
    values = arguments_of(shapes, [changes for _, changes in groups])
    counts = await connection.fetchrow(statement.text, *statement.arguments(**values))
    assert counts is not None, "the counts are one row"
    for number, (shape, changes) in enumerate(groups):
        if shape.kind == "update" and counts[number] != len(changes):
            first = changes[0]
            assert isinstance(first, Update | Delete), "an update names its rows by key"
            raise RowUnexpected(shape.table, tuple(first.key.values()), "changed where there is none")
