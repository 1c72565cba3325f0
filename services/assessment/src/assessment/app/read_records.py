"""Reads of results as facts, appended before anything is shown: what can't be recorded is not shown.

Such a fact belongs to no boundary: nothing is decided on it and no row changes, so it needs no transaction. The
projector passes it by as it passes every append.
"""

from assessment.app.envelope import CommandEnvelope
from assessment.app.errors import DATABASE_FAILURES, LogUnavailable, Overloaded
from assessment.app.log_guard import LogGuard
from assessment.app.recording import events_of
from assessment.read_models.ports import Pool
from contracts.events.results import ResultsListed, ResultsRead
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


class ReadRecords:
    """Appends to the log that the database belongs to, and to no other."""

    def __init__(self, store: EventStore, pool: Pool) -> None:
        self._store = store
        self._guard = LogGuard(store, pool)

    async def record(self, envelope: CommandEnvelope, fact: ResultsRead | ResultsListed) -> None:
        """Return once it is durable. Raises LogUnavailable, Overloaded."""
        try:
            await self._guard.check()
        except DATABASE_FAILURES as failure:
            raise Overloaded("the database does not answer") from failure
        try:
            await self._store.append(events_of(envelope, (fact,)))
        except StoreError as failure:
            self._guard.doubt()
            raise LogUnavailable(str(failure)) from failure
