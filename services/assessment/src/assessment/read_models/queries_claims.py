"""Claims in the vault: who typed an address on a public link; each runs in a transaction begun for one employer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from assessment.read_models.ports import Queries
from assessment.read_models.statements import compiled
from assessment.read_models.vault_tables import claims


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """fingerprint: of the request, if the client named a key."""

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    token_sha256: str
    fingerprint: str | None
    sealed_details: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptClaim:
    fingerprint: str | None
    sealed_details: str


_KEEP: Final = compiled(
    insert(claims)
    .values({**{name: bindparam(name) for name in ClaimRow.__slots__}, "claimed_at": func.clock_timestamp()})
    .on_conflict_do_nothing()
)
_KEPT: Final = compiled(
    select(claims.c.fingerprint, claims.c.sealed_details).where(claims.c.id == bindparam("claim_id"))
)


async def keep_claim(queries: Queries, row: ClaimRow) -> None:
    """Keep a claim, once."""
    await queries.execute(_KEEP.text, *_KEEP.arguments(**{name: getattr(row, name) for name in ClaimRow.__slots__}))


async def kept_claim(queries: Queries, claim_id: str) -> KeptClaim | None:
    row = await queries.fetchrow(_KEPT.text, *_KEPT.arguments(claim_id=claim_id))
    return None if row is None else KeptClaim(row["fingerprint"], row["sealed_details"])
