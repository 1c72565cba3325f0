"""The live projection: checkpoint, keys, employers and their assessments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE SCHEMA live")
    _create_checkpoint()
    _create_command_keys()
    _create_employers()
    _create_api_keys()
    _create_assessments()
    _create_versions()
    op.execute("INSERT INTO live.checkpoint DEFAULT VALUES")


def _create_checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("one_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("log_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.CheckConstraint("one_row", name="checkpoint_has_one_row"),
        sa.CheckConstraint("position >= 0", name="checkpoint_position_in_range"),
        sa.PrimaryKeyConstraint("one_row"),
        schema="live",
    )


def _create_command_keys() -> None:
    op.create_table(
        "command_keys",
        sa.Column("key", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("first", sa.BigInteger(), nullable=True),
        sa.Column("last", sa.BigInteger(), nullable=True),
        sa.Column(
            "applied_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("key"),
        schema="live",
    )
    op.create_index("command_keys_by_age", "command_keys", ["applied_at"], unique=False, schema="live")


def _create_employers() -> None:
    op.create_table(
        "employers",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active_limit", sa.Integer(), nullable=False),
        sa.Column("active_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("active_count BETWEEN 0 AND active_limit", name="employers_active_within_limit"),
        sa.CheckConstraint("active_limit BETWEEN 0 AND 1000", name="employers_limit_in_range"),
        sa.PrimaryKeyConstraint("id"),
        schema="live",
    )


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="api_keys_of_employer"),
        sa.PrimaryKeyConstraint("sha256"),
        schema="live",
    )


def _create_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("time_limit_seconds", sa.Integer(), nullable=True),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("passing_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("shuffle", sa.Boolean(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_keys", sa.Text(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("max_points_milli", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (version IS NULL)"
            " AND (version IS NULL) = (slug IS NULL) AND (slug IS NULL) = (content_hash IS NULL)",
            name="assessments_published_is_whole",
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'closed')", name="assessments_status_known"),
        sa.CheckConstraint("grace_seconds BETWEEN 0 AND 3600", name="assessments_grace_in_range"),
        sa.CheckConstraint("max_points_milli >= 0", name="assessments_points_in_range"),
        sa.CheckConstraint("passing_percent BETWEEN 0 AND 100", name="assessments_passing_in_range"),
        sa.CheckConstraint("question_count BETWEEN 0 AND 500", name="assessments_question_count_in_range"),
        sa.CheckConstraint("time_limit_seconds BETWEEN 10 AND 604800", name="assessments_time_limit_in_range"),
        sa.ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="assessments_of_employer"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "id", name="assessments_by_employer"),
        sa.UniqueConstraint("slug", name="assessments_slug_once"),
        schema="live",
    )


def _create_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_keys", sa.Text(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("max_points_milli", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id", "assessment_id"],
            ["live.assessments.employer_id", "live.assessments.id"],
            name="versions_of_assessment",
        ),
        sa.PrimaryKeyConstraint("assessment_id", "version", name="versions_once"),
        schema="live",
    )
