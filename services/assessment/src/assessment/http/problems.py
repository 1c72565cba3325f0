"""Which problem answers each reason to refuse; every refusal of this service goes through this table."""

from collections.abc import Mapping
from typing import Final

from assessment.domain.decision import Reason, Refusal
from contracts.assessment.keys import Role
from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised, malformed

__all__ = [
    "PROBLEM_OF",
    "code_required",
    "forbidden",
    "malformed",
    "not_found",
    "of_refusal",
    "refused",
    "try_again",
    "unauthorized",
]

PROBLEM_OF: Final[Mapping[Reason, ProblemType]] = {
    Reason.NOT_FOUND: ProblemType.NOT_FOUND,
    Reason.MALFORMED: ProblemType.MALFORMED,
    Reason.PRECONDITION_FAILED: ProblemType.PRECONDITION_FAILED,
    Reason.ACTIVE_LIMIT_REACHED: ProblemType.ACTIVE_LIMIT_REACHED,
    Reason.NOT_A_DRAFT: ProblemType.NOT_A_DRAFT,
    Reason.NOT_PUBLISHED: ProblemType.NOT_PUBLISHED,
    Reason.NO_QUESTIONS: ProblemType.NO_QUESTIONS,
    Reason.POOL_UNFIT: ProblemType.POOL_UNFIT,
    Reason.CONTENT_TOO_LARGE: ProblemType.CONTENT_TOO_LARGE,
    Reason.ROWS_REFUSED: ProblemType.IMPORT_REFUSED,
    Reason.INVITE_REVOKED: ProblemType.INVITE_REVOKED,
    Reason.INVITE_INVALID: ProblemType.UNAUTHORIZED,
    Reason.ADDRESS_KNOWN: ProblemType.ADDRESS_KNOWN,
    Reason.CODE_REQUIRED: ProblemType.CODE_REQUIRED,
    Reason.LINK_CLOSED: ProblemType.LINK_CLOSED,
    Reason.LINK_FULL: ProblemType.LINK_FULL,
    Reason.NOT_STARTED: ProblemType.NOT_STARTED,
    Reason.DEADLINE_PASSED: ProblemType.DEADLINE_PASSED,
    Reason.ALREADY_SUBMITTED: ProblemType.ALREADY_SUBMITTED,
    Reason.ALREADY_VOIDED: ProblemType.ALREADY_VOIDED,
    Reason.UNKNOWN_QUESTION: ProblemType.UNKNOWN_QUESTION,
    Reason.ANSWER_REFUSED: ProblemType.ANSWER_REFUSED,
    Reason.NOT_REVIEWABLE: ProblemType.NOT_REVIEWABLE,
    Reason.KEY_ENDED: ProblemType.KEY_ENDED,
    Reason.LAST_OWNER_KEY: ProblemType.LAST_OWNER_KEY,
    Reason.CONFLICT: ProblemType.CONFLICT,
}

CREDENTIALS_REFUSED: Final = "Send a valid token as Authorization: Bearer."
CODE_NEEDED: Final = "Ask for a code by POST /v1/take/code, and enter it."
NOTHING_HERE: Final = "There is nothing at this address."


def refused(kind: ProblemType, detail: str = "", *, at: str = "", seen: str = "") -> ProblemRaised:
    """Make the exception for a kind of problem."""
    return ProblemRaised(problem(kind, detail, at=at, seen=seen))


def unauthorized() -> ProblemRaised:
    """Answer missing, unknown, expired and revoked credentials alike."""
    return ProblemRaised(problem(ProblemType.UNAUTHORIZED, CREDENTIALS_REFUSED), {"WWW-Authenticate": "Bearer"})


def forbidden(role: Role, needed: Role) -> ProblemRaised:
    """Answer a key whose role does not include what is asked for."""
    return refused(ProblemType.FORBIDDEN, f"The key's role is {role}; this needs {needed}.", at="role", seen=role)


def code_required() -> ProblemRaised:
    """Answer whoever has to prove an address first; what stands behind it is not looked at."""
    return refused(ProblemType.CODE_REQUIRED, CODE_NEEDED)


def not_found() -> ProblemRaised:
    """Answer what is missing and what is somebody else's alike."""
    return refused(ProblemType.NOT_FOUND, NOTHING_HERE)


def of_refusal(refusal: Refusal) -> ProblemRaised:
    """Turn the domain's refusal into its problem."""
    kind = PROBLEM_OF[refusal.reason]
    if kind is ProblemType.UNAUTHORIZED:
        return unauthorized()
    if kind is ProblemType.NOT_FOUND:
        return not_found()
    if kind is ProblemType.CODE_REQUIRED:
        return code_required()
    return refused(kind, refusal.detail, at=refusal.at, seen=refusal.seen)


def try_again(kind: ProblemType, detail: str, retry_after_seconds: float) -> ProblemRaised:
    """Make a 429 or 503 that says when to come back, in whole seconds and at least one."""
    assert kind.status in (429, 503), f"{kind.slug} is no reason to try again"
    return ProblemRaised(problem(kind, detail), {"Retry-After": str(max(1, round(retry_after_seconds)))})
