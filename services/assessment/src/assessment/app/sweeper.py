"""The sweeper: submits what was saved in sittings whose time is up, by the same command transaction as everybody.

An attempt has one key for all sweepers and all their tries, so any number of them may work at once, and one that was
killed is gone on from by whoever looks next. What waits is asked of the tables each time; nothing is remembered.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

from assessment.app.commands import Commands
from assessment.app.envelope import CommandEnvelope
from assessment.app.errors import DATABASE_FAILURES, Refused
from assessment.domain.commands import SubmitSitting
from assessment.domain.derived_ids import derived_id
from assessment.read_models.failures import first_line
from assessment.read_models.ports import Queries
from assessment.read_models.queries_due import START, DueSitting, due_sittings

ACTOR: Final = "sweeper"
KEY_NAMESPACE: Final = "0f5c2b1e-8f34-5c1b-a3a7-6a6b2f0d9e41"
"""Of every sweep's key; another value would make sweepers of two versions strangers to one another."""

PAGE_SITTINGS: Final = 100
AT_ONCE: Final = 4
LONGEST_PAUSE_SECONDS: Final = 5.0

_LOG: Final = logging.getLogger(__name__)


class Sweeper:
    """Rounds over all that is due. due: where it is asked; now: the clock that deadlines are held against."""

    def __init__(self, due: Queries, commands: Commands, now: Callable[[], datetime], *, pause_seconds: float) -> None:
        self._due = due
        self._commands = commands
        self._now = now
        self._pause_seconds = pause_seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            pause_seconds = self._pause_seconds
            try:
                outcomes = await self.round()
            except DATABASE_FAILURES as failure:
                _LOG.warning("waiting: %s: %s", type(failure).__name__, first_line(failure))
                outcomes = Counter(failed=1)
            if outcomes["failed"]:
                pause_seconds = max(pause_seconds, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause_seconds)

    async def round(self) -> Counter[str]:
        """Go once through everything that is due now; how many were `submitted`, `gone` or `failed`."""
        now, after = self._now(), START
        outcomes: Counter[str] = Counter()
        while page := await due_sittings(self._due, now, after, PAGE_SITTINGS):
            outcomes.update(await asyncio.gather(*(self._swept(one) for one in page)))
            after = page[-1].place
        if outcomes:
            level = logging.WARNING if outcomes["failed"] else logging.INFO
            _LOG.log(level, "swept", extra={"fields": dict(outcomes)})
        return outcomes

    async def _swept(self, due: DueSitting) -> str:
        """Submit one attempt; whatever is wrong with it must not hold up the others."""
        try:
            async with self._places:
                executed = await self._commands.execute(*sweep(due, self._now()))
        except Refused as refused:  # the candidate, another sweeper or more time was faster
            fields = {"sitting": due.seat.sitting_id, "reason": refused.refusal.reason.value}
            _LOG.info("nothing to sweep", extra={"fields": fields})
            return "gone"
        except Exception as failure:  # noqa: BLE001 (a fault of one sitting; the next round comes back to it)
            fields = {"sitting": due.seat.sitting_id, "failure": type(failure).__name__}
            _LOG.warning("not swept", extra={"fields": fields})
            return "failed"
        return "gone" if executed.replayed else "submitted"


def sweep(due: DueSitting, now: datetime) -> tuple[CommandEnvelope, SubmitSitting]:
    """Form the command of an attempt: the same key and the same submission id, whoever sweeps it and how often."""
    key = derived_id(KEY_NAMESPACE, f"{due.seat.sitting_id}\n{due.attempt}")
    command = SubmitSitting(
        seat=due.seat,
        submission_id=derived_id(key, "submission"),
        answers=None,
        seed=due.seed,
        now=now,
        cause="sweeper",
    )
    return CommandEnvelope(key, None, ACTOR), command
