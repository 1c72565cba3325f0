"""The OpenAPI 3.1 document, made of the operations beside their handlers and of the contracts' Structs."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from assessment.http.openapi_answers import answers
from assessment.http.openapi_requests import body, parameters, path_of
from assessment.http.operations import OPERATION, Operation
from contracts.problems import Problem
from contracts.wire import Message, Request

REFERENCE: Final = "#/components/schemas/{name}"
_SECURITY: Final = {
    "operator": ("operatorToken", "The operator's token."),
    "employer": ("employerKey", "An employer's API key."),
    "candidate": ("candidateToken", "A candidate's link token, which stands in the link's fragment."),
}


def document(handlers: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """Describe handlers; the same on every call, since it is kept golden."""
    described = [
        (path_of(path), method.lower(), handler.opt[OPERATION])
        for handler in handlers
        for path in handler.paths
        for method in handler.http_methods
    ]
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, method, operation in sorted(described, key=lambda one: (one[0], one[1])):
        paths[path][method] = _operation(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Assessment service",
            "version": "1",
            "description": "Skills tests, from the question bank to the scored result. Every error is a problem"
            " (RFC 9457) of a closed list. `Eventrail-Position` on an answer is what `at_least` waits for.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(operation for _, _, operation in described),
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "description": text} for name, text in _SECURITY.values()
            },
        },
    }


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary}
    if found := parameters(operation, path):
        described["parameters"] = found
    if taken := body(operation):
        described["requestBody"] = taken
    described["responses"] = answers(operation, path)
    if operation.role is not None:
        described["x-least-role"] = operation.role
    described["security"] = [] if operation.actor == "anyone" else [{_SECURITY[operation.actor][0]: []}]
    return described


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    structs: dict[str, type[Message | Request]] = {Problem.__name__: Problem}
    for operation in operations:
        named = [*operation.answers.values(), *operation.refusals.values(), operation.body]
        structs.update({struct.__name__: struct for struct in named if struct is not None})
    _, schemas = msgspec.json.schema_components([structs[name] for name in sorted(structs)], ref_template=REFERENCE)
    return {name: _with_numbers(schema) for name, schema in schemas.items()}


def _with_numbers(schema: Any) -> Any:
    """Show decimals as they are sent: as numbers, not as the strings that they are elsewhere."""
    if isinstance(schema, list):
        return [_with_numbers(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _with_numbers(part) for name, part in schema.items()}
    if inner.get("format") != "decimal":
        return inner
    if "default" in inner:
        inner["default"] = msgspec.json.decode(inner["default"])
    return {name: part for name, part in inner.items() if name != "format"} | {"type": "number"}
