"""API keys with names, roles, two secrets and an end; the keys that stand are owners', without one.

Other generations go: they lack the columns, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    _count_owner_keys()
    _widen_api_keys()
    _fill_api_keys()
    _rule_api_keys()
    _create_key_uses()


def _count_owner_keys() -> None:
    op.add_column("employers", sa.Column("owner_keys", sa.Integer(), nullable=False, server_default="1"), schema="live")
    op.alter_column("employers", "owner_keys", server_default=None, schema="live")
    op.create_check_constraint("employers_keep_an_owner_key", "employers", "owner_keys >= 1", schema="live")


def _widen_api_keys() -> None:
    for column in (
        sa.Column("id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=True),
        sa.Column("previous_sha256", sa.Text(), nullable=True),
        sa.Column("previous_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("api_keys", column, schema="live")


def _fill_api_keys() -> None:
    """Each is the one that its employer was made with, and has the employer's id."""
    op.execute("UPDATE live.api_keys SET id = employer_id, name = 'First key', role = 'owner', generation = 1")
    for name in ("id", "name", "role", "generation"):
        op.alter_column("api_keys", name, nullable=False, schema="live")


def _rule_api_keys() -> None:
    op.drop_constraint("api_keys_pkey", "api_keys", schema="live")
    op.create_primary_key("api_keys_pkey", "api_keys", ["id"], schema="live")
    op.create_unique_constraint("api_keys_secret_once", "api_keys", ["sha256"], schema="live")
    op.create_unique_constraint("api_keys_previous_secret_once", "api_keys", ["previous_sha256"], schema="live")
    for name, rule in (
        ("api_keys_role_known", "role IN ('reviewer', 'author', 'owner')"),
        ("api_keys_generation_in_range", "generation >= 1"),
        ("api_keys_previous_is_whole", "(previous_sha256 IS NULL) = (previous_ends_at IS NULL)"),
    ):
        op.create_check_constraint(name, "api_keys", rule, schema="live")
    op.create_index("api_keys_by_employer", "api_keys", ["employer_id", "created_at", "id"], schema="live")


def _create_key_uses() -> None:
    op.create_table(
        "key_uses",
        sa.Column("key_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
        schema="scratch",
    )
