"""The vault: what can't be rebuilt from the log. Backed up, never rebuilt; deleting a key erases a candidate."""

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, MetaData, Table, text as sql

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
