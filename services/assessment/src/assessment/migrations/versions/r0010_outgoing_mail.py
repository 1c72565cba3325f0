"""The vault: mail that was asked for, and how far the log was looked through for it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "mail_cursor",
        sa.Column("one_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("one_row", name="mail_cursor_has_one_row"),
        sa.PrimaryKeyConstraint("one_row"),
        schema="vault",
    )
    op.execute("INSERT INTO vault.mail_cursor DEFAULT VALUES")
    op.create_table(
        "outgoing_mail",
        sa.Column("event_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("invite_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'refused', 'dropped')", name="outgoing_mail_state_known"),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="outgoing_mail_settled_is_whole"),
        sa.PrimaryKeyConstraint("event_id"),
        sa.UniqueConstraint("invite_id", "generation", name="outgoing_mail_once"),
        schema="vault",
    )
    op.create_index(
        "outgoing_mail_due",
        "outgoing_mail",
        ["due_at"],
        unique=False,
        schema="vault",
        postgresql_where=sa.text("state = 'pending'"),
    )
