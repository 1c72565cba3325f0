"""What each operation takes and answers: declared beside its handler, obeyed at run time, and shown in OpenAPI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from litestar.handlers import HTTPRouteHandler

from contracts.assessment.keys import Role
from contracts.assessment.limits import MAX_BODY_BYTES
from contracts.problems import Problem, ProblemType
from contracts.wire import Message, Request as RequestBody

OPERATION: Final = "operation"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Actor = Literal["operator", "employer", "candidate", "anyone"]
QueryName = Literal[
    "at_least",
    "limit",
    "cursor",
    "after",
    "actor",
    "resource",
    "format",
    "mode",
    "send",
    "state",
    "status",
    "verify_email",
]

PAGE: Final[tuple[QueryName, ...]] = ("limit", "cursor", "at_least")
FRESH: Final[tuple[QueryName, ...]] = ("at_least",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one resource.

    role: the least role of an API key that may do it; every operation of an employer names one
    answers: Struct by status, None where there is no body
    idempotency: whether Idempotency-Key is taken; if_match: whether the resource's ETag is
    records: whether what it does is recorded in the log; a body alone may ask for an answer only
    file: the body is multipart with one part `file`
    file_types: the media types of what may be downloaded with status 200, beside its answer there if it has one
    problems: those of its own, beside what `problems_of` adds for every operation of its kind
    refusals: the shape of problems by status where it says more than a problem does
    proves: whether it is how a candidate proves an address; every other operation waits for that where it is needed
    """

    id: str
    summary: str
    actor: Actor
    answers: Mapping[int, type[Message] | None]
    role: Role | None = None
    body: type[RequestBody] | None = None
    body_needed: bool = True
    records: bool = True
    file: bool = False
    max_body_bytes: int = MAX_BODY_BYTES
    query: tuple[QueryName, ...] = ()
    idempotency: Literal["none", "taken", "needed"] = "none"
    if_match: Literal["none", "taken", "needed"] = "none"
    has_etag: bool = False
    has_location: bool = False
    is_document: bool = False
    file_types: tuple[str, ...] = ()
    problems: tuple[ProblemType, ...] = ()
    refusals: Mapping[int, type[Problem]] = field(default_factory=dict)
    proves: bool = False
    query_names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = "an employer's operation names the least role that may do it, and no other one does"
        assert (self.role is not None) == (self.actor == "employer"), f"{self.id}: {named}"
        object.__setattr__(self, "query_names", frozenset(self.query))

    @property
    def has_body(self) -> bool:
        return self.body is not None or self.file

    @property
    def is_command(self) -> bool:
        """Tell whether it is recorded in the log; a dry run, which is done again without harm, is not."""
        has_change = self.body is not None or self.if_match == "needed" or (self.file and self.idempotency == "needed")
        return self.records and has_change

    @property
    def is_conditional_read(self) -> bool:
        return self.has_etag and not self.is_command


def endpoint(method: Method, path: str, operation: Operation) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Declare a handler; its operation travels with it. Handlers set their statuses themselves."""
    return HTTPRouteHandler(path, http_method=method, opt={OPERATION: operation}, status_code=200)


def problems_of(operation: Operation, path: str) -> tuple[ProblemType, ...]:
    """Every problem that the operation may answer with, by status and name."""
    found = {ProblemType.MALFORMED, ProblemType.INTERNAL, ProblemType.BUSY, ProblemType.UNAVAILABLE}
    found |= set(operation.problems)
    found |= _problems_of_asking(operation, path)
    if "{" in path:
        found.add(ProblemType.NOT_FOUND)
    if operation.is_command:
        found.add(ProblemType.CONFLICT)
    if operation.has_body:
        found |= {ProblemType.PAYLOAD_TOO_LARGE, ProblemType.UNSUPPORTED_MEDIA_TYPE}
    if operation.idempotency != "none":
        found.add(ProblemType.IDEMPOTENCY_KEY_REUSED)
    if operation.idempotency == "needed":
        found.add(ProblemType.IDEMPOTENCY_KEY_REQUIRED)
    if operation.if_match != "none":
        found.add(ProblemType.PRECONDITION_FAILED)
    if operation.if_match == "needed":
        found.add(ProblemType.PRECONDITION_REQUIRED)
    return tuple(sorted(found, key=lambda kind: (kind.status, kind.slug)))


def _problems_of_asking(operation: Operation, path: str) -> set[ProblemType]:
    """What may be answered before anything is looked at but who asks, and how often."""
    found: set[ProblemType] = set()
    if operation.actor != "anyone":
        found.add(ProblemType.UNAUTHORIZED)
    if operation.actor != "anyone" or path.startswith("/v1/"):
        found.add(ProblemType.TOO_MANY_REQUESTS)
    if operation.role is not None:
        found.add(ProblemType.FORBIDDEN)
    if operation.actor == "candidate" and not operation.proves:
        found.add(ProblemType.CODE_REQUIRED)
    return found
