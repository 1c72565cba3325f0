"""Whether this process can do its work: PostgreSQL, Eventrail, and that the log is the one this database belongs to."""

import asyncio
from dataclasses import dataclass
from typing import Final

from assessment.projections.log_identity import check_contains
from assessment.read_models.failures import DATABASE_FAILURES
from assessment.read_models.queries_health import Progress, progress
from assessment.read_models.queries_reader import Reader, ReadsBusy
from contracts.store import Health as HealthAnswer
from eventrail_client.errors import ForeignLog, LogBehind, StoreError
from eventrail_client.port import EventStore

ANSWER_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """What readiness asks, each bounded in time, so that the answer comes while something hangs."""

    reader: Reader
    store: EventStore

    async def ready(self) -> HealthAnswer:
        """`degraded` still serves what it can; `failing` should get no requests."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await progress(self.reader)
        except (*DATABASE_FAILURES, ReadsBusy):
            return HealthAnswer("failing", ("PostgreSQL does not answer",))
        failing = await self._log_reasons(found)
        if failing:
            return HealthAnswer("failing", failing)
        if found.projector_state == "parked":
            return HealthAnswer("degraded", (f"the projector is parked at position {found.parked_position}",))
        return HealthAnswer("ok")

    async def _log_reasons(self, found: Progress) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await check_contains(self.store, found.checkpoint)
        except (ForeignLog, LogBehind) as foreign:
            return (str(foreign),)
        except (StoreError, TimeoutError):
            return ("Eventrail does not answer",)
        return ()
