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
from sqlalchemy.dialects.postgresql import ARRAY

from assessment.read_models.columns import identity, moment, text
from contracts.assessment.limits import MAX_CODE_GUESSES, MAX_CODES_PER_HOUR

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
    text("kind"),
    text("state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("due_at"),
    moment("asked_at"),
    text("detail", nullable=True),
    moment("settled_at", nullable=True),
    CheckConstraint("kind IN ('link', 'code')", name="outgoing_mail_kind_known"),
    CheckConstraint("state IN ('pending', 'sent', 'refused', 'dropped')", name="outgoing_mail_state_known"),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="outgoing_mail_settled_is_whole"),
    Index("outgoing_mail_due", "due_at", postgresql_where=sql("state = 'pending'")),
    Index("outgoing_mail_once", "invite_id", "generation", unique=True, postgresql_where=sql("kind = 'link'")),
)
"""Mail by what asked for it: no address, no token, no code, no text; all of that is found when it is sent.

A link's has the event's id. A code's has the code's, its `invite_id` is what the code opens (an invite or a claim), and
its generation is 0.
"""

address_codes: Final = Table(
    "address_codes",
    vault_metadata,
    identity("holder_id", primary_key=True),
    identity("employer_id"),
    identity("code_id"),
    Column("wrong_guesses", Integer, nullable=False),
    moment("asked_at"),
    moment("expires_at"),
    CheckConstraint(f"wrong_guesses BETWEEN 0 AND {MAX_CODE_GUESSES}", name="address_codes_guesses_in_range"),
    Index("address_codes_by_age", "asked_at"),
)
"""The code that counts now, for an invite or a claim. The code itself stands nowhere: it is derived from its id."""

code_budgets: Final = Table(
    "code_budgets",
    vault_metadata,
    identity("subject_id", primary_key=True),
    identity("employer_id"),
    Column("mailed_at", ARRAY(moment("mailed_at").type), nullable=False),
    moment("last_at"),
    CheckConstraint(f"cardinality(mailed_at) BETWEEN 1 AND {MAX_CODES_PER_HOUR}", name="code_budgets_within_hour"),
    Index("code_budgets_by_age", "last_at"),
)
"""When codes were mailed in the hour before `last_at`: for an invite, or for a candidate whose address was claimed."""

claims: Final = Table(
    "claims",
    vault_metadata,
    identity("id", primary_key=True),
    identity("employer_id"),
    identity("assessment_id"),
    identity("candidate_id"),
    text("token_sha256"),
    text("fingerprint", nullable=True),
    text("sealed_details"),
    moment("claimed_at"),
    moment("expires_at"),
    UniqueConstraint("token_sha256", name="claims_token_once"),
    Index("claims_by_age", "claimed_at"),
)
"""Who typed an address on a public link and has to prove it, sealed under a key of the claim's own."""
