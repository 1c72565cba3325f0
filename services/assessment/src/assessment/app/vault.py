"""Sealing and opening with the vault's keys: what events and tables hold of a person or a key is never clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assessment.app.candidate_keys import CandidateKeys
from assessment.app.sealing import seal, unseal
from assessment.app.secrets import Secrets

KEYS_CONTEXT: Final = "answer-keys"


class CandidateErased(Exception):  # noqa: N818 (an outcome, named for what it is)
    """Nothing can be sealed for a candidate whose key was erased."""

    def __init__(self, candidate_id: str) -> None:
        super().__init__(f"candidate {candidate_id} was erased")
        self.candidate_id = candidate_id


@dataclass(frozen=True, slots=True)
class SealedForCandidate:
    """A sealed value with what is needed to open it."""

    candidate_id: str
    context: str
    sealed: str


class VaultSealer:
    """Seals for the candidates whose keys it was given, and answer keys under their assessment's derived key."""

    def __init__(self, secrets: Secrets, candidate_keys: Mapping[str, bytes]) -> None:
        self._secrets = secrets
        self._candidate_keys = candidate_keys

    def seal_for_candidate(self, candidate_id: str, context: str, plain: bytes) -> str:
        """Raises CandidateErased where the candidate has no key."""
        key = self._candidate_keys.get(candidate_id)
        if key is None:
            raise CandidateErased(candidate_id)
        return seal(key, context, plain)

    def seal_keys(self, assessment_id: str, plain: bytes) -> str:
        return seal(self._secrets.keys_key(assessment_id), KEYS_CONTEXT, plain)


def open_keys(secrets: Secrets, assessment_id: str, sealed: str) -> bytes:
    """Raises SealBroken."""
    return unseal(secrets.keys_key(assessment_id), KEYS_CONTEXT, sealed)


class Vault:
    """Opens what was sealed; what belonged to an erased candidate opens as None."""

    def __init__(self, secrets: Secrets, candidate_keys: CandidateKeys) -> None:
        self._secrets = secrets
        self._candidate_keys = candidate_keys

    async def open_for_candidate(self, employer_id: str, candidate_id: str, context: str, sealed: str) -> bytes | None:
        """Raises SealBroken where the value is not what was sealed."""
        return (await self.open_for_candidates(employer_id, [SealedForCandidate(candidate_id, context, sealed)]))[0]

    async def open_for_candidates(self, employer_id: str, items: Sequence[SealedForCandidate]) -> list[bytes | None]:
        """Open many of an employer's, in their order, with one look into the vault."""
        keys = await self._candidate_keys.load(employer_id, (item.candidate_id for item in items))
        return [
            unseal(keys[item.candidate_id], item.context, item.sealed) if item.candidate_id in keys else None
            for item in items
        ]

    def open_keys(self, assessment_id: str, sealed: str) -> bytes:
        return open_keys(self._secrets, assessment_id, sealed)

    def seal_keys(self, assessment_id: str, plain: bytes) -> str:
        """For what is kept in scratch until it becomes an event."""
        return VaultSealer(self._secrets, {}).seal_keys(assessment_id, plain)
