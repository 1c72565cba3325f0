"""The projection table of accommodations; a row has the sitting's id, and is there before the sitting is."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Integer, Numeric, Table, UniqueConstraint

from assessment.read_models.columns import identity, moment, stamp, text
from assessment.read_models.live_metadata import metadata
from contracts.assessment import limits

accommodations: Final = Table(
    "accommodations",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    identity("candidate_id"),
    Column("multiplier", Numeric(4, 2), nullable=True),
    Column("minutes", Integer, nullable=True),
    Column("no_limit", Boolean, nullable=False),
    Column("extra_seconds", Integer, nullable=True),
    text("sealed_reason"),
    moment("granted_at"),
    moment("withdrawn_at", nullable=True),
    stamp(),
    UniqueConstraint("assessment_id", "candidate_id", name="accommodations_one_per_candidate"),
    CheckConstraint(
        f"multiplier > 1 AND multiplier <= {limits.MAX_MULTIPLIER}", name="accommodations_multiplier_in_range"
    ),
    CheckConstraint(f"minutes BETWEEN 1 AND {limits.MAX_EXTRA_MINUTES}", name="accommodations_minutes_in_range"),
    CheckConstraint(
        "CASE WHEN no_limit THEN multiplier IS NULL AND minutes IS NULL AND extra_seconds IS NULL"
        " ELSE (multiplier IS NULL) <> (minutes IS NULL) AND extra_seconds >= 0 END",
        name="accommodations_terms_is_whole",
    ),
    ForeignKeyConstraint(
        ["employer_id", "assessment_id"],
        ["live.assessments.employer_id", "live.assessments.id"],
        name="accommodations_of_assessment",
    ),
    ForeignKeyConstraint(
        ["employer_id", "candidate_id"],
        ["live.candidates.employer_id", "live.candidates.id"],
        name="accommodations_of_candidate",
    ),
)
