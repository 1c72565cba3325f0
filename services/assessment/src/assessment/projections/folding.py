"""Many changes folded into one net change for each row, by primary key.

Both executors carry out net changes only: the live one for an append or a batch of them, the bulk one for a whole log.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any, Final

from assessment.projections.changes import Change, Delete, Insert, Row, Update, Upsert
from assessment.read_models.tables import LIVE, metadata

Key = tuple[Any, ...]

_WHOLE: Final = (Insert, Upsert)


class RowUnexpected(Exception):  # noqa: N818 (an outcome, named for what it is)
    """A change that does not fit the row before it: inserted twice, or changed where there is none."""

    def __init__(self, table: str, key: Key, what: str) -> None:
        super().__init__(f"{table} {key}: {what}")
        self.table = table
        self.key = key


@cache
def key_columns(table: str) -> tuple[str, ...]:
    """The names of a projection table's primary key, in their order."""
    return tuple(column.name for column in metadata.tables[f"{LIVE}.{table}"].primary_key.columns)


@cache
def key_of(table: str) -> Callable[[Row], Key]:
    """What takes a row's primary key out of it."""
    columns = key_columns(table)
    if len(columns) > 1:
        return itemgetter(*columns)
    (column,) = columns
    return lambda row: (row[column],)


@dataclass(slots=True)
class Net:
    """What becomes of each row: at the most one change for each table and key."""

    rows: dict[str, dict[Key, Change]] = field(default_factory=dict)

    def take(self, changes: Iterable[Change]) -> None:
        """Fold further changes in, in their order. Raises RowUnexpected."""
        for change in changes:
            table = self.rows.get(change.table)
            if table is None:
                table = self.rows[change.table] = {}
            key = key_of(change.table)(change.row if isinstance(change, _WHOLE) else change.key)
            before = table.get(key)
            after = change if before is None else _then(before, change, key)
            if after is None:
                del table[key]
            else:
                table[key] = after


def _then(before: Change, change: Change, key: Key) -> Change | None:
    match change:
        case Upsert():
            return Insert(change.table, change.row) if isinstance(before, Insert) else change
        case Insert():
            if not isinstance(before, Delete):
                raise RowUnexpected(change.table, key, "inserted twice")
            return Upsert(change.table, change.row)
        case Delete():
            return None if isinstance(before, Insert) else change
        case Update():
            return _updated(before, change, key)


def _updated(before: Change, change: Update, key: Key) -> Change:
    match before:
        case Insert(table, row):
            return Insert(table, changed_row(row, change))
        case Upsert(table, row):
            return Upsert(table, changed_row(row, change))
        case Update():
            return _both(before, change)
        case Delete():
            raise RowUnexpected(change.table, key, "changed after it was deleted")


def changed_row(row: Row, change: Update) -> dict[str, Any]:
    """The row with the change carried out."""
    added = {name: row[name] + number for name, number in change.add.items()}
    return {**row, **change.set, **added}


def _both(before: Update, change: Update) -> Update:
    """A column that is set and added to: the addition goes onto what was set; what is set again wins."""
    assert not change.set.keys() & change.add.keys(), "a change either sets a column or adds to it"
    values: dict[str, Any] = {**before.set, **change.set}
    additions: Mapping[str, int] = {n: a for n, a in before.add.items() if n not in change.set}
    sums = dict(additions)
    for name, number in change.add.items():
        if name in values:
            values[name] += number
        else:
            sums[name] = sums.get(name, 0) + number
    return Update(before.table, before.key, values, sums)
