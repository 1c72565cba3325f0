"""Sealed values: AES-256-GCM with a nonce derived from what is sealed, so that a retry forms the same bytes."""

import base64
import binascii
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME: Final = "gcm1"
NONCE_BYTES: Final = 12


class SealBroken(Exception):  # noqa: N818 (an outcome, named for what it is)
    """A sealed value does not open: another key, another context, or changed bytes."""


def seal(key: bytes, context: str, plain: bytes) -> str:
    """`gcm1.<base64url of nonce, ciphertext and tag>`; the context is authenticated, and needed to open it."""
    bound = context.encode()
    nonce = hmac.digest(key, b"nonce\0" + bound + b"\0" + plain, "sha256")[:NONCE_BYTES]
    sealed = nonce + AESGCM(key).encrypt(nonce, plain, bound)
    return f"{SCHEME}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def unseal(key: bytes, context: str, sealed: str) -> bytes:
    """The plain value. Raises SealBroken."""
    scheme, _, text = sealed.partition(".")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if scheme != SCHEME:
            raise SealBroken(f"unknown scheme of a sealed value: {scheme[:16]!r}")
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
    except (InvalidTag, binascii.Error, ValueError) as failure:
        raise SealBroken("a sealed value does not open") from failure
