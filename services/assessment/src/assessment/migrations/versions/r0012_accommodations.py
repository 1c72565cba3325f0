"""The live projection: accommodations.

Other generations go: they lack the table, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_TERMS = (
    "CASE WHEN no_limit THEN multiplier IS NULL AND minutes IS NULL AND extra_seconds IS NULL"
    " ELSE (multiplier IS NULL) <> (minutes IS NULL) AND extra_seconds >= 0 END"
)


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    op.create_table(
        "accommodations",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("multiplier", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("no_limit", sa.Boolean(), nullable=False),
        sa.Column("extra_seconds", sa.Integer(), nullable=True),
        sa.Column("sealed_reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("multiplier > 1 AND multiplier <= 10", name="accommodations_multiplier_in_range"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 10080", name="accommodations_minutes_in_range"),
        sa.CheckConstraint(_TERMS, name="accommodations_terms_is_whole"),
        sa.ForeignKeyConstraint(
            ["employer_id", "assessment_id"],
            ["live.assessments.employer_id", "live.assessments.id"],
            name="accommodations_of_assessment",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id", "candidate_id"],
            ["live.candidates.employer_id", "live.candidates.id"],
            name="accommodations_of_candidate",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assessment_id", "candidate_id", name="accommodations_one_per_candidate"),
        schema="live",
    )
