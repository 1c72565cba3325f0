"""A password as PostgreSQL keeps it, formed here, so that the password itself stands in no statement and no log."""

import base64
import hashlib
import hmac
from typing import Final

ITERATIONS: Final = 4096
SALT_BYTES: Final = 16


def verifier(password: str, salt: bytes) -> str:
    """SCRAM-SHA-256 as RFC 5803 writes it. Raises ValueError for what would have to be normalized first."""
    if not (password.isascii() and password.isprintable()):
        raise ValueError("only visible ASCII characters")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
