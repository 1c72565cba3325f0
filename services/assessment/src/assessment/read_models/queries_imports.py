"""Import reports: scratch that a commit needs, each seen by its own employer and assessment only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.connections import Pool
from assessment.read_models.queries_reader import Reader
from assessment.read_models.scratch_tables import import_reports
from assessment.read_models.statements import compiled
from contracts.assessment.imports import ImportReport

KEPT_HOURS: Final = 48
"""A report that nobody committed by then is uploaded again."""

_ONE: Final = compiled(
    select(import_reports.c.report, import_reports.c.sealed_questions).where(
        import_reports.c.employer_id == bindparam("employer_id"),
        import_reports.c.assessment_id == bindparam("assessment_id"),
        import_reports.c.id == bindparam("import_id"),
    )
)
_KEEP: Final = compiled(
    insert(import_reports)
    .values(
        id=bindparam("import_id"),
        employer_id=bindparam("employer_id"),
        assessment_id=bindparam("assessment_id"),
        digest=bindparam("digest"),
        report=bindparam("report"),
        sealed_questions=bindparam("sealed_questions"),
    )
    .on_conflict_do_nothing()
)
_PRUNE: Final = compiled(
    delete(import_reports).where(
        import_reports.c.created_at < func.clock_timestamp() - literal(timedelta(hours=KEPT_HOURS))
    )
)


class _Document(msgspec.Struct, frozen=True):
    report: ImportReport
    errors: int


_DOCUMENT: Final = msgspec.json.Decoder(_Document)


@dataclass(frozen=True, slots=True)
class KeptReport:
    """errors: how many problems refuse something; sealed_questions: those that were accepted."""

    report: ImportReport
    errors: int
    sealed_questions: str


async def import_report(reader: Reader, employer_id: str, assessment_id: str, import_id: str) -> KeptReport | None:
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id, import_id=import_id)
    if row is None:
        return None
    document = _DOCUMENT.decode(row["report"])
    return KeptReport(document.report, document.errors, row["sealed_questions"])


async def keep_report(pool: Pool, employer_id: str, assessment_id: str, kept: KeptReport) -> None:
    """Keep a report, once, and drop those that are too old."""
    values = _KEEP.arguments(
        import_id=kept.report.id,
        employer_id=employer_id,
        assessment_id=assessment_id,
        digest=kept.report.digest,
        report=msgspec.json.encode(_Document(kept.report, kept.errors)).decode(),
        sealed_questions=kept.sealed_questions,
    )
    await pool.execute(_KEEP.text, *values)
    await pool.execute(_PRUNE.text, *_PRUNE.arguments())
