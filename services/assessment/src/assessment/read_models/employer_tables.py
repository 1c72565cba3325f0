"""The projection tables of employers and their API keys."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from assessment.read_models.columns import identity, moment, stamp, text
from assessment.read_models.live_metadata import metadata
from contracts.assessment import limits

employers: Final = Table(
    "employers",
    metadata,
    identity(primary_key=True),
    text("name"),
    Column("active_limit", Integer, nullable=False),
    Column("active_count", Integer, nullable=False, server_default="0"),
    Column("owner_keys", Integer, nullable=False),
    moment("created_at"),
    stamp(),
    CheckConstraint(f"active_limit BETWEEN 0 AND {limits.MAX_ACTIVE_LIMIT}", name="employers_limit_in_range"),
    CheckConstraint("active_count BETWEEN 0 AND active_limit", name="employers_active_within_limit"),
    CheckConstraint("owner_keys >= 1", name="employers_keep_an_owner_key"),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    identity(primary_key=True),
    identity("employer_id"),
    text("name"),
    text("role"),
    Column("generation", Integer, nullable=False),
    text("sha256"),
    text("previous_sha256", nullable=True),
    moment("previous_ends_at", nullable=True),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    UniqueConstraint("sha256", name="api_keys_secret_once"),
    UniqueConstraint("previous_sha256", name="api_keys_previous_secret_once"),
    CheckConstraint("role IN ('reviewer', 'author', 'owner')", name="api_keys_role_known"),
    CheckConstraint("generation >= 1", name="api_keys_generation_in_range"),
    CheckConstraint("(previous_sha256 IS NULL) = (previous_ends_at IS NULL)", name="api_keys_previous_is_whole"),
    ForeignKeyConstraint(["employer_id"], ["live.employers.id"], name="api_keys_of_employer"),
    Index("api_keys_by_employer", "employer_id", "created_at", "id"),
)
