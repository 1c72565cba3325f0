"""The submission that a review is about, opened; read by a statement of its own after the sitting's row was locked."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, select

from assessment.app.sealing import unseal
from assessment.domain.commands import Command, ReviewSubmission
from assessment.domain.sealing import notes_context, opened_notes
from assessment.domain.state import SubmissionState
from assessment.read_models.connections import Connection
from assessment.read_models.statements import compiled
from assessment.read_models.tables import submissions, versions
from contracts.events.sittings import QuestionScore
from contracts.questions import Settings

_SCORES: Final = msgspec.json.Decoder(tuple[QuestionScore, ...])
_SETTINGS: Final = msgspec.json.Decoder(Settings)
_ONE: Final = compiled(
    select(submissions.c.candidate_id, submissions.c.scores, submissions.c.sealed_notes, versions.c.settings)
    .join_from(
        submissions,
        versions,
        and_(
            versions.c.assessment_id == submissions.c.assessment_id,
            versions.c.version == submissions.c.version,
        ),
    )
    .where(submissions.c.employer_id == bindparam("employer_id"), submissions.c.id == bindparam("submission_id"))
)


async def read_reviewed(
    connection: Connection, command: Command, candidate_keys: Mapping[str, bytes]
) -> dict[str, SubmissionState]:
    """The one submission, for its review; nothing else looks at it."""
    if not isinstance(command, ReviewSubmission):
        return {}
    values = {"employer_id": command.employer_id, "submission_id": command.submission_id}
    row = await connection.fetchrow(_ONE.text, *_ONE.arguments(**values))
    if row is None:
        return {}
    passing_percent: Decimal = _SETTINGS.decode(row["settings"]).passing_percent
    notes = _notes(command.submission_id, row["sealed_notes"], candidate_keys.get(row["candidate_id"]))
    return {
        command.submission_id: SubmissionState(
            command.submission_id, _SCORES.decode(row["scores"]), passing_percent, notes
        )
    }


def _notes(submission_id: str, sealed: str | None, key: bytes | None) -> dict[str, str]:
    """None are left once the candidate was erased."""
    if sealed is None or key is None:
        return {}
    opened = opened_notes(unseal(key, notes_context(submission_id), sealed))
    return {one.question_id: one.note for one in opened}
