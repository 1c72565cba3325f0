"""A sitting's saved answers, opened; they came with its row, or are read by a statement of their own after its lock."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from assessment.app.sealing import unseal
from assessment.domain.commands import Command, SaveGivenAnswer, SubmitSitting
from assessment.domain.sealing import answer_context, opened_answer
from assessment.domain.state import SavedState, SittingState
from assessment.read_models.boundary_rows import Begun
from assessment.read_models.connections import Connection
from assessment.read_models.statements import compiled
from assessment.read_models.tables import saved_answers
from contracts.wire import Instant, Message

_SAVED: Final = compiled(
    select(
        saved_answers.c.question_id,
        saved_answers.c.sequence,
        saved_answers.c.sealed_answer,
        saved_answers.c.saved_at,
    ).where(saved_answers.c.sitting_id == bindparam("sitting_id"), saved_answers.c.attempt == bindparam("attempt"))
)


class SavedRow(Message, frozen=True):
    question_id: str
    sequence: int
    sealed_answer: str
    saved_at: Instant


_ROWS: Final = msgspec.json.Decoder(tuple[SavedRow, ...])

Saved = dict[str, dict[str, SavedState]]
"""By sitting, then by question."""


def needs_saved(command: Command) -> bool:
    """A save and a submission look at them, and nothing else does."""
    return isinstance(command, SubmitSitting | SaveGivenAnswer)


async def read_saved(
    connection: Connection, begun: Begun, sittings: Sequence[SittingState], candidate_keys: Mapping[str, bytes]
) -> Saved:
    """All of each attempt's, where they were asked for when the command began.

    Where somebody changed the sitting between that statement's snapshot and its lock, they are read again.
    """
    found: Saved = {}
    for sitting in sittings:
        came = begun.saved.get(sitting.id)
        if came is None:
            continue
        is_current = came.position == sitting.position
        rows = _ROWS.decode(came.document) if is_current else await _rows(connection, sitting)
        key = candidate_keys.get(sitting.candidate_id)
        if key is not None:
            found[sitting.id] = {row.question_id: _opened(sitting, row, key) for row in rows}
    return found


async def _rows(connection: Connection, sitting: SittingState) -> list[SavedRow]:
    rows = await connection.fetch(_SAVED.text, *_SAVED.arguments(sitting_id=sitting.id, attempt=sitting.attempt))
    return [SavedRow(**row) for row in rows]


def _opened(sitting: SittingState, row: SavedRow, key: bytes) -> SavedState:
    context = answer_context(sitting.id, sitting.attempt, row.question_id)
    return SavedState(row.sequence, opened_answer(unseal(key, context, row.sealed_answer)), row.saved_at)
