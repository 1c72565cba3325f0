"""Claims: an address that was typed on a public link, kept sealed until a code proves that it is whose it seems."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assessment.app.employer_transaction import transaction
from assessment.app.errors import KeyReused
from assessment.app.sealing import seal, unseal
from assessment.app.secrets import Secrets, digest
from assessment.domain.sealing import opened_details, plain_details
from assessment.read_models.ports import Pool
from assessment.read_models.queries_access import Claim
from assessment.read_models.queries_claims import ClaimRow, keep_claim, kept_claim
from contracts.assessment.limits import CLAIM_MINUTES
from contracts.events.candidates import CandidateDetails

CLAIM_TIME: Final = timedelta(minutes=CLAIM_MINUTES)
CONTEXT: Final = "claim"


@dataclass(frozen=True, slots=True)
class Claimed:
    """fingerprint: of the request, if the client named a key."""

    claim: Claim
    details: CandidateDetails
    fingerprint: str | None


class Claims:
    """Kept for a while, and then dropped: a claim is no fact, and what it leads to is recorded once it was proved.

    It is sealed under a key of its own, since a candidate's would have to be made first for an address that is new: no
    claim takes longer than another.
    """

    def __init__(self, pool: Pool, secrets: Secrets) -> None:
        self._pool = pool
        self._secrets = secrets

    async def keep(self, claimed: Claimed, now: datetime) -> None:
        """Keep a claim, or find it kept by an earlier try. Raises KeyReused where that was another request."""
        claim = claimed.claim
        row = ClaimRow(
            id=claim.id,
            employer_id=claim.employer_id,
            assessment_id=claim.assessment_id,
            candidate_id=claim.candidate_id,
            token_sha256=digest(self._secrets.claim_token(claim.id)),
            fingerprint=claimed.fingerprint,
            sealed_details=sealed_claim(self._secrets, claim.id, claimed.details),
            expires_at=now + CLAIM_TIME,
        )
        async with transaction(self._pool, claim.employer_id) as connection:
            await keep_claim(connection, row)
            kept = await kept_claim(connection, claim.id)
        if kept is None or kept.fingerprint != claimed.fingerprint:
            raise KeyReused

    async def details(self, claim: Claim) -> CandidateDetails | None:
        """Who it was that claimed the address, as they said it; None once the claim was dropped."""
        async with transaction(self._pool, claim.employer_id) as connection:
            kept = await kept_claim(connection, claim.id)
        return None if kept is None else opened_claim(self._secrets, claim.id, kept.sealed_details)


def sealed_claim(secrets: Secrets, claim_id: str, details: CandidateDetails) -> str:
    return seal(secrets.claim_key(claim_id), CONTEXT, plain_details(details))


def opened_claim(secrets: Secrets, claim_id: str, sealed: str) -> CandidateDetails:
    """Raises SealBroken."""
    return opened_details(unseal(secrets.claim_key(claim_id), CONTEXT, sealed))
