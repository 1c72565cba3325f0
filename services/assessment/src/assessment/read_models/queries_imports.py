"""Import reports: scratch that a commit needs, each seen by its own employer and assessment only.

A report quotes what stood in the file, right answers among it, so all of it is sealed but its counts.
"""

from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.employer_scope import scope
from assessment.read_models.ports import Connection, Pool
from assessment.read_models.queries_reader import Reader
from assessment.read_models.scratch_tables import import_reports
from assessment.read_models.statements import compiled
from contracts.assessment.imports import ImportReport

KEPT_HOURS: Final = 48
"""A report that nobody committed by then is uploaded again."""

_ONE: Final = compiled(
    select(import_reports.c.sealed_questions).where(
        import_reports.c.employer_id == bindparam("employer_id"),
        import_reports.c.assessment_id == bindparam("assessment_id"),
        import_reports.c.id == bindparam("import_id"),
    )
)
_GIVEN: Final = {
    import_reports.c[name]: bindparam(parameter, type_=import_reports.c[name].type)
    for name, parameter in (
        ("id", "import_id"),
        ("assessment_id", "assessment_id"),
        ("digest", "digest"),
        ("report", "report"),
        ("sealed_questions", "sealed_questions"),
    )
}
_KEEP: Final = compiled(
    insert(import_reports)
    .from_select([import_reports.c.employer_id, *_GIVEN], select(scope().c.employer, *_GIVEN.values()))
    .on_conflict_do_nothing()
)
_PRUNE: Final = compiled(
    delete(import_reports).where(
        import_reports.c.created_at < func.clock_timestamp() - literal(timedelta(hours=KEPT_HOURS))
    )
)


async def sealed_import(reader: Reader, employer_id: str, assessment_id: str, import_id: str) -> str | None:
    """What was kept of an import, sealed as its assessment's keys are."""
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id, import_id=import_id)
    return None if row is None else row["sealed_questions"]


async def keep_import(pool: Pool, employer_id: str, assessment_id: str, report: ImportReport, sealed: str) -> None:
    """Keep an import, once."""
    values = _KEEP.arguments(
        import_id=report.id,
        employer_id=employer_id,
        assessment_id=assessment_id,
        digest=report.digest,
        report=msgspec.json.encode(report.problem_counts).decode(),
        sealed_questions=sealed,
    )
    await pool.execute(_KEEP.text, *values)


async def prune_imports(connection: Connection) -> None:
    """Drop those that are too old, of all employers."""
    await connection.execute(_PRUNE.text, *_PRUNE.arguments())
