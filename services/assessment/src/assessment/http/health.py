"""Whether this process can do its work: PostgreSQL, Eventrail, and that the log is the one this database belongs to."""

import asyncio
from collections.abc import Iterator
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
LATE_SECONDS: Final = 60.0
"""A sweeper comes every second or so; after a minute there is none, or it can't."""


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
        reasons = tuple(_reasons(found))
        return HealthAnswer("degraded", reasons) if reasons else HealthAnswer("ok")

    async def _log_reasons(self, found: Progress) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await check_contains(self.store, found.checkpoint)
        except (ForeignLog, LogBehind) as foreign:
            return (str(foreign),)
        except (StoreError, TimeoutError):
            return ("Eventrail does not answer",)
        return ()


def _reasons(found: Progress) -> Iterator[str]:
    """What an operator should look at, while everything that can be served is."""
    if found.projector_state == "parked":
        yield f"the projector is parked at position {found.parked_position}"
    if found.waiting_seconds > LATE_SECONDS:
        yield f"a sitting whose time is up has waited {found.waiting_seconds:.0f} s for the sweeper"
