"""Codes that prove an address: the live projection of what was proved, and the vault's codes, budgets and claims.

Other generations go: they lack the table, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    for table in ("invites", "public_links"):
        column: sa.Column[bool] = sa.Column("verify_email", sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column(table, column, schema="live")
        op.alter_column(table, "verify_email", server_default=None, schema="live")
    _verifications()
    _mail()
    _codes()
    _claims()


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("generation >= 1", name="verifications_generation_in_range"),
        sa.ForeignKeyConstraint(["id"], ["live.invites.id"], name="verifications_of_invite"),
        sa.PrimaryKeyConstraint("id"),
        schema="live",
    )


def _mail() -> None:
    kind = sa.Column("kind", sa.Text(), server_default="link", nullable=False)
    op.add_column("outgoing_mail", kind, schema="vault")
    op.alter_column("outgoing_mail", "kind", server_default=None, schema="vault")
    op.create_check_constraint("outgoing_mail_kind_known", "outgoing_mail", "kind IN ('link', 'code')", schema="vault")
    op.drop_constraint("outgoing_mail_once", "outgoing_mail", schema="vault")
    op.create_index(
        "outgoing_mail_once",
        "outgoing_mail",
        ["invite_id", "generation"],
        unique=True,
        schema="vault",
        postgresql_where=sa.text("kind = 'link'"),
    )


def _codes() -> None:
    op.create_table(
        "address_codes",
        sa.Column("holder_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("code_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("wrong_guesses", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("wrong_guesses BETWEEN 0 AND 5", name="address_codes_guesses_in_range"),
        sa.PrimaryKeyConstraint("holder_id"),
        schema="vault",
    )
    op.create_index("address_codes_by_age", "address_codes", ["asked_at"], schema="vault")
    op.create_table(
        "code_budgets",
        sa.Column("subject_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("mailed_at", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(mailed_at) BETWEEN 1 AND 5", name="code_budgets_within_hour"),
        sa.PrimaryKeyConstraint("subject_id"),
        schema="vault",
    )
    op.create_index("code_budgets_by_age", "code_budgets", ["last_at"], schema="vault")


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("assessment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("candidate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("sealed_details", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256", name="claims_token_once"),
        schema="vault",
    )
    op.create_index("claims_by_age", "claims", ["claimed_at"], schema="vault")
