"""The bulk executor: the log folded in memory by primary key, and its rows copied into fresh tables as they are done.

What is held is what may still change: open sittings with their answers, the rows of employers and assessments, and the
few changes that came after their row was written.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Final

from assessment.domain.boundaries import BOUNDARIES, BoundaryRef
from assessment.domain.tags import belonging
from assessment.projections.appends import fact_of, key_of_first, projected
from assessment.projections.changes import Row
from assessment.projections.folding import Net
from assessment.projections.live import apply_net
from assessment.projections.settling import take_rest, take_settled
from assessment.read_models.command_keys import KEPT
from assessment.read_models.connections import Connection
from assessment.read_models.generations import table_in
from assessment.read_models.stamps import stamp_rows
from contracts.envelope import Event
from contracts.events import Fact, type_of

ALSO_KEPT: Final = timedelta(hours=1)
"""Keys of the last day are kept, and a margin for the time that the rebuild itself takes."""

STAMPED: Final = "position"

Rows = Mapping[str, Sequence[Row]]


class Fold:
    """The log as rows in memory. since: events before this moment leave no key behind."""

    def __init__(self, since: datetime, after: int = 0) -> None:
        self._since = since.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._position = after
        self._next_append = after + 1
        self.net = Net()
        self.stamps: dict[str, dict[str, int]] = defaultdict(dict)
        self.keys: list[Row] = []
        self._places: dict[type[Fact], Sequence[tuple[dict[str, int], str]]] = {}

    def take(self, events: Sequence[Event]) -> None:
        """Fold the next events in. Raises EventUnreadable, RowUnexpected."""
        for event in events:
            fact = fact_of(event)
            if fact is not None:
                self.net.take(projected(event, fact))
                for stamps, field in self._stamps_of(fact):
                    stamps[getattr(fact, field)] = event.commit
            if event.position == self._next_append:
                self._next_append = event.commit + 1
                if event.time >= self._since:
                    self._take_key(event)
        if events:
            self._position = events[-1].position

    def _stamps_of(self, fact: Fact) -> Sequence[tuple[dict[str, int], str]]:
        """Where the rows that a fact touches are stamped, and its fields that name them."""
        places = self._places.get(type(fact))
        if places is None:
            belongs = belonging(type_of(fact))
            places = self._places[type(fact)] = [(self.stamps[boundary.table], field) for boundary, field in belongs]
        return places

    @property
    def is_whole(self) -> bool:
        """Whether the last append is in to its last event."""
        return self._next_append == self._position + 1

    def take_settled(self) -> Rows:
        """Take out what can be written by now."""
        assert self.is_whole, "no row is written that stood in the middle of an append only"
        keys, self.keys = self.keys, []
        return self._stamped({**take_settled(self.net), "command_keys": keys})

    def take_rest(self) -> Rows:
        """Take out every row that was not written yet."""
        keys, self.keys = self.keys, []
        return self._stamped({**take_rest(self.net), "command_keys": keys})

    def go_on_with(self, later: "Fold") -> None:
        """Fold in what is left of the events that came after this fold's. Raises RowUnexpected."""
        for changes in later.net.rows.values():
            self.net.take(changes.values())
        for table, stamps in later.stamps.items():
            self.stamps[table].update(stamps)
        self.keys += later.keys

    def _take_key(self, first: Event) -> None:
        key = key_of_first(first)
        self.keys.append(
            {
                "key": key.key,
                "fingerprint": key.fingerprint,
                "first": key.first,
                "last": key.last,
                "applied_at": datetime.fromisoformat(first.time),
            }
        )

    def _stamped(self, taken: dict[str, list[Row]]) -> Rows:
        for table, stamps in self.stamps.items():
            taken[table] = [{**row, STAMPED: stamps.pop(row["id"], 0)} for row in taken.get(table, ())]
        return taken

    def late_stamps(self) -> dict[BoundaryRef, int]:
        """Of rows that were written before their boundary was last touched."""
        return {
            BoundaryRef(boundary, identity): position
            for boundary in BOUNDARIES
            for identity, position in self.stamps.get(boundary.table, {}).items()
        }


def kept_since(now: datetime) -> datetime:
    return now - KEPT - ALSO_KEPT


async def copy_rows(connection: Connection, schema: str, rows: Rows) -> None:
    """Write rows into their tables, all of a table in one COPY."""
    for table, records in rows.items():
        if not records:
            continue
        columns = [column.name for column in table_in(schema, table).columns if column.name in records[0]]
        await connection.copy_records_to_table(
            table, schema_name=schema, columns=columns, records=map(itemgetter(*columns), records)
        )


async def carry_out_late(connection: Connection, schema: str, fold: Fold) -> None:
    """What became of rows after they were written; their tables have primary keys by now. Raises RowUnexpected."""
    await apply_net(connection, fold.net, schema)
    await stamp_rows(connection, fold.late_stamps(), schema)
