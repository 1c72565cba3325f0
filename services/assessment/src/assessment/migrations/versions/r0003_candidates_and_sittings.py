"""The live projection: candidates, invites, sittings and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _create_candidates()
    _create_invites()
    _create_sittings()
    _create_saved_answers()


def _create_candidates() -> None:
    op.create_table(
        "candidates",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sealed_details", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="candidates_of_employer"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "id", name="candidates_by_employer"),
        schema="live",
    )


def _create_invites() -> None:
    op.create_table(
        "invites",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="invites_revoked_is_whole"),
        sa.CheckConstraint("source IN ('personal', 'public')", name="invites_source_known"),
        sa.CheckConstraint("status IN ('open', 'revoked')", name="invites_status_known"),
        sa.ForeignKeyConstraint(
            ["employer_id", "assessment_id"],
            ["live.assessments.employer_id", "live.assessments.id"],
            name="invites_of_assessment",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id", "candidate_id"],
            ["live.candidates.employer_id", "live.candidates.id"],
            name="invites_of_candidate",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256", name="invites_token_once"),
        schema="live",
    )
    op.create_index(
        "invites_by_assessment", "invites", ["assessment_id", "created_at", "id"], unique=False, schema="live"
    )


def _create_sittings() -> None:
    op.create_table(
        "sittings",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("invite_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("(state = 'started') = (submission_id IS NULL)", name="sittings_submitted_is_whole"),
        sa.CheckConstraint("state IN ('started', 'submitted', 'voided')", name="sittings_state_known"),
        sa.CheckConstraint("attempt >= 1", name="sittings_attempt_in_range"),
        sa.CheckConstraint("deadline_at > started_at", name="sittings_deadline_after_start"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "version"],
            ["live.versions.assessment_id", "live.versions.version"],
            name="sittings_of_version",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id", "assessment_id"],
            ["live.assessments.employer_id", "live.assessments.id"],
            name="sittings_of_assessment",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id", "candidate_id"],
            ["live.candidates.employer_id", "live.candidates.id"],
            name="sittings_of_candidate",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assessment_id", "candidate_id", name="sittings_one_per_candidate"),
        schema="live",
    )


def _create_saved_answers() -> None:
    op.create_table(
        "saved_answers",
        sa.Column("sitting_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("sealed_answer", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sequence BETWEEN 1 AND 9007199254740991", name="saved_answers_sequence_in_range"),
        sa.ForeignKeyConstraint(["sitting_id"], ["live.sittings.id"], name="saved_answers_of_sitting"),
        sa.PrimaryKeyConstraint("sitting_id", "attempt", "question_id", name="saved_answers_once"),
        schema="live",
    )
