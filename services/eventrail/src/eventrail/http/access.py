"""Who may do what: a bearer token, and the scope that a route asks for; `admin` includes the others."""

from ipaddress import ip_address
from typing import Literal

from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised
from servicekit.tokens import Grants, bearer_token

Scope = Literal["append", "read", "admin"]
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


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
