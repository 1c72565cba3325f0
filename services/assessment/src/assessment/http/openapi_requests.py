"""The request side of the OpenAPI document: addresses, parameters, headers and bodies."""

import re
from typing import Any, Final, get_args

from assessment.http.identities import IDENTITY_PATTERN
from assessment.http.operations import Operation, QueryName
from assessment.http.upload import PART
from contracts.assessment.bulk_invites import RowsMode
from contracts.assessment.invites import InviteStatus
from contracts.assessment.limits import (
    DEFAULT_PAGE_ITEMS,
    MAX_IDEMPOTENCY_KEY_CHARACTERS,
    MAX_PAGE_ITEMS,
    MAX_WAIT_SECONDS,
)
from contracts.assessment.results import SubmissionStatus

Described = dict[str, Any]
_PLACE: Final = re.compile(r"{(\w+)(?::\w+)?}")
_UUID: Final[Described] = {"type": "string", "pattern": IDENTITY_PATTERN}
_QUERY: Final[dict[QueryName, tuple[str, Described]]] = {
    "at_least": (
        f"Wait, up to {MAX_WAIT_SECONDS} s, until the projection has come to this position.",
        {"type": "integer", "minimum": 0},
    ),
    "limit": (
        "The most items of a page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_ITEMS, "default": DEFAULT_PAGE_ITEMS},
    ),
    "after": ("Only what stands behind this position of the log.", {"type": "integer", "minimum": 0, "default": 0}),
    "actor": ("Only what this actor did, as an entry names it.", {"type": "string", "pattern": "^[!-~]{1,200}$"}),
    "resource": ("Only what is about this, as an entry names it: `<kind>:<id>`.", {"type": "string"}),
    "format": (
        "`csv` downloads the questions as a file that an import takes.",
        {"type": "string", "enum": ["json", "csv"], "default": "json"},
    ),
    "mode": (
        "`all` invites everybody or nobody; `valid_rows` those whose row can be.",
        {"type": "string", "enum": list(get_args(RowsMode)), "default": "all"},
    ),
    "send": (
        "Whether each candidate is sent their link by mail, too.",
        {"type": "boolean", "default": False},
    ),
    "verify_email": (
        "Whether the links open only once a code that is mailed to the address has been entered.",
        {"type": "boolean", "default": False},
    ),
    "state": (
        "Only those in this state; `pending_review` is the queue of what waits for a person.",
        {"type": "string", "enum": list(get_args(SubmissionStatus))},
    ),
    "status": (
        "Only those whose link leads there now.",
        {"type": "string", "enum": list(get_args(InviteStatus))},
    ),
    "cursor": ("Where the page begins: `next_cursor` of the page before.", {"type": "string"}),
}
_KEY: Final[Described] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_IDEMPOTENCY_KEY_CHARACTERS,
    "pattern": "^[!-~]+$",
}


def path_of(path: str) -> str:
    """Write an address as OpenAPI does, without the kinds of its parts."""
    return _PLACE.sub(r"{\1}", path)


def parameters(operation: Operation, path: str) -> list[Described]:
    """List what an operation takes beside its body."""
    found = [_in("path", name, "", _path_schema(name)) | {"required": True} for name in _PLACE.findall(path)]
    found += [_in("query", name, *_QUERY[name]) for name in operation.query]
    if operation.idempotency != "none":
        text = "The same with each retry, which is then answered as the first time was."
        found.append(_in("header", "Idempotency-Key", text, _KEY) | {"required": operation.idempotency == "needed"})
    if operation.if_match != "none":
        text = "The ETag that was seen; refused when the resource has changed since."
        schema: Described = {"type": "string"}
        found.append(_in("header", "If-Match", text, schema) | {"required": operation.if_match == "needed"})
    if operation.is_conditional_read:
        found.append(_in("header", "If-None-Match", "The ETag that is known already.", {"type": "string"}))
    return found


def body(operation: Operation) -> Described | None:
    """Describe what an operation takes as its body."""
    if operation.file:
        schema = {
            "type": "object",
            "properties": {PART: {"type": "string", "contentMediaType": "application/octet-stream"}},
            "required": [PART],
            "additionalProperties": False,
        }
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if operation.body is None:
        return None
    reference = {"$ref": f"#/components/schemas/{operation.body.__name__}"}
    return {"required": operation.body_needed, "content": {"application/json": {"schema": reference}}}


def _in(where: str, name: str, description: str, schema: Described) -> Described:
    described: Described = {"name": name, "in": where, "schema": schema}
    return described | {"description": description} if description else described


def _path_schema(name: str) -> Described:
    """Anything may be asked for; what is no id names nothing."""
    if name == "format":
        return {"type": "string", "enum": ["csv", "xlsx"]}
    return {"type": "string"} if name == "slug" else _UUID
