"""Encrypted values as they travel in events: opaque text that only the service's vault can open."""

from typing import Annotated

import msgspec

SEALED_PATTERN = r"^[a-z0-9_]+\.[A-Za-z0-9_-]+(?!\n)$"

Sealed = Annotated[str, msgspec.Meta(pattern=SEALED_PATTERN)]
"""`<scheme>.<base64url of nonce, ciphertext and tag>`; scheme `gcm1` is AES-256-GCM with a 96-bit nonce."""
