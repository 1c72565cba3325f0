"""The live projection: submissions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_submissions()
    _index_submissions()


def _create_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("invite_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sitting_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("points_milli", sa.BigInteger(), nullable=False),
        sa.Column("max_points_milli", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_records", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("cause IN ('candidate', 'sweeper')", name="submissions_cause_known"),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="submissions_void_is_whole"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="submissions_percent_in_range"),
        sa.CheckConstraint("points_milli BETWEEN 0 AND max_points_milli", name="submissions_points_in_range"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "version"],
            ["live.versions.assessment_id", "live.versions.version"],
            name="submissions_of_version",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id", "candidate_id"],
            ["live.candidates.employer_id", "live.candidates.id"],
            name="submissions_of_candidate",
        ),
        sa.ForeignKeyConstraint(["sitting_id"], ["live.sittings.id"], name="submissions_of_sitting"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sitting_id", "attempt", name="submissions_one_per_attempt"),
        schema="live",
    )


def _index_submissions() -> None:
    op.create_index(
        "submissions_by_assessment", "submissions", ["assessment_id", "submitted_at", "id"], unique=False, schema="live"
    )
    op.create_index(
        "submissions_once",
        "submissions",
        ["assessment_id", "candidate_id"],
        unique=True,
        schema="live",
        postgresql_where=sa.text("voided_at IS NULL"),
    )
