"""The vault: what can't be rebuilt from the log. Backed up, never rebuilt; deleting a key erases a candidate."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text as sql,
)

from assessment.read_models.columns import identity, moment, text

VAULT: Final = "vault"
vault_metadata: Final = MetaData(schema=VAULT)

secrets: Final = Table(
    "secrets",
    vault_metadata,
    Column("name", text("name").type, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", moment("created_at").type, nullable=False, server_default=sql("clock_timestamp()")),
)

candidate_keys: Final = Table(
    "candidate_keys",
    vault_metadata,
    identity("candidate_id", primary_key=True),
    identity("employer_id"),
    Column("key", LargeBinary, nullable=True),
    Column("created_at", moment("created_at").type, nullable=False, server_default=sql("clock_timestamp()")),
    moment("erased_at", nullable=True),
    Index("candidate_keys_by_employer", "employer_id"),
)
"""key is null once the candidate was erased: the row stays, so that no new key takes the old one's place."""

mail_cursor: Final = Table(
    "mail_cursor",
    vault_metadata,
    Column("one_row", Boolean, primary_key=True, server_default=sql("true")),
    Column("position", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("one_row", name="mail_cursor_has_one_row"),
)
"""How far the log was looked through for mail that was asked for; a rebuild of the projection knows nothing of it."""

outgoing_mail: Final = Table(
    "outgoing_mail",
    vault_metadata,
    identity("event_id", primary_key=True),
    identity("employer_id"),
    identity("invite_id"),
    Column("generation", Integer, nullable=False),
    text("state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("due_at"),
    moment("asked_at"),
    text("detail", nullable=True),
    moment("settled_at", nullable=True),
    UniqueConstraint("invite_id", "generation", name="outgoing_mail_once"),
    CheckConstraint("state IN ('pending', 'sent', 'refused', 'dropped')", name="outgoing_mail_state_known"),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="outgoing_mail_settled_is_whole"),
    Index("outgoing_mail_due", "due_at", postgresql_where=sql("state = 'pending'")),
)
"""Mail by the event that asked for it: no address, no token, no text; all of that is found when it is sent."""
