import re
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from assessment.domain.decision import Reason
from assessment.domain.roles import LADDER, includes
from assessment.http import take_views
from assessment.http.operations import OPERATION, Operation
from assessment.http.problems import PROBLEM_OF
from assessment.http.routes import described, routes
from assessment.read_models import queries_take
from contracts.wire import Request

HIDDEN_WORDS = re.compile(r"correct|explanation|weight|key|rule|score|passed|percent|matched|accepted", re.IGNORECASE)


def _operations() -> list[tuple[str, str, Operation]]:
    return [
        (method, path, handler.opt[OPERATION])
        for handler in routes()
        for path in handler.paths
        for method in handler.http_methods
    ]


def test_every_reason_has_its_problem() -> None:
    assert set(PROBLEM_OF) == set(Reason)


def test_every_post_takes_an_idempotency_key_and_every_other_change_needs_if_match_or_is_the_candidates() -> None:
    for method, path, operation in _operations():
        if method == "POST":
            assert operation.idempotency != "none", path
        elif method in {"PUT", "PATCH", "DELETE"} and operation.actor != "candidate":
            assert operation.if_match == "needed", path


def test_every_operation_of_an_employer_names_its_role_and_no_other_does() -> None:
    for _, path, operation in _operations():
        assert (operation.role is not None) == (operation.actor == "employer"), path
    with pytest.raises(AssertionError, match="names the least role"):
        Operation(id="x", summary="x", actor="employer", answers={200: None})
    with pytest.raises(AssertionError, match="names the least role"):
        Operation(id="x", summary="x", actor="anyone", role="owner", answers={200: None})


def test_a_reviewer_changes_nothing_and_an_author_reads_whatever_a_reviewer_does() -> None:
    for method, path, operation in _operations():
        if operation.role is not None and method != "GET":
            assert operation.role != "reviewer", path
    assert [[includes(role, needed) for needed in LADDER] for role in LADDER] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_the_document_tells_each_role_and_its_refusal() -> None:
    document = described()
    for _, path, operation in _operations():
        for told in document["paths"].get(re.sub(r":\w+", "", path), {}).values():
            if told["operationId"] == operation.id:
                assert told.get("x-least-role") == operation.role
                needs_proof = operation.actor == "candidate" and not operation.proves
                assert ("403" in told["responses"]) == (operation.role is not None or needs_proof)


def test_every_body_refuses_what_it_does_not_know() -> None:
    bodies = [operation.body for _, _, operation in _operations() if operation.body is not None]
    assert bodies
    for body in bodies:
        assert issubclass(body, Request)
        assert body.__struct_config__.forbid_unknown_fields, body


def test_the_document_is_whole() -> None:
    document = described()
    text = msgspec.json.encode(document).decode()
    names = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert names <= set(document["components"]["schemas"])
    identifiers = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(identifiers) == len(set(identifiers))
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert described() == document


def _fields(schema: Any, schemas: Any, seen: set[str]) -> set[str]:
    """Every property name that a schema can show."""
    found: set[str] = set()
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if reference is not None and reference not in seen:
            seen.add(reference)
            found |= _fields(schemas[reference.rpartition("/")[2]], schemas, seen)
        found |= set(schema.get("properties", {}))
        for part in schema.values():
            found |= _fields(part, schemas, seen)
    if isinstance(schema, list):
        for part in schema:
            found |= _fields(part, schemas, seen)
    return found


def test_no_answer_for_candidates_has_room_for_a_key() -> None:
    document = described()
    shown: set[str] = set()
    for path, methods in document["paths"].items():
        if path.startswith(("/v1/take", "/v1/public")):
            for operation in methods.values():
                for answer in operation["responses"].values():
                    shown |= _fields(answer.get("content", {}), document["components"]["schemas"], set())
    assert "prompt" in shown
    assert [name for name in shown if HIDDEN_WORDS.search(name)] == []


def test_the_control_of_that_finds_them_in_an_employers_answer() -> None:
    document = described()
    answer = document["paths"]["/v1/assessments/{assessment_id}/questions"]["get"]["responses"]["200"]
    shown = _fields(answer, document["components"]["schemas"], set())
    assert {name for name in shown if HIDDEN_WORDS.search(name)} == {"correct", "explanation", "weights"}


def test_every_read_that_shows_results_records_that_it_did() -> None:
    document = described()
    showing = {
        operation["operationId"]
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method == "get"
        and operation.get("x-least-role")
        and "percent" in _fields(operation["responses"]["200"], document["components"]["schemas"], set())
    }
    recording = {handler.opt[OPERATION].id for handler in routes() if "record_read" in handler.fn.__code__.co_names}
    assert showing == recording == {"listSubmissions", "getSubmission"}


def test_what_builds_a_candidates_page_knows_no_type_with_a_key() -> None:
    for module in (take_views, queries_take):
        assert not {"AnswerKey", "QuestionAnswer", "QuestionDraft", "sealed_keys"} & set(vars(module))
