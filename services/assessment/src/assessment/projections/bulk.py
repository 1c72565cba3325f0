"""The bulk executor: a whole log folded in memory by primary key, then copied into fresh tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from assessment.projections.appends import key_of
from assessment.projections.applying import Gathered, gather
from assessment.projections.changes import Insert, Upsert
from assessment.projections.folding import Net, RowUnexpected
from assessment.read_models.checkpoints import Checkpoint, write_checkpoint
from assessment.read_models.command_keys import KEPT, KeyRow
from assessment.read_models.connections import Connection
from assessment.read_models.generation_ddl import add_rules, create_bare
from assessment.read_models.generations import tables_in
from eventrail_client.follow import Cursor, RecordedAppend

ALSO_KEPT: Final = timedelta(hours=1)
"""Keys of the last day are kept, and a margin for the time that the rebuild itself takes."""

KEY_COLUMNS: Final = ("key", "fingerprint", "first", "last", "applied_at")


class Fold:
    """The log as rows in memory. since: events before this moment leave no key behind."""

    def __init__(self, since: datetime) -> None:
        self._since = since.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._gathered = Gathered(Net(), {})
        self._keys: list[tuple[KeyRow, datetime]] = []

    def take(self, append: RecordedAppend) -> None:
        """Fold one more append in. Raises EventUnreadable, RowUnexpected."""
        gather(self._gathered, append)
        if append.events[0].time >= self._since:
            self._keys.append((key_of(append), datetime.fromisoformat(append.events[0].time)))

    def records_of(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """A table's rows, each in the order of the columns. Raises RowUnexpected for a row that was never inserted."""
        if table == "command_keys":
            for key, time in self._keys:
                yield key.key, key.fingerprint, key.first, key.last, time
            return
        stamps = {ref.id: position for ref, position in self._gathered.stamps.items() if ref.boundary.table == table}
        for identity, change in self._gathered.net.rows.get(table, {}).items():
            if not isinstance(change, Insert | Upsert):
                raise RowUnexpected(table, identity, "changed where there is none")
            row = {**change.row, "position": stamps.get(identity[0], 0)}
            yield tuple([row[name] for name in columns])


def kept_since(now: datetime) -> datetime:
    return now - KEPT - ALSO_KEPT


async def load(connection: Connection, fold: Fold, cursor: Cursor, schema: str) -> None:
    """Make a generation with the folded rows, its rules last, and its checkpoint at the cursor.

    Runs in the caller's transaction. Raises RowUnexpected, and asyncpg's errors where a row breaks a rule.
    """
    await create_bare(connection, schema)
    for table in tables_in(schema).sorted_tables:
        if table.name == "checkpoint":
            continue
        columns = KEY_COLUMNS if table.name == "command_keys" else tuple(column.name for column in table.columns)
        records = fold.records_of(table.name, columns)
        await connection.copy_records_to_table(table.name, schema_name=schema, columns=columns, records=records)
    await connection.copy_records_to_table("checkpoint", schema_name=schema, columns=("one_row",), records=[(True,)])
    await write_checkpoint(connection, Checkpoint(cursor.log_id, cursor.position, cursor.hash), schema)
    await add_rules(connection, schema)
