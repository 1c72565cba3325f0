"""Bearer tokens: parsed from the header, compared by their hashes in constant time, allowed by scope."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TOKEN_BYTES: Final = 32
MAX_TOKEN_CHARACTERS: Final = 512
_SCHEME: Final = b"bearer "


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token allows; `digest` is the SHA-256 of the token, which is itself kept nowhere."""

    name: str
    digest: bytes
    scopes: frozenset[str]


def new_token() -> str:
    """A token of 256 random bits, in the alphabet of URLs."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """A plain hash is enough for a secret of more than 112 bits."""
    return hashlib.sha256(token.encode()).digest()


def bearer_token(authorization: bytes | None) -> str | None:
    """The token of an Authorization header; None when there is none of the scheme, or it is no token."""
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    token = authorization[len(_SCHEME) :].strip(b" ")
    if not token or len(token) > MAX_TOKEN_CHARACTERS or not token.isascii() or b" " in token:
        return None
    return token.decode("ascii")


class Grants:
    """The tokens that a service knows."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._grants = tuple(grants)

    def find(self, token: str) -> Grant | None:
        """The token's grant. Every known digest is compared, so the time says nothing of which one fits."""
        wanted = digest(token)
        found: Grant | None = None
        for grant in self._grants:
            if hmac.compare_digest(grant.digest, wanted):
                found = grant
        return found
