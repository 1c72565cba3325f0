"""Both services' OpenAPI documents hold together, and name every problem that the contracts list."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from contracts.problems import PROBLEM_MEDIA_TYPE, ProblemType
from tests.kit.golden import golden
from tests.unit.contracts.references import broken, resolved

DOCUMENTS = {name: msgspec.json.decode(golden()[f"openapi/{name}.json"]) for name in ("eventrail", "assessment")}
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
class TestOpenApi:
    def test_it_is_whole(self, document: dict[str, Any]) -> None:
        assert document["openapi"].startswith("3.1.")
        assert {"title", "version", "license"} <= set(document["info"])
        assert broken(document) == []
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)

    def test_operations_are_named_once_and_answer(self, document: dict[str, Any]) -> None:
        names = [operation["operationId"] for _, _, operation in operations(document)]
        assert len(names) == len(set(names))
        for _, method, operation in operations(document):
            assert method in METHODS
            assert any(status.startswith(("2", "3")) for status in operation["responses"])
            assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"])

    def test_path_parameters_are_those_of_the_path(self, document: dict[str, Any]) -> None:
        for path, _, operation in operations(document):
            described = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
            assert {parameter["name"] for parameter in described} == set(re.findall(r"\{(\w+)\}", path))
            assert all(parameter["required"] for parameter in described)

    def test_security_is_said_of_every_operation(self, document: dict[str, Any]) -> None:
        schemes = document["components"]["securitySchemes"]
        for path, _, operation in operations(document):
            assert "security" in operation, path
            assert {name for need in operation["security"] for name in need} <= set(schemes)

    def test_refusals_are_problems(self, document: dict[str, Any]) -> None:
        for path, method, operation in operations(document):
            for status, given in operation["responses"].items():
                answer = resolved(document, given["$ref"]) if "$ref" in given else given
                if status >= "400":
                    kinds = set(answer.get("content", {}))
                    assert PROBLEM_MEDIA_TYPE in kinds or path.startswith("/health"), (method, path, status)


def test_every_problem_of_the_list_is_answered_somewhere() -> None:
    text = b"".join(golden()[f"openapi/{name}.json"] for name in DOCUMENTS).decode()
    unnamed = {kind for kind in ProblemType if f'"{kind.uri}"' not in text}
    assert unnamed == {ProblemType.METHOD_NOT_ALLOWED}, "which is for methods that no document has"
