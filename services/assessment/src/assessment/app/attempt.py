"""One attempt at a command: its transaction from the key to COMMIT, with the append in the middle of it.

Before the append nothing has happened; after it the facts stand, whatever becomes of the transaction. So everything
that can refuse speaks before: the decision, the constraints, and last the log's condition.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from asyncpg.exceptions import IntegrityConstraintViolationError, SerializationError

from assessment.app.constraints import refusal_of
from assessment.app.envelope import CommandEnvelope, Executed
from assessment.app.errors import DATABASE_FAILURES, LogUnavailable, Refused, Stale
from assessment.app.interruption import Interruption, Point
from assessment.app.recording import condition_of, events_of
from assessment.app.saved_answers import needs_saved
from assessment.app.state_loading import StateLoader
from assessment.app.vault import CandidateErased
from assessment.domain.accommodation_commands import GrantAccommodation
from assessment.domain.boundaries import Reach
from assessment.domain.commands import Command, ReviewSubmission
from assessment.domain.decide import decide
from assessment.domain.decision import Decision, Events, Reason, Refusal, Sealer, Unchanged
from assessment.domain.state import State
from assessment.projections.live import apply_changes
from assessment.projections.project import project, touched
from assessment.read_models.boundary_rows import Begun, take_key_and_rows
from assessment.read_models.command_keys import Outcome, recorded_outcome
from assessment.read_models.connections import Connection
from assessment.read_models.locks import begin
from assessment.read_models.stamps import stamp_and_commit
from contracts.append import AppendResult, Condition
from contracts.events import Fact
from eventrail_client.errors import ConditionFailed, IdReused, StoreError
from eventrail_client.port import EventStore


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be executed, with all that was made ready before the transaction."""

    envelope: CommandEnvelope
    command: Command
    reach: Reach
    candidate_keys: Mapping[str, bytes]
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Recorded:
    """The key stands already: an earlier attempt's append is applied."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Undone:
    """Rolled back with an answer that holds only if the log has nothing after the condition's positions."""

    answer: Refused | Executed
    condition: Condition


@dataclass(frozen=True, slots=True)
class Appended:
    """The facts stand. committed: false where the database failed after the append; the projector applies it then."""

    executed: Executed
    committed: bool


Outcomes = Recorded | Undone | Appended


class NotCommitted(Exception):  # noqa: N818 (an outcome, named for what it is)
    """PostgreSQL answered COMMIT with a rollback."""


class Attempt:
    """Runs one order in one transaction on a connection; whoever gives the connection rolls back what is left."""

    def __init__(self, store: EventStore, states: StateLoader, interrupt: Interruption) -> None:
        self._store = store
        self._states = states
        self._interrupt = interrupt

    async def run(self, connection: Connection, order: Order) -> Outcomes:
        """Raises Stale and LogUnavailable with nothing committed, and asyncpg's errors from before the append."""
        await connection.execute(begin(order.reach.employer_id))
        await self._interrupt(Point.BEGUN)
        key, fingerprint = order.envelope.key, order.envelope.fingerprint
        begun = await take_key_and_rows(
            connection, key, fingerprint, order.reach, with_saved=needs_saved(order.command)
        )
        if begun is None:
            return await _recorded(connection, key)
        await self._interrupt(Point.LOCKED)
        condition = condition_of(order.reach, begun)
        state = await self._states.load(connection, order.command, begun, order.candidate_keys)
        match _decided(order, state):
            case Refusal(reason, detail, at, seen):
                return Undone(Refused(reason, detail, at=at, seen=seen), condition)
            case Unchanged(facts):
                return Undone(_standing(facts, begun), condition)
            case Events(facts):
                return await self._record(connection, order, facts, condition)

    async def _record(
        self, connection: Connection, order: Order, facts: tuple[Fact, ...], condition: Condition
    ) -> Outcomes:
        try:
            await apply_changes(connection, (change for fact in facts for change in project(fact)))
        except IntegrityConstraintViolationError as violation:
            refused = refusal_of(violation)
            if refused is None:
                raise
            return Undone(refused, condition)
        await self._interrupt(Point.PROJECTED)
        result = await self._append(order, facts, condition)
        executed = Executed(facts, result.first, result.last)
        try:
            await self._interrupt(Point.APPENDED)
            await self._stamp_and_commit(connection, order, facts, result)
        except (NotCommitted, *DATABASE_FAILURES):
            return Appended(executed, committed=False)
        return Appended(executed, committed=True)

    async def _append(self, order: Order, facts: tuple[Fact, ...], condition: Condition) -> AppendResult:
        try:
            return await self._store.append(events_of(order.envelope, facts), condition)
        except (ConditionFailed, IdReused) as refused:
            raise Stale(refused.position) from refused
        except StoreError as failure:
            raise LogUnavailable(str(failure)) from failure

    async def _stamp_and_commit(
        self, connection: Connection, order: Order, facts: tuple[Fact, ...], result: AppendResult
    ) -> None:
        refs = frozenset(ref for fact in facts for ref in touched(fact))
        assert refs <= frozenset(order.reach.locked), "a fact touches rows that the command did not lock"
        if await stamp_and_commit(connection, order.envelope.key, refs, result.first, result.last) != "COMMIT":
            raise NotCommitted
        await self._interrupt(Point.COMMITTED)


def _decided(order: Order, state: State) -> Decision:
    try:
        return decide(order.command, state, order.sealer)
    except CandidateErased:
        is_theirs = not isinstance(order.command, ReviewSubmission | GrantAccommodation)
        return Refusal(Reason.INVITE_INVALID if is_theirs else Reason.CONFLICT, "The candidate's data was erased")


def _standing(facts: tuple[Fact, ...], begun: Begun) -> Executed:
    """What stands already was recorded by the append that its rows are stamped with."""
    refs = {ref for fact in facts for ref in touched(fact)}
    stamps = [row.position for ref, row in begun.rows.items() if ref in refs]
    position = max(stamps, default=begun.checkpoint)
    return Executed(facts, position, position, recorded=False)


async def _recorded(connection: Connection, key: str) -> Recorded:
    outcome = await recorded_outcome(connection, key)
    if outcome is None:
        raise SerializationError("the key went while it was read")
    return Recorded(outcome)
