"""The projection tables: rebuilt from the log, with the rules that PostgreSQL guards as named constraints.

They stand in schema `live`; a rebuild makes the same tables in schema `next`. Rows of boundaries carry `position`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text as sql,
)

from assessment.read_models.accommodation_tables import accommodations
from assessment.read_models.columns import document, identity, moment, stamp, text
from assessment.read_models.employer_tables import api_keys, employers
from assessment.read_models.invite_tables import invites, public_links, verifications
from assessment.read_models.live_metadata import LIVE, metadata
from contracts.assessment import limits

__all__ = [
    "LIVE",
    "accommodations",
    "api_keys",
    "assessments",
    "candidates",
    "checkpoint",
    "command_keys",
    "employers",
    "invites",
    "metadata",
    "public_links",
    "saved_answers",
    "sittings",
    "submissions",
    "verifications",
    "versions",
]

checkpoint: Final = Table(
    "checkpoint",
    metadata,
    Column("one_row", Boolean, primary_key=True, server_default=sql("true")),
    identity("log_id", nullable=True),
    Column("position", BigInteger, nullable=False, server_default="0"),
    text("hash", nullable=True),
    CheckConstraint("one_row", name="checkpoint_has_one_row"),
    CheckConstraint("position >= 0", name="checkpoint_position_in_range"),
)

command_keys: Final = Table(
    "command_keys",
    metadata,
    identity("key", primary_key=True),
    text("fingerprint", nullable=True),
    Column("first", BigInteger, nullable=True),
    Column("last", BigInteger, nullable=True),
    Column("applied_at", moment("applied_at").type, nullable=False, server_default=sql("clock_timestamp()")),
    Index("command_keys_by_age", "applied_at"),
)

assessments: Final = Table(
    "assessments",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    text("status"),
    text("title"),
    text("instructions"),
    Column("time_limit_seconds", Integer, nullable=True),
    Column("grace_seconds", Integer, nullable=False),
    Column("passing_percent", Numeric(5, 2), nullable=False),
    Column("shuffle", Boolean, nullable=False),
    Column("shuffle_options", Boolean, nullable=True),
    document("pools"),
    document("questions"),
    text("sealed_keys"),
    Column("key_version", Integer, nullable=False),
    Column("question_count", Integer, nullable=False),
    Column("max_points_milli", BigInteger, nullable=False),
    text("slug", nullable=True),
    Column("version", Integer, nullable=True),
    text("content_hash", nullable=True),
    moment("created_at"),
    moment("published_at", nullable=True),
    moment("closed_at", nullable=True),
    stamp(),
    UniqueConstraint("employer_id", "id", name="assessments_by_employer"),
    UniqueConstraint("slug", name="assessments_slug_once"),
    ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="assessments_of_employer"),
    CheckConstraint("status IN ('draft', 'published', 'closed')", name="assessments_status_known"),
    CheckConstraint(
        f"time_limit_seconds BETWEEN {limits.MIN_TIME_LIMIT_SECONDS} AND {limits.MAX_TIME_LIMIT_SECONDS}",
        name="assessments_time_limit_in_range",
    ),
    CheckConstraint(f"grace_seconds BETWEEN 0 AND {limits.MAX_GRACE_SECONDS}", name="assessments_grace_in_range"),
    CheckConstraint("passing_percent BETWEEN 0 AND 100", name="assessments_passing_in_range"),
    CheckConstraint(f"question_count BETWEEN 0 AND {limits.MAX_QUESTIONS}", name="assessments_question_count_in_range"),
    CheckConstraint("max_points_milli >= 0", name="assessments_points_in_range"),
    CheckConstraint(
        "(status = 'draft') = (version IS NULL)"
        " AND (version IS NULL) = (slug IS NULL) AND (slug IS NULL) = (content_hash IS NULL)",
        name="assessments_published_is_whole",
    ),
)

versions: Final = Table(
    "versions",
    metadata,
    identity("assessment_id"),
    Column("version", Integer, nullable=False),
    identity("employer_id"),
    text("content_hash"),
    document("settings"),
    document("questions"),
    text("sealed_keys"),
    Column("key_version", Integer, nullable=False),
    Column("max_points_milli", BigInteger, nullable=False),
    moment("published_at"),
    PrimaryKeyConstraint("assessment_id", "version", name="versions_once"),
    ForeignKeyConstraint(
        ["employer_id", "assessment_id"],
        ["live.assessments.employer_id", "live.assessments.id"],
        name="versions_of_assessment",
    ),
)

candidates: Final = Table(
    "candidates",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    text("sealed_details"),
    moment("created_at"),
    stamp(),
    UniqueConstraint("employer_id", "id", name="candidates_by_employer"),
    ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="candidates_of_employer"),
)

sittings: Final = Table(
    "sittings",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    identity("candidate_id"),
    identity("invite_id"),
    text("state"),
    Column("attempt", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    moment("started_at"),
    moment("deadline_at", nullable=True),
    Column("grace_seconds", Integer, nullable=False),
    moment("closes_at", nullable=True),
    Column("seed", BigInteger, nullable=False),
    document("question_ids"),
    identity("submission_id", nullable=True),
    stamp(),
    UniqueConstraint("assessment_id", "candidate_id", name="sittings_one_per_candidate"),
    CheckConstraint("state IN ('started', 'submitted', 'voided')", name="sittings_state_known"),
    CheckConstraint("attempt >= 1", name="sittings_attempt_in_range"),
    CheckConstraint("deadline_at > started_at", name="sittings_deadline_after_start"),
    CheckConstraint("(state = 'started') = (submission_id IS NULL)", name="sittings_submitted_is_whole"),
    CheckConstraint("(closes_at IS NULL) = (deadline_at IS NULL)", name="sittings_closing_is_whole"),
    CheckConstraint("closes_at >= deadline_at", name="sittings_closing_after_deadline"),
    ForeignKeyConstraint(
        ["assessment_id", "version"],
        ["live.versions.assessment_id", "live.versions.version"],
        name="sittings_of_version",
    ),
    ForeignKeyConstraint(
        ["employer_id", "assessment_id"],
        ["live.assessments.employer_id", "live.assessments.id"],
        name="sittings_of_assessment",
    ),
    ForeignKeyConstraint(
        ["employer_id", "candidate_id"],
        ["live.candidates.employer_id", "live.candidates.id"],
        name="sittings_of_candidate",
    ),
    Index("sittings_due", "closes_at", "id", postgresql_where=sql("state = 'started'")),
)

saved_answers: Final = Table(
    "saved_answers",
    metadata,
    identity("sitting_id"),
    Column("attempt", Integer, nullable=False),
    identity("question_id"),
    identity("employer_id"),
    Column("sequence", BigInteger, nullable=False),
    text("sealed_answer"),
    moment("saved_at"),
    PrimaryKeyConstraint("sitting_id", "attempt", "question_id", name="saved_answers_once"),
    CheckConstraint(f"sequence BETWEEN 1 AND {limits.MAX_SEQUENCE}", name="saved_answers_sequence_in_range"),
    ForeignKeyConstraint(["sitting_id"], ["live.sittings.id"], name="saved_answers_of_sitting"),
)

submissions: Final = Table(
    "submissions",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    identity("candidate_id"),
    identity("invite_id"),
    identity("sitting_id"),
    Column("attempt", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("points_milli", BigInteger, nullable=False),
    Column("max_points_milli", BigInteger, nullable=False),
    Column("percent", Numeric(5, 2), nullable=False),
    Column("passed", Boolean, nullable=True),
    document("scores"),
    text("sealed_records"),
    text("cause"),
    moment("submitted_at"),
    moment("voided_at", nullable=True),
    text("void_reason", nullable=True),
    moment("reviewed_at", nullable=True),
    text("sealed_notes", nullable=True),
    UniqueConstraint("sitting_id", "attempt", name="submissions_one_per_attempt"),
    CheckConstraint("points_milli BETWEEN 0 AND max_points_milli", name="submissions_points_in_range"),
    CheckConstraint("percent BETWEEN 0 AND 100", name="submissions_percent_in_range"),
    CheckConstraint("cause IN ('candidate', 'sweeper')", name="submissions_cause_known"),
    CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="submissions_void_is_whole"),
    CheckConstraint("(reviewed_at IS NULL) = (sealed_notes IS NULL)", name="submissions_review_is_whole"),
    ForeignKeyConstraint(["sitting_id"], ["live.sittings.id"], name="submissions_of_sitting"),
    ForeignKeyConstraint(
        ["assessment_id", "version"],
        ["live.versions.assessment_id", "live.versions.version"],
        name="submissions_of_version",
    ),
    ForeignKeyConstraint(
        ["employer_id", "candidate_id"],
        ["live.candidates.employer_id", "live.candidates.id"],
        name="submissions_of_candidate",
    ),
    Index(
        "submissions_once",
        "assessment_id",
        "candidate_id",
        unique=True,
        postgresql_where=sql("voided_at IS NULL"),
    ),
    Index("submissions_by_assessment", "assessment_id", "submitted_at", "id"),
)
