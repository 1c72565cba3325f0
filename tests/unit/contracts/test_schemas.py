"""The JSON Schemas are valid, whole, and say of the wire what is so."""

from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from contracts.append import AppendRequest, Condition, ConditionItem
from contracts.assessment.assessments import CreateAssessment, QuestionDraft, ReplaceQuestions
from contracts.documents import schemas, versioned_events
from contracts.problems import ProblemType, problem
from eventrail_client import new_event, new_id
from tests.unit.contracts.references import broken
from tests.unit.contracts.vectors import NAMES, VECTORS, Vector, VectorFile, lines

SCHEMAS = schemas()
WRONG_EVENTS: list[dict[str, Any]] = [
    {"id": 1},
    {"type": "a\n"},
    {"tags": ["x"]},
    {"position": -1},
    {"hash": "0"},
    {"meta": []},
]
WRONG_APPENDS: list[dict[str, Any]] = [
    {"more": 1},
    {"events": []},
    {"events": [{"type": "x"}]},
    {"events": [{"data": 1, "meta": []}]},
]


def check(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


def defined(file: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", "$defs": SCHEMAS[file]["$defs"]}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_stands_alone(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert broken(SCHEMAS[name]) == []
    assert SCHEMAS[name]["$id"] == "urn:eventrail:schema:" + name.removesuffix(".json")


def test_a_lost_reference_would_be_found() -> None:
    assert broken({"a": [{"$ref": "#/$defs/None"}], "$defs": {"Some": {}}}) == ["#/$defs/None"]
    assert broken({"a": {"$ref": "other.json#/x"}}) == ["other.json#/x"]


def test_there_is_a_schema_for_each_version_of_each_event() -> None:
    assert {f"{name}.json" for name in versioned_events()} <= set(SCHEMAS)


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=NAMES)
def test_the_vectors_fit_their_schemas(file: VectorFile, vector: Vector) -> None:
    schema = SCHEMAS[f"{file.type}.v{file.version}.json"]
    data = msgspec.json.decode(vector.data)
    check(schema, data)
    check(schema, {**data, "came_later": 1})
    with pytest.raises(ValidationError):
        check(schema, {**data, "employer_id": 1})


def test_lines_fit_the_envelope() -> None:
    for line in lines().lines:
        event = msgspec.json.decode(line)
        check(SCHEMAS["envelope.json"], event)
        for wrong in WRONG_EVENTS:
            with pytest.raises(ValidationError):
                check(SCHEMAS["envelope.json"], {**event, **wrong})


def test_requests_fit_and_refuse_what_they_do_not_know() -> None:
    request = AppendRequest(
        (new_event("said", {"text": "🌍"}, ["a:b"], event_id=new_id()),), Condition((ConditionItem(tags=("a:b",)),))
    )
    schema = defined("eventrail.json", "AppendRequest")
    body = msgspec.json.decode(msgspec.json.encode(request))
    check(schema, body)
    check(schema, {"events": [{"data": None}]})
    for wrong in WRONG_APPENDS:
        with pytest.raises(ValidationError):
            check(schema, {**body, **wrong})


def test_decimals_are_numbers_on_the_wire_of_the_service() -> None:
    encoder = msgspec.json.Encoder(decimal_format="number")
    for struct in (
        CreateAssessment(title="🌍"),
        ReplaceQuestions((QuestionDraft(kind="numeric", prompt="?", correct=None),)),
    ):
        body = msgspec.json.decode(encoder.encode(struct))
        check(defined("assessment.json", type(struct).__name__), body)
    with pytest.raises(ValidationError):
        check(defined("assessment.json", "CreateAssessment"), {"title": "x", "passing_percent": "50"})


@pytest.mark.parametrize("kind", ProblemType)
def test_every_problem_fits(kind: ProblemType) -> None:
    body = msgspec.json.decode(msgspec.json.encode(problem(kind, "why", at="$.x", position=3)))
    check(SCHEMAS["problem.json"], body)
    with pytest.raises(ValidationError):
        check(SCHEMAS["problem.json"], {**body, "type": "urn:eventrail:problem:unheard-of"})
