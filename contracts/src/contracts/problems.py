"""The closed list of problems (RFC 9457) that the services answer with."""

from enum import Enum
from typing import Final

from contracts.wire import Message

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:eventrail:problem:"


class ProblemType(Enum):
    """A problem's stable name, its HTTP status and its title."""

    # any service
    MALFORMED = ("malformed", 400, "The request is malformed")
    UNAUTHORIZED = ("unauthorized", 401, "Valid credentials are needed")
    FORBIDDEN = ("forbidden", 403, "The credentials do not allow this")
    NOT_FOUND = ("not-found", 404, "There is no such resource")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "The resource does not know this method")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "No representation fits the Accept header")
    PAYLOAD_TOO_LARGE = ("payload-too-large", 413, "The request is over a limit")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported-media-type", 415, "The content type is not understood here")
    TOO_MANY_REQUESTS = ("too-many-requests", 429, "There were too many requests; try again later")
    INTERNAL = ("internal", 500, "The service failed; the fault is ours")
    BUSY = ("busy", 503, "The service is at its limit; try again")
    UNAVAILABLE = ("unavailable", 503, "The service can't do this now; try again")

    # Eventrail
    ID_REUSED = ("id-reused", 409, "An event id stands already in another way")
    CONDITION_FAILED = ("condition-failed", 412, "An event matches the append condition")
    APPENDS_SUSPENDED = ("appends-suspended", 503, "The log takes no appends now; reads go on")
    RANGE_DAMAGED = ("range-damaged", 500, "The log is damaged at the place asked for")
    DISK_FULL = ("disk-full", 507, "The disk is full; nothing of the append was kept")

    # the assessment service
    IDEMPOTENCY_KEY_REQUIRED = ("idempotency-key-required", 400, "The request needs an Idempotency-Key")
    IDEMPOTENCY_KEY_REUSED = ("idempotency-key-reused", 422, "The Idempotency-Key was used for another request")
    PRECONDITION_REQUIRED = ("precondition-required", 428, "The request needs If-Match")
    PRECONDITION_FAILED = ("precondition-failed", 412, "The resource has changed since")
    ACTIVE_LIMIT_REACHED = ("active-limit-reached", 409, "The employer has no active assessment left")
    NOT_A_DRAFT = ("not-a-draft", 409, "Only a draft can be changed")
    NOT_PUBLISHED = ("not-published", 409, "The assessment is not open")
    NO_QUESTIONS = ("no-questions", 409, "An assessment needs a question to be published")
    POOL_UNFIT = ("pool-unfit", 409, "A pool does not fit the questions that name it")
    CONTENT_TOO_LARGE = ("content-too-large", 413, "The assessment is over the size of one event")
    IMPORT_STALE = ("import-stale", 409, "The digest is not that of the report")
    IMPORT_REFUSED = ("import-refused", 422, "The file has problems")
    INVITE_REVOKED = ("invite-revoked", 409, "The invite has been revoked")
    ADDRESS_KNOWN = ("address-known", 409, "The address is known already; use the personal link")
    CODE_REQUIRED = ("code-required", 403, "The code that is mailed to the address must be entered first")
    CODE_REFUSED = ("code-refused", 422, "The code is not the one that was mailed, or counts no longer")
    NO_MAILER = ("no-mailer", 409, "The service sends no mail; hand the links over yourself")
    LINK_CLOSED = ("link-closed", 409, "The public link takes nobody in now")
    LINK_FULL = ("link-full", 409, "The public link has no place left")
    NOT_STARTED = ("not-started", 409, "The sitting has not been started")
    DEADLINE_PASSED = ("deadline-passed", 409, "The deadline has passed")
    ALREADY_SUBMITTED = ("already-submitted", 409, "The assessment was submitted already")
    ALREADY_VOIDED = ("already-voided", 409, "The submission is void already")
    UNKNOWN_QUESTION = ("unknown-question", 422, "The assessment has no such question")
    ANSWER_REFUSED = ("answer-refused", 422, "The answer does not fit the question")
    NOT_REVIEWABLE = ("not-reviewable", 409, "Nothing of this answer is scored by a person")
    KEY_ENDED = ("key-ended", 409, "The key was revoked or has expired")
    LAST_OWNER_KEY = ("last-owner-key", 409, "An employer keeps an owner key that does not end")
    CONFLICT = ("conflict", 409, "The request contradicts what stands")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title

    @property
    def uri(self) -> str:
        return URN + self.slug


class Problem(Message, frozen=True, omit_defaults=True):
    """A problem's body. at: JSON path, header or parameter; seen: the value there, cut to 80 characters."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    at: str = ""
    seen: str = ""
    id: str = ""
    position: int | None = None


def problem(
    kind: ProblemType,
    detail: str = "",
    *,
    at: str = "",
    seen: str = "",
    event_id: str = "",
    position: int | None = None,
    instance: str = "",
) -> Problem:
    """Make the body for a kind of problem; `seen` is cut to 80 characters."""
    return Problem(
        type=kind.uri,
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=instance,
        at=at,
        seen=seen[:80],
        id=event_id,
        position=position,
    )
