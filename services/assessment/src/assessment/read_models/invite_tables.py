"""The projection tables of invitations, of what was proved for them, and of public links."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, Table, UniqueConstraint

from assessment.read_models.columns import identity, moment, stamp, text
from assessment.read_models.live_metadata import metadata
from contracts.assessment import limits

public_links: Final = Table(
    "public_links",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    Column("enabled", Boolean, nullable=False),
    Column("max_joins", Integer, nullable=True),
    moment("expires_at", nullable=True),
    Column("joined", Integer, nullable=False),
    moment("last_joined_at", nullable=True),
    Column("verify_email", Boolean, nullable=False),
    stamp(),
    CheckConstraint(f"max_joins BETWEEN 1 AND {limits.MAX_PUBLIC_JOINS}", name="public_links_cap_in_range"),
    CheckConstraint("joined >= 0 AND joined <= max_joins", name="public_links_joined_within_cap"),
    ForeignKeyConstraint(
        ["employer_id", "id"],
        ["live.assessments.employer_id", "live.assessments.id"],
        name="public_links_of_assessment",
    ),
)

invites: Final = Table(
    "invites",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    identity("candidate_id"),
    text("token_sha256"),
    text("status"),
    text("source"),
    Column("generation", Integer, nullable=False),
    Column("verify_email", Boolean, nullable=False),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    stamp(),
    UniqueConstraint("token_sha256", name="invites_token_once"),
    CheckConstraint("status IN ('open', 'revoked')", name="invites_status_known"),
    CheckConstraint("source IN ('personal', 'public')", name="invites_source_known"),
    CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="invites_revoked_is_whole"),
    ForeignKeyConstraint(
        ["employer_id", "assessment_id"],
        ["live.assessments.employer_id", "live.assessments.id"],
        name="invites_of_assessment",
    ),
    ForeignKeyConstraint(
        ["employer_id", "candidate_id"],
        ["live.candidates.employer_id", "live.candidates.id"],
        name="invites_of_candidate",
    ),
    Index("invites_by_assessment", "assessment_id", "created_at", "id"),
)

verifications: Final = Table(
    "verifications",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    Column("generation", Integer, nullable=False),
    moment("verified_at"),
    stamp(),
    CheckConstraint("generation >= 1", name="verifications_generation_in_range"),
    ForeignKeyConstraint(["id"], ["live.invites.id"], name="verifications_of_invite"),
)
"""Its row has the invite's id, and a stamp of its own: what an invite is worth after a void is not changed by it."""
