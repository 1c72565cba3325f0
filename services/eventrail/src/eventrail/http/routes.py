"""What each route takes and answers, as data: the OpenAPI document is made of it, and a test walks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.append import AppendRequest, AppendResult
from contracts.checkpoint import Checkpoint
from contracts.cloud_events import CLOUD_EVENT, CLOUD_EVENT_BATCH, CloudEvent
from contracts.envelope import Event
from contracts.problems import ProblemType
from contracts.store import Health, Stats
from eventrail.http.access import Scope
from eventrail.http.queries import MAX_POSITION, NEW_EVENT, READ, STREAM, Parameter

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
SSE: Final = "text/event-stream"
PEM: Final = "application/x-pem-file"
PROMETHEUS: Final = "text/plain"
OPEN_METRICS: Final = "application/openmetrics-text"

GUARDED: Final = (ProblemType.UNAUTHORIZED, ProblemType.FORBIDDEN)
WRITING: Final = (
    ProblemType.MALFORMED,
    *GUARDED,
    ProblemType.ID_REUSED,
    ProblemType.CONDITION_FAILED,
    ProblemType.PAYLOAD_TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA_TYPE,
    ProblemType.INTERNAL,
    ProblemType.BUSY,
    ProblemType.UNAVAILABLE,
    ProblemType.APPENDS_SUSPENDED,
    ProblemType.DISK_FULL,
)
READING: Final = (ProblemType.MALFORMED, *GUARDED, ProblemType.NOT_ACCEPTABLE, ProblemType.INTERNAL)


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a request or an answer."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A representation: a Struct's schema, or a text's own; `many` is a JSON array of the Struct."""

    media_type: str
    of: Any = None
    many: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Success:
    """An answer that is no problem."""

    status: int
    description: str
    content: tuple[Content, ...] = ()
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `scope` None is open to everybody."""

    method: str
    path: str
    name: str
    summary: str
    scope: Scope | None
    answers: tuple[Success, ...]
    problems: tuple[ProblemType, ...]
    query: Mapping[str, Parameter] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()
    body: tuple[Content, ...] = ()
    description: str = ""
    path_values: tuple[Header, ...] = ()


_POSITION: Final = {"type": "integer", "minimum": 0, "maximum": MAX_POSITION}
_TEXT: Final = {"type": "string"}
_LOCATION: Final = Header("Location", "Where what was appended is read.", _TEXT)
_HEAD: Final = Header("Eventrail-Head", "The log's last position when the page was read.", _POSITION)
_SCANNED: Final = Header(
    "Eventrail-Scanned", "How far a filter has looked: go on with `after` (backward: `before`) at it.", _POSITION
)
_LINK: Final = Header("Link", '`<…>; rel="next"` where there is more to look at.', _TEXT)
_ETAG: Final = Header("ETag", "The event's hash.", _TEXT)
_CACHE: Final = Header("Cache-Control", "An event never changes: a year, immutable.", _TEXT)
_LINES: Final = "The stored lines, byte for byte; each line is an Event."
_APPENDED: Final = (
    Success(201, "The events are durable and new.", (Content(JSON, AppendResult),), (_LOCATION,)),
    Success(200, "The same append stood already, at these positions.", (Content(JSON, AppendResult),), (_LOCATION,)),
)
_SCHEMA_ANSWER: Final = (Success(200, "OpenAPI 3.1.", (Content(JSON),)),)

ROUTES: Final = (
    Route(
        "POST",
        "/events",
        "appendDocument",
        "Append any JSON document as one event",
        "append",
        _APPENDED,
        WRITING,
        query=NEW_EVENT,
        body=(
            Content(JSON, description="Any JSON document; it becomes the event's `data`."),
            Content(CLOUD_EVENT, CloudEvent),
            Content(CLOUD_EVENT_BATCH, CloudEvent, many=True),
        ),
        description=(
            "The content type does not matter, as long as the body is JSON. CloudEvents are told by theirs, in binary "
            "mode by the header `ce-specversion`; of the parameters they take `tag`. A batch is one atomic append."
        ),
    ),
    Route(
        "POST",
        "/append",
        "append",
        "Append events atomically, on a condition",
        "append",
        (
            _APPENDED[0],
            Success(
                200,
                "The same append stood already. NDJSON: one AppendResult or Problem for each line, in order.",
                (Content(JSON, AppendResult), Content(NDJSON, description="AppendResult or Problem, a line each.")),
                (_LOCATION,),
            ),
        ),
        WRITING,
        body=(
            Content(JSON, AppendRequest),
            Content(NDJSON, description="One AppendRequest a line, each atomic on its own."),
        ),
    ),
    Route(
        "GET",
        "/events/{id}",
        "readEvent",
        "Read one event",
        "read",
        (
            Success(200, "The stored line.", (Content(JSON, Event), Content(CLOUD_EVENT, CloudEvent)), (_ETAG, _CACHE)),
            Success(304, "It is what If-None-Match names.", (), (_ETAG, _CACHE)),
        ),
        (*READING, ProblemType.NOT_FOUND, ProblemType.RANGE_DAMAGED),
        headers=(Header("If-None-Match", "ETags that the client holds.", _TEXT),),
        path_values=(Header("id", "The event's id.", {"type": "string", "format": "uuid"}),),
    ),
    Route(
        "GET",
        "/events",
        "readEvents",
        "Read a page of events",
        "read",
        (
            Success(
                200,
                "At most 10,000 events or 8 MiB.",
                (
                    Content(NDJSON, description=_LINES),
                    Content(JSON, Event, many=True),
                    Content(CLOUD_EVENT_BATCH, CloudEvent, many=True),
                ),
                (_HEAD, _SCANNED, _LINK),
            ),
        ),
        (*READING, ProblemType.RANGE_DAMAGED),
        query=READ,
    ),
    Route(
        "GET",
        "/events/stream",
        "streamEvents",
        "Follow events live (Server-Sent Events)",
        "read",
        (
            Success(
                200,
                "`id` is the position, `event` the type, `data` the stored line; comments are heartbeats.",
                (Content(SSE, description="Catches up, then goes live without a gap."),),
            ),
        ),
        READING,
        query=STREAM,
        headers=(Header("Last-Event-ID", "The last position seen; goes before `after`.", _POSITION),),
    ),
    Route(
        "GET",
        "/checkpoint",
        "checkpoint",
        "The durable head, signed",
        "read",
        (Success(200, "Made anew each time.", (Content(JSON, Checkpoint),)),),
        (*READING[:3], ProblemType.UNAVAILABLE),
        description="Whoever keeps it can hold the log to it later: `eventrail verify --checkpoint`.",
    ),
    Route(
        "GET",
        "/checkpoint/key",
        "checkpointKey",
        "The public key of the checkpoints",
        None,
        (Success(200, "Ed25519, SubjectPublicKeyInfo.", (Content(PEM, description="PEM."),)),),
        (ProblemType.UNAVAILABLE,),
    ),
    Route("GET", "/stats", "stats", "Totals", "read", (Success(200, "Totals.", (Content(JSON, Stats),)),), READING[:3]),
    Route(
        "GET",
        "/health/live",
        "live",
        "Whether the process serves",
        None,
        (Success(200, "It does.", (Content(JSON, Health),)),),
        (),
    ),
    Route(
        "GET",
        "/health/ready",
        "ready",
        "Whether requests may come",
        None,
        (
            Success(200, "They may; `degraded` names what does not work.", (Content(JSON, Health),)),
            Success(503, "The server is stopping.", (Content(JSON, Health),)),
        ),
        (),
    ),
    Route(
        "GET",
        "/metrics",
        "metrics",
        "Metrics for Prometheus",
        "read",
        (
            Success(
                200,
                "The text format of Prometheus, or OpenMetrics by Accept.",
                (Content(PROMETHEUS, description="Text."), Content(OPEN_METRICS, description="Text.")),
            ),
        ),
        READING[:3],
        description="Open where the server listens on a loopback address, unless a setting says otherwise.",
    ),
    Route("GET", "/schema", "schema", "This document", None, _SCHEMA_ANSWER, ()),
    Route("GET", "/schema/openapi.json", "schemaFile", "This document", None, _SCHEMA_ANSWER, ()),
)
