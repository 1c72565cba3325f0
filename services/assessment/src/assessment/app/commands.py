"""Commands, executed: gates, attempts, retries, and the answer that each ending gets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, assert_never

from asyncpg.exceptions import DataError, IntegrityConstraintViolationError, SyntaxOrAccessError

from assessment.app.attempt import Appended, Attempt, Order, Outcomes, Recorded, Undone
from assessment.app.candidate_keys import CandidateKeys
from assessment.app.candidate_needs import candidate_needs
from assessment.app.checkpoint_watch import CheckpointWatch
from assessment.app.envelope import CommandEnvelope, Executed
from assessment.app.errors import DATABASE_FAILURES, KeyReused, LogUnavailable, Overloaded, Refused, Stale
from assessment.app.fence import event_after
from assessment.app.gates import Gates
from assessment.app.interruption import Interruption, uninterrupted
from assessment.app.log_guard import LogGuard
from assessment.app.replay import replayed
from assessment.app.secrets import Secrets
from assessment.app.state_loading import StateLoader
from assessment.app.vault import VaultSealer
from assessment.domain.commands import Command
from assessment.domain.reach import reach
from assessment.read_models.connections import Connection, Pool
from assessment.settings import CommandSettings
from eventrail_client.port import EventStore

SHORTEST_PAUSE_SECONDS: Final = 0.01
LONGEST_PAUSE_SECONDS: Final = 0.5

NEVER_TRIED_AGAIN: Final = (IntegrityConstraintViolationError, SyntaxOrAccessError, DataError)
"""Faults of ours: trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Means:
    """What commands are executed with. jitter: a number from 0 to 1, which spreads the pauses of many."""

    commands_pool: Pool
    reads_pool: Pool
    store: EventStore
    secrets: Secrets
    candidate_keys: CandidateKeys
    settings: CommandSettings
    jitter: Callable[[], float]
    interrupt: Interruption = uninterrupted


class Commands:
    """The command transaction of this process. Its answers are final: what it returns is in the log."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._settings = means.settings
        self._gates = Gates(means.settings.command_seconds / 2)
        self._attempt = Attempt(means.store, StateLoader(means.secrets), means.interrupt)
        self._guard = LogGuard(means.store, means.commands_pool)
        self.watch = CheckpointWatch(means.reads_pool)

    async def execute(self, envelope: CommandEnvelope, command: Command) -> Executed:
        """Execute a command, or answer it as its first time did.

        Raises Refused, KeyReused, Overloaded (nothing known to be recorded), LogUnavailable. After the last two a retry
        with the same key is safe.
        """
        try:
            async with asyncio.timeout(self._settings.command_seconds):
                order = await self._ordered(envelope, command)
                async with self._gates.held(order.reach.locked):
                    return await self._attempts(order)
        except TimeoutError:
            raise Overloaded("the command took too long") from None

    async def _ordered(self, envelope: CommandEnvelope, command: Command) -> Order:
        """Candidate keys become durable here, on their own, before anything is sealed under them."""
        needs, reached = candidate_needs(command), reach(command)
        try:
            await self._guard.check()
            keys = await self._means.candidate_keys.ensure(reached.employer_id, needs.created)
            keys |= await self._means.candidate_keys.load(reached.employer_id, needs.loaded)
        except DATABASE_FAILURES as failure:
            raise Overloaded("the database does not answer") from failure
        return Order(envelope, command, reached, keys, VaultSealer(self._means.secrets, keys))

    async def _attempts(self, order: Order) -> Executed:
        reason = "too many others change the same resource"
        for number in range(self._settings.command_attempts):
            if number:
                await asyncio.sleep(self._pause_seconds(number))
            try:
                return await self._answer(await self._once(order))
            except Stale as stale:
                await self._pass(stale.position)
            except NEVER_TRIED_AGAIN:
                raise
            except DATABASE_FAILURES as failure:
                reason = f"the database failed: {type(failure).__name__}"
            except LogUnavailable:
                self._guard.doubt()
                raise
        raise Overloaded(reason)

    async def _once(self, order: Order) -> tuple[Order, Outcomes]:
        async with self._connection() as connection:
            return order, await self._attempt.run(connection, order)

    async def _answer(self, ended: tuple[Order, Outcomes]) -> Executed:
        order, outcome = ended
        match outcome:
            case Recorded(found):
                if found.fingerprint != order.envelope.fingerprint:
                    raise KeyReused
                return await replayed(self._means.store, found)
            case Undone(answer, condition):
                if (position := await event_after(self._means.store, condition, order.reach.employer_id)) is not None:
                    raise Stale(position)
                if isinstance(answer, Refused):
                    raise answer
                return answer
            case Appended(executed, committed):
                if not committed:
                    await self.watch.reached(executed.last, self._settings.projection_wait_seconds)
                return executed
            case _:
                assert_never(outcome)

    async def _pass(self, position: int) -> None:
        if not await self.watch.reached(position, self._settings.projection_wait_seconds):
            raise Overloaded(f"the projection has not come past {position} yet")

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """A connection of the commands' pool; what was not committed is rolled back."""
        connection = await self._means.commands_pool.acquire(timeout=self._settings.command_seconds / 2)
        try:
            yield connection
        finally:
            with contextlib.suppress(*DATABASE_FAILURES):  # it is closed then; what was answered before counts
                if connection.is_in_transaction():
                    await connection.execute("ROLLBACK")
            with contextlib.suppress(*DATABASE_FAILURES):
                await self._means.commands_pool.release(connection)

    def _pause_seconds(self, number: int) -> float:
        doubled = min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2.0**number)
        return doubled * (0.5 + self._means.jitter() / 2)


__all__ = [
    "CommandEnvelope",
    "Commands",
    "Executed",
    "KeyReused",
    "LogUnavailable",
    "Means",
    "Overloaded",
    "Refused",
]
