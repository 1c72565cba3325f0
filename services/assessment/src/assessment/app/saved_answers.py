"""A sitting's saved answers, opened; read by a statement of their own after the sitting's row was locked."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.app.sealing import unseal
from assessment.domain.commands import Command, SaveGivenAnswer, SubmitSitting
from assessment.domain.sealing import answer_context, opened_answer
from assessment.domain.state import SavedState, SittingState
from assessment.read_models.connections import Connection
from assessment.read_models.statements import compiled
from assessment.read_models.tables import saved_answers

_ids = bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))
_SAVED: Final = compiled(
    select(
        saved_answers.c.sitting_id,
        saved_answers.c.attempt,
        saved_answers.c.question_id,
        saved_answers.c.sequence,
        saved_answers.c.sealed_answer,
        saved_answers.c.saved_at,
    ).where(saved_answers.c.sitting_id == any_(_ids))
)

Saved = dict[str, dict[str, SavedState]]
"""By sitting, then by question."""


async def read_saved(
    connection: Connection,
    command: Command,
    sittings: Sequence[SittingState],
    candidate_keys: Mapping[str, bytes],
) -> Saved:
    """All of the attempt's, for a save and a submission; nothing else looks at them."""
    if not sittings or not isinstance(command, SubmitSitting | SaveGivenAnswer):
        return {}
    by_id = {sitting.id: sitting for sitting in sittings}
    rows = await connection.fetch(_SAVED.text, *_SAVED.arguments(ids=sorted(by_id)))
    found: Saved = {}
    for row in rows:
        sitting = by_id[row["sitting_id"]]
        key = candidate_keys.get(sitting.candidate_id)
        if key is None or row["attempt"] != sitting.attempt:
            continue
        context = answer_context(sitting.id, sitting.attempt, row["question_id"])
        answer = opened_answer(unseal(key, context, row["sealed_answer"]))
        found.setdefault(sitting.id, {})[row["question_id"]] = SavedState(row["sequence"], answer, row["saved_at"])
    return found
