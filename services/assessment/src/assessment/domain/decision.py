"""What a decision can be: facts to record, a refusal with its reason, or nothing to do."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from contracts.events import Fact


class Reason(Enum):
    """Why a command is refused; the HTTP layer has the one table that gives each its problem."""

    NOT_FOUND = "not-found"
    MALFORMED = "malformed"
    PRECONDITION_FAILED = "precondition-failed"
    ACTIVE_LIMIT_REACHED = "active-limit-reached"
    NOT_A_DRAFT = "not-a-draft"
    NOT_PUBLISHED = "not-published"
    NO_QUESTIONS = "no-questions"
    POOL_UNFIT = "pool-unfit"
    CONTENT_TOO_LARGE = "content-too-large"
    ROWS_REFUSED = "rows-refused"
    INVITE_REVOKED = "invite-revoked"
    INVITE_INVALID = "invite-invalid"
    ADDRESS_KNOWN = "address-known"
    CODE_REQUIRED = "code-required"
    LINK_CLOSED = "link-closed"
    LINK_FULL = "link-full"
    NOT_STARTED = "not-started"
    DEADLINE_PASSED = "deadline-passed"
    ALREADY_SUBMITTED = "already-submitted"
    ALREADY_VOIDED = "already-voided"
    UNKNOWN_QUESTION = "unknown-question"
    ANSWER_REFUSED = "answer-refused"
    NOT_REVIEWABLE = "not-reviewable"
    KEY_ENDED = "key-ended"
    LAST_OWNER_KEY = "last-owner-key"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Refusal:
    """at: JSON path of what was wrong in the request; seen: its value, for a person to read."""

    reason: Reason
    detail: str
    at: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """Facts to record as one atomic append, in this order; never empty."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The command asks for what stands already; `facts` say what stands, and are not recorded again."""

    facts: tuple[Fact, ...]


Decision = Events | Refusal | Unchanged


class Refused(Exception):  # noqa: N818 (a refusal, no error of ours)
    """Carries a refusal out of the functions that check what a client sent; `decide` answers it as a value."""

    def __init__(self, reason: Reason, detail: str, *, at: str = "", seen: str = "") -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail, at, seen)


class Sealer(Protocol):
    """Seals what an event must not show; the same plain value in the same context gives the same sealed one."""

    def seal_for_candidate(self, candidate_id: str, context: str, plain: bytes) -> str: ...

    def seal_keys(self, assessment_id: str, plain: bytes) -> str: ...
