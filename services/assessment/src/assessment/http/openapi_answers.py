"""The answer side of the OpenAPI document: bodies, headers, and problems by status."""

from collections import defaultdict
from typing import Any, Final

from assessment.http.operations import Operation, problems_of
from contracts.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemType

Described = dict[str, Any]
_ETAG: Final = {"required": True, "description": "The resource's last position, quoted.", "schema": {"type": "string"}}
_POSITION: Final = {"required": True, "description": "The position of the last event.", "schema": {"type": "integer"}}
_LOCATION: Final = {"required": True, "description": "Where the new resource is.", "schema": {"type": "string"}}
_RETRY_AFTER: Final = {"required": True, "description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
_CHALLENGE: Final = {"required": True, "description": "Bearer.", "schema": {"type": "string"}}
_TITLES: Final = {200: "As asked.", 201: "Made.", 204: "Done; there is nothing to show."}


def answers(operation: Operation, path: str) -> Described:
    """Describe every status that an operation answers with."""
    found = {status: _success(operation, status) for status in operation.answers}
    if operation.is_conditional_read:
        found[304] = {"description": "It stands as it is known.", "headers": {"ETag": _ETAG}}
    by_status: dict[int, list[ProblemType]] = defaultdict(list)
    for kind in problems_of(operation, path):
        by_status[kind.status].append(kind)
    for status, kinds in by_status.items():
        found.setdefault(status, _problem(kinds, operation.refusals.get(status, Problem)))
    return {str(status): found[status] for status in sorted(found)}


def _success(operation: Operation, status: int) -> Described:
    described: Described = {"description": _TITLES.get(status, "It can't.")}
    headers: Described = {}
    if operation.has_etag:
        headers["ETag"] = _ETAG
    if operation.is_command:
        headers["Eventrail-Position"] = _POSITION
    if status == 201 and operation.has_location:
        headers["Location"] = _LOCATION
    if headers:
        described["headers"] = headers
    struct = operation.answers[status]
    content: Described = {kind: {"schema": {"type": "string"}} for kind in operation.file_types}
    if struct is not None:
        content["application/json"] = {"schema": _reference(struct.__name__)}
    if content:
        described["content"] = content
    elif operation.is_document:
        described["content"] = {"application/json": {"schema": {"type": "object"}}}
    return described


def _problem(kinds: list[ProblemType], shape: type[Problem]) -> Described:
    """Several problems of one status share an answer; they are told apart by `type`."""
    narrowed = {"properties": {"type": {"enum": [kind.uri for kind in kinds]}}}
    described: Described = {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"allOf": [_reference(shape.__name__), narrowed]}}},
    }
    if ProblemType.UNAUTHORIZED in kinds:
        described["headers"] = {"WWW-Authenticate": _CHALLENGE}
    if kinds[0].status in (429, 503):
        described["headers"] = {"Retry-After": _RETRY_AFTER}
    return described


def _reference(name: str) -> Described:
    return {"$ref": f"#/components/schemas/{name}"}
