"""The vault and the scratch tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA scratch")
    _create_secrets()
    _create_candidate_keys()
    _create_projector_status()
    _create_import_reports()


def _create_secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name"),
        schema="vault",
    )


def _create_candidate_keys() -> None:
    op.create_table(
        "candidate_keys",
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("candidate_id"),
        schema="vault",
    )
    op.create_index("candidate_keys_by_employer", "candidate_keys", ["employer_id"], unique=False, schema="vault")


def _create_projector_status() -> None:
    op.create_table(
        "projector_status",
        sa.Column("one_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parked_position", sa.BigInteger(), nullable=True),
        sa.Column("parked_event_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column(
            "reported_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('following', 'parked', 'waiting')", name="projector_status_state_known"),
        sa.CheckConstraint("one_row", name="projector_status_has_one_row"),
        sa.PrimaryKeyConstraint("one_row"),
        schema="scratch",
    )


def _create_import_reports() -> None:
    op.create_table(
        "import_reports",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_questions", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="scratch",
    )
    op.create_index("import_reports_by_age", "import_reports", ["created_at"], unique=False, schema="scratch")
