"""Scratch: tables that may be lost without losing a fact."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, MetaData, Table, text as sql

from assessment.read_models.columns import document, identity, moment, text

SCRATCH: Final = "scratch"
scratch_metadata: Final = MetaData(schema=SCRATCH)

projector_status: Final = Table(
    "projector_status",
    scratch_metadata,
    Column("one_row", Boolean, primary_key=True, server_default=sql("true")),
    text("state"),
    Column("head", BigInteger, nullable=False, server_default="0"),
    Column("parked_position", BigInteger, nullable=True),
    identity("parked_event_id", nullable=True),
    text("detail"),
    Column("reported_at", moment("reported_at").type, nullable=False, server_default=sql("clock_timestamp()")),
    CheckConstraint("one_row", name="projector_status_has_one_row"),
    CheckConstraint("state IN ('following', 'parked', 'waiting')", name="projector_status_state_known"),
)

key_uses: Final = Table(
    "key_uses",
    scratch_metadata,
    identity("key_id", primary_key=True),
    identity("employer_id"),
    moment("used_at"),
)

import_reports: Final = Table(
    "import_reports",
    scratch_metadata,
    identity("id", primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    text("digest"),
    document("report"),
    text("sealed_questions"),
    Column("created_at", moment("created_at").type, nullable=False, server_default=sql("clock_timestamp()")),
    Index("import_reports_by_age", "created_at"),
)
