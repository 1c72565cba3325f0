"""Who may do what: a bearer token, and the scope that a route asks for; `admin` includes the others."""

from hashlib import sha256
from ipaddress import ip_address
from typing import Final, Literal

from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised
from servicekit.tokens import MAX_TOKEN_CHARACTERS, Grants, bearer_token

Scope = Literal["append", "read", "admin"]
MAX_KNOWN_HEADERS: Final = 1_024
"""The same token may be sent with other spaces, or `bearer` in other letters."""
MAX_KNOWN_BYTES: Final = MAX_TOKEN_CHARACTERS + 64
REALM = 'Bearer realm="eventrail"'


def authorize(grants: Grants, authorization: bytes | None, scope: Scope) -> None:
    """Raises `ProblemRaised`: 401 without a known token, 403 where it lacks the scope."""
    token = bearer_token(authorization)
    if token is None:
        raise ProblemRaised(problem(ProblemType.UNAUTHORIZED), {"WWW-Authenticate": REALM})
    grant = grants.find(token)
    if grant is None:
        headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        raise ProblemRaised(problem(ProblemType.UNAUTHORIZED, "the token is not known"), headers)
    if scope not in grant.scopes and "admin" not in grant.scopes:
        headers = {"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'}
        raise ProblemRaised(problem(ProblemType.FORBIDDEN, f"the token lacks the scope {scope}"), headers)


class VerifiedTokens:
    """Authorization headers that were found good before, by their hashes: no token is kept, nor any that is not known.

    What is looked up is a hash of what the client sent, so the time of it says nothing of any token.
    """

    def __init__(self, grants: Grants) -> None:
        self._grants = grants
        self._scopes: dict[bytes, frozenset[str]] = {}

    def may(self, authorization: bytes | None, scope: Scope) -> bool:
        """Whether `authorize` would let it pass."""
        if authorization is None or len(authorization) > MAX_KNOWN_BYTES:
            return False
        key = sha256(authorization).digest()
        scopes = self._scopes.get(key)
        if scopes is None:
            token = bearer_token(authorization)
            grant = self._grants.find(token) if token is not None else None
            if grant is None:
                return False
            scopes = grant.scopes
            if len(self._scopes) < MAX_KNOWN_HEADERS:
                self._scopes[key] = scopes
        return scope in scopes or "admin" in scopes


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
