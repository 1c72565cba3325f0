"""Every reply that a test gets, held against the OpenAPI document: its status, media type, headers and shape."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from assessment.http.routes import described

ALWAYS = ("X-Request-Id", "X-Content-Type-Options", "X-Robots-Tag", "Referrer-Policy", "Cache-Control")


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(described()))
    return found


def check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises AssertionError on whatever the document does not announce; unknown addresses answer 404 or 405."""
    for name in ALWAYS:
        assert name in headers, f"{method} {path} {status} lacks {name}"
    if method == "OPTIONS":
        return
    operation = _operation(method, path.partition("?")[0])
    if operation is None:
        assert status in (404, 405), f"{method} {path} is not in the document and answers {status}"
        return
    announced = operation["responses"].get(str(status))
    name = f"{operation['operationId']} {status}"
    assert announced is not None, f"{name} is not in the document: {body!r}"
    for header in announced.get("headers", {}):
        assert header in headers, f"{name} lacks {header}"
    content = announced.get("content")
    if content is None:
        assert body == b"", f"{name} has a body: {body!r}"
        return
    media_type = headers["Content-Type"]
    assert media_type in content, f"{name} is {media_type}"
    if not media_type.endswith("json"):
        return
    errors = [
        error.message for error in _validator(operation["operationId"], status, media_type).iter_errors(_decoded(body))
    ]
    assert not errors, f"{name} does not fit its schema: {errors}"


def _decoded(body: bytes) -> Any:
    return msgspec.json.decode(body)


@cache
def _validator(operation_id: str, status: int, media_type: str) -> Draft202012Validator:
    for methods in document()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == operation_id:
                content = operation["responses"][str(status)]["content"][media_type]
                whole = {**content["schema"], "components": document()["components"]}
                return Draft202012Validator(whole)
    raise AssertionError(operation_id)


def _operation(method: str, path: str) -> Any:
    """The operation of a request; a fixed address goes before one with places."""
    found = [
        methods[method.lower()]
        for pattern, methods in sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
        if method.lower() in methods and _pattern(pattern).fullmatch(path)
    ]
    return found[0] if found else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", path))
