"""The OpenAPI 3.1 document, made of the routes' table and the contracts' Structs."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from contracts.append import AppendRequest, AppendResult
from contracts.checkpoint import Checkpoint
from contracts.cloud_events import CloudEvent
from contracts.envelope import Event
from contracts.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemType
from contracts.store import Health, Stats
from eventrail.http.problems import RETRY_SECONDS
from eventrail.http.queries import Parameter
from eventrail.http.routes import ROUTES, Content, Header, Route, Success

_STRUCTS: Final = (AppendRequest, AppendResult, Checkpoint, CloudEvent, Event, Health, Problem, Stats)
_REFERENCES: Final = "#/components/schemas/{name}"


def document() -> dict[str, Any]:
    """The same on every call: it is kept golden."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in ROUTES:
        paths[route.path][route.method.lower()] = _operation(route)
    _, schemas = msgspec.json.schema_components(_STRUCTS, ref_template=_REFERENCES)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Eventrail",
            "version": "1",
            "description": "An append-only event store. Every error is a problem (RFC 9457) of a closed list.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(paths),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary}
    if route.description:
        operation["description"] = route.description
    parameters = [*map(_path_value, route.path_values), *map(_query, route.query.values()), *map(_in, route.headers)]
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": _content(route.body)}
    operation["responses"] = {str(answer.status): _answer(answer) for answer in route.answers} | _problems(route)
    operation["security"] = [] if route.scope is None else [{"token": [route.scope]}]
    return operation


def _query(parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {"name": parameter.name, "in": "query", "description": parameter.description}
    if parameter.most == 1:
        return described | {"schema": dict(parameter.schema)}
    schema = {"type": "array", "items": dict(parameter.schema), "maxItems": parameter.most}
    return described | {"schema": schema, "style": "form", "explode": True}


def _in(header: Header) -> dict[str, Any]:
    return {"name": header.name, "in": "header", "description": header.description, "schema": dict(header.schema)}


def _path_value(value: Header) -> dict[str, Any]:
    return _in(value) | {"in": "path", "required": True}


def _content(contents: Iterable[Content]) -> dict[str, Any]:
    return {content.media_type: {"schema": _schema(content)} for content in contents}


def _schema(content: Content) -> dict[str, Any]:
    if content.of is None:
        text = {} if content.media_type == "application/json" else {"type": "string"}
        return text | ({"description": content.description} if content.description else {})
    reference = {"$ref": _REFERENCES.format(name=content.of.__name__)}
    return {"type": "array", "items": reference} if content.many else reference


def _answer(answer: Success) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = _headers(answer.headers)
    if answer.content:
        described["content"] = _content(answer.content)
    return described


def _headers(headers: Iterable[Header]) -> dict[str, Any]:
    return {header.name: {"description": header.description, "schema": dict(header.schema)} for header in headers}


def _problems(route: Route) -> dict[str, Any]:
    """Problems by status: several of one status share an answer, told apart by `type`."""
    by_status: dict[int, list[ProblemType]] = defaultdict(list)
    for kind in route.problems:
        by_status[kind.status].append(kind)
    return {str(status): _problem(kinds) for status, kinds in sorted(by_status.items())}


def _problem(kinds: list[ProblemType]) -> dict[str, Any]:
    narrowed = {"properties": {"type": {"enum": [kind.uri for kind in kinds]}}}
    schema = {"allOf": [{"$ref": _REFERENCES.format(name=Problem.__name__)}, narrowed]}
    described: dict[str, Any] = {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
    }
    headers = {}
    if ProblemType.UNAUTHORIZED in kinds or ProblemType.FORBIDDEN in kinds:
        headers["WWW-Authenticate"] = {"description": "Bearer, and what is wrong.", "schema": {"type": "string"}}
    if any(kind in RETRY_SECONDS for kind in kinds):
        headers["Retry-After"] = {"description": "Seconds.", "schema": {"type": "integer"}}
    return described | ({"headers": headers} if headers else {})
