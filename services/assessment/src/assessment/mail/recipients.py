"""Whom a mail goes to, opened at the moment at which it is sent."""

from typing import Final

from assessment.app.claims import opened_claim
from assessment.app.sealing import SealBroken
from assessment.domain.sealing import details_context, opened_details
from assessment.mail.means import Drop, Means
from contracts.events.candidates import CandidateDetails

BROKEN: Final = Drop("the candidate's data can't be opened")
ERASED: Final = Drop("the candidate was erased")


async def opened_candidate(means: Means, employer_id: str, candidate_id: str, sealed: str) -> CandidateDetails | Drop:
    context = details_context(candidate_id)
    try:
        plain = await means.vault.open_for_candidate(employer_id, candidate_id, context, sealed)
    except SealBroken:
        return BROKEN
    return ERASED if plain is None else opened_details(plain)


def opened_claimant(means: Means, claim_id: str, sealed: str) -> CandidateDetails | Drop:
    try:
        return opened_claim(means.secrets, claim_id, sealed)
    except SealBroken:
        return BROKEN
