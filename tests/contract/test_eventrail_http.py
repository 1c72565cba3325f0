"""Eventrail's OpenAPI document: complete, valid, and true of what the server does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts.problems import ProblemType
from contracts.store import PublisherStatus
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import own_key
from eventrail.checkpoints.shelf import Shelf
from eventrail.http.access import Scope
from eventrail.http.app import doors_of
from eventrail.http.openapi import document
from eventrail.http.routes import ROUTES
from eventrail.http.store import Store
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.log import Log
from servicekit.tokens import Grants
from tests.integration.eventrail.web import Reply, Web
from tests.kit.processes import Processes
from tests.kit.services import start_eventrail

DOCUMENT: dict[str, Any] = json.loads(json.dumps(document()))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


async def test_every_door_is_documented_with_its_scope_and_nothing_else_is(tmp_path: Path) -> None:
    log = Log.open(tmp_path / "log")
    queue = CommitQueue(log, on_fatal=lambda failure: pytest.fail(str(failure)))
    keeper = Keeper(log, Shelf(tmp_path), lambda: own_key(tmp_path), KeeperOptions())
    store = Store(log, queue, Grants(()), lambda: PublisherStatus("off", 0, 0), keeper, lambda: "")
    doors: dict[tuple[str, str], Scope | None] = {
        (path.replace(":str", ""), method): door.scope
        for path, methods in doors_of(store).items()
        for method, door in methods.items()
    }
    log.close()
    assert doors == {(route.path, route.method): route.scope for route in ROUTES}
    assert {(path, method.upper()) for path, method, _ in operations()} == set(doors)


def test_every_operation_says_what_a_client_needs() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, _, operation in operations():
        assert operation["summary"]
        assert any(status.startswith("2") for status in operation["responses"])
        in_path = [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
        assert in_path == [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if operation["security"]:
            assert {"401", "403"} <= set(operation["responses"])
            assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
        for status, response in operation["responses"].items():
            assert response["description"]
            assert int(status) < 400 or "application/problem+json" in response["content"] or path == "/health/ready"


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    references = set(_references(DOCUMENT))
    assert references
    assert {name.rpartition("/")[2] for name in references} <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_the_problems_of_the_document_are_of_the_closed_list() -> None:
    known = {kind.uri for kind in ProblemType}
    named = {uri for route in ROUTES for uri in (kind.uri for kind in route.problems)}
    assert named <= known
    assert {ProblemType.ID_REUSED.uri, ProblemType.CONDITION_FAILED.uri, ProblemType.DISK_FULL.uri} <= named


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    directory = tmp_path_factory.mktemp("contract")
    processes = Processes(directory, [])
    yield Web(start_eventrail(processes, directory / "log").url)
    processes.kill_all()


def test_the_served_document_is_this_one(web: Web) -> None:
    for path in ("/schema", "/schema/openapi.json"):
        assert web.get(path).json == DOCUMENT


def test_answers_are_as_the_document_says(web: Web) -> None:
    created = web.event(b'{"a":1}', [("tag", "a:b")])
    conflict = {"events": [{"data": 2, "id": created.headers["location"].removeprefix("/events/")}]}
    stale = {"events": [{"data": 1}], "condition": {"fail_if_events_match": [{}]}}
    answers = [
        ("/events", "post", created),
        ("/events", "post", web.event(b"{")),
        ("/append", "post", web.append({"events": [{"data": 1}]})),
        ("/append", "post", web.append(conflict)),
        ("/append", "post", web.append(stale)),
        ("/append", "post", web.append_raw(b"x" * 9_000_000)),
        ("/append", "post", web.append_raw(b"{}", "text/plain")),
        ("/append", "post", Web(web.url, None).append({})),
        ("/events", "get", web.get("/events", accept="application/json")),
        ("/events", "get", web.get("/events", accept="text/html")),
        ("/events", "get", web.get("/events", [("limit", 0)])),
        ("/events/{id}", "get", web.get(created.headers["location"])),
        ("/events/{id}", "get", web.get("/events/none")),
        ("/stats", "get", web.get("/stats")),
        ("/health/live", "get", web.get("/health/live")),
        ("/health/ready", "get", web.get("/health/ready")),
    ]
    assert {reply.status for _, _, reply in answers} >= {200, 201, 400, 401, 404, 406, 409, 412, 413, 415}
    for path, method, reply in answers:
        _validate(DOCUMENT["paths"][path][method]["responses"], reply)


def test_an_answer_outside_the_document_is_noticed(web: Web) -> None:
    """The control of the test above."""
    responses = DOCUMENT["paths"]["/stats"]["get"]["responses"]
    wrong = web.get("/health/live")
    with pytest.raises(jsonschema.ValidationError):
        _validate(responses, wrong)


def _validate(responses: dict[str, Any], reply: Reply) -> None:
    described = responses[str(reply.status)]
    media_type = reply.headers["content-type"]
    assert media_type in described["content"], (reply.status, media_type)
    schema = described["content"][media_type]["schema"]
    validator = jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    validator.validate(reply.json)
    for name in described.get("headers", {}):
        optional = name in {"Link", "WWW-Authenticate"}
        assert optional or name.lower() in reply.headers, (reply.status, name)
