"""What is derived from the server's secret: tokens, API keys, slugs and ids, so that a retry can answer them again.

Each purpose has its own HMAC-SHA256 message, so one value says nothing of another. Only digests are recorded.
"""

import base64
import hashlib
import hmac
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.assessment.limits import CODE_DIGITS

SECRET_BYTES: Final = 32
SLUG_CHARACTERS: Final = 16
API_KEY_PREFIX: Final = "er_live_"


class Secrets:
    """Derivations from one server secret of 32 bytes."""

    def __init__(self, server_secret: bytes) -> None:
        assert len(server_secret) == SECRET_BYTES, "the server secret has 32 bytes"
        self._server_secret = server_secret

    def api_key(self, key_id: str, generation: int) -> str:
        """A key's secret; the first one is derived from its id alone, and has been since there were no others."""
        later = (str(generation),) if generation > 1 else ()
        return API_KEY_PREFIX + _text(self._derive("api-key", key_id, *later))

    def invite_token(self, invite_id: str, generation: int) -> str:
        return _text(self._derive("invite-token", invite_id, str(generation)))

    def claim_token(self, claim_id: str) -> str:
        """Of the form of an invite's token, so that nothing tells one from the other."""
        return _text(self._derive("claim-token", claim_id))

    def address_code(self, code_id: str) -> str:
        """The digits that are mailed; as likely as any others."""
        number = int.from_bytes(self._derive("address-code", code_id)) % 10**CODE_DIGITS
        return f"{number:0{CODE_DIGITS}}"

    def slug(self, assessment_id: str) -> str:
        """Lower-case letters and digits, 80 bits: not to be guessed, and fit for a URL."""
        return base64.b32encode(self._derive("slug", assessment_id)).decode().lower()[:SLUG_CHARACTERS]

    def candidate_id(self, employer_id: str, normalized_address: str) -> str:
        """One id for each employer and address, that does not tell the address (UUID version 8)."""
        number = int.from_bytes(self._derive("candidate", employer_id, normalized_address)[:16])
        number = number & ~(0xF << 76) | 8 << 76
        return str(UUID(int=number & ~(0x3 << 62) | 0x2 << 62))

    def keys_key(self, assessment_id: str) -> bytes:
        """The AES-256 key that an assessment's answer keys are sealed under."""
        return self._sealing_key("answer-keys", assessment_id)

    def claim_key(self, claim_id: str) -> bytes:
        """The AES-256 key that a claim is sealed under until it is proved or over."""
        return self._sealing_key("claim", claim_id)

    def _sealing_key(self, purpose: str, owner_id: str) -> bytes:
        info = f"{purpose}\n{owner_id}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._server_secret)

    def _derive(self, purpose: str, *parts: str) -> bytes:
        assert not any("\n" in part for part in parts[:-1]), "only the last part may hold a line feed"
        return hmac.digest(self._server_secret, "\n".join((purpose, *parts)).encode(), "sha256")


def digest(token: str) -> str:
    """The SHA-256 that is recorded in a token's place, as 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
