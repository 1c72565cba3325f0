"""What an append answers, over HTTP."""

import json

import pytest

from tests.integration.eventrail.web import Reply, Web, new_id, new_tag
from tests.kit.services import APPEND_TOKEN, READ_TOKEN

MEBIBYTE = 1024 * 1024
LINE = 960 * 1024
DEEP = 100_000


def test_a_new_append_is_201_and_can_be_read_where_it_says(web: Web) -> None:
    reply = web.append({"events": [{"data": 1, "type": "a.b"}, {"data": [2, "🌍"]}]})
    assert reply.status == 201
    first = reply.json["first"]
    assert reply.json == {"first": first, "last": first + 1, "replayed": False}
    found = web.get(reply.headers["location"], accept="application/json").json
    assert [(event["position"], event["type"], event["data"]) for event in found] == [
        (first, "a.b", 1),
        (first + 1, "event", [2, "🌍"]),
    ]


def test_the_plain_door_takes_any_json_document_of_any_content_type(web: Web) -> None:
    document = '{ "hello" : "🌍\\u0000" ,\n "n": 1.50e3 }'.encode()
    tag = new_tag()
    reply = web.event(document, [("type", "x.y"), ("tag", tag), ("tag", "b:c")], "application/x-www-form-urlencoded")
    assert reply.status == 201
    line = web.get(reply.headers["location"]).body
    assert b'"data":{"hello":"\xf0\x9f\x8c\x8d\\u0000","n":1.50e3},"meta":{}' in line
    assert json.loads(line)["tags"] == [tag, "b:c"]


@pytest.mark.parametrize("document", [b"null", b"false", b"0", b'""', b"[]", b"{}", b"1e999", b'"\\ud83c\\udf0d"'])
def test_every_kind_of_json_value_is_kept_byte_for_byte(web: Web, document: bytes) -> None:
    reply = web.event(document)
    assert reply.status == 201
    assert b'"data":' + document + b',"meta"' in web.get(reply.headers["location"]).body


def test_the_same_append_again_is_200_with_the_first_positions(web: Web) -> None:
    request = {"events": [{"data": {"n": 1}, "id": new_id(), "tags": ["a:1"]}, {"data": 2, "id": new_id()}]}
    first = web.append(request)
    again = web.append(request)
    assert (first.status, again.status) == (201, 200)
    assert again.json == {**first.json, "replayed": True}
    stale = {**request, "condition": {"fail_if_events_match": [{}]}}
    assert web.append(stale).json == again.json, "what stands already stands, whatever the condition says now"


def test_an_id_with_other_content_is_409_and_names_where_it_stands(web: Web) -> None:
    one, two = new_id(), new_id()
    first = web.append({"events": [{"data": 1, "id": one}, {"data": 2, "id": two}]}).json["first"]
    for events in (
        [{"data": "other", "id": one}, {"data": 2, "id": two}],
        [{"data": 1, "id": one}],
        [{"data": 2, "id": two}, {"data": 1, "id": one}],
        [{"data": 1, "id": one, "type": "other"}, {"data": 2, "id": two}],
        [{"data": 1, "id": one, "tags": ["a:b"]}, {"data": 2, "id": two}],
        [{"data": 1, "id": one}, {"data": 2, "id": two}, {"data": 3, "id": new_id()}],
    ):
        reply = web.append({"events": events})
        assert (reply.status, reply.problem) == (409, "id-reused")
        assert (reply.json["id"], reply.json["position"]) in {(one, first), (two, first + 1)}
    assert web.head == first + 1, "a refused append leaves nothing"


def test_a_stale_condition_is_412_and_names_the_latest_match(web: Web) -> None:
    tag = new_tag()
    seen = web.event(b"1", [("tag", tag)]).json["last"]
    latest = web.event(b"2", [("tag", tag), ("type", "moved")]).json["last"]

    def conditional(**item: object) -> object:
        return {"events": [{"data": 3}], "condition": {"fail_if_events_match": [{"tags": [tag], **item}]}}

    stale = web.append(conditional(after=seen))
    assert (stale.status, stale.problem, stale.json["position"]) == (412, "condition-failed", latest)
    assert web.append(conditional(types=["moved"])).json["position"] == latest
    assert web.append(conditional(after=latest)).status == 201
    assert web.append(conditional(types=["never"])).status == 201


def test_a_condition_after_the_head_is_400(web: Web) -> None:
    condition = {"fail_if_events_match": [{}, {"after": web.head + 1}]}
    reply = web.append({"events": [{"data": 1}], "condition": condition})
    assert (reply.status, reply.problem) == (400, "malformed")
    assert reply.json["at"] == "$.condition.fail_if_events_match[1].after"


@pytest.mark.parametrize(
    ("request_body", "at"),
    [
        (b"", "$"),
        (b"{", "$"),
        (b"[]", "$"),
        (b"{}", "$.events"),
        (b'{"events":[]}', "$.events"),
        (b'{"events":[{}]}', "$.events[0].data"),
        (b'{"events":[{"data":1,"surprise":2}]}', "$.events[0].surprise"),
        (b'{"events":[{"data":1}],"surprise":2}', "$.surprise"),
        (b'{"events":[{"data":1,"type":"Upper"}]}', "$.events[0].type"),
        (b'{"events":[{"data":1,"type":"a..b"}]}', "$.events[0].type"),
        (b'{"events":[{"data":1,"type":"a\\n"}]}', "$.events[0].type"),
        (b'{"events":[{"data":1},{"data":1,"tags":["no-colon"]}]}', "$.events[1].tags[0]"),
        (b'{"events":[{"data":1,"tags":"a:b"}]}', "$.events[0].tags"),
        (b'{"events":[{"data":1,"meta":[]}]}', "$.events[0].meta"),
        (b'{"events":[{"data":1,"id":"not-a-uuid"}]}', "$.events[0].id"),
        (b'{"events":[{"data":1,"id":"0198C0DE-0000-7000-8000-000000000000"}]}', "$.events[0].id"),
        (b'{"events":[{"data":1,"id":"0198c0de-0000-7000-8000-000000000000"},{"data":2}]}', "$.events"),
        (b'{"events":[{"data":1}],"condition":{}}', "$.condition.fail_if_events_match"),
        (b'{"events":[{"data":1}],"condition":{"fail_if_events_match":[{"after":-1}]}}', None),
        (b'{"events":[{"data":"\xff"}]}', "$.events[0].data (byte 1)"),
        (b'{"events":[{"data":"\\ud800"}]}', None),
        (b'{"events":[{"data":01}]}', None),
        (b'{"events":[{"data":NaN}]}', None),
        (b'{"events":[{"data":1,"type":"\xff"}]}', None),
    ],
)
def test_a_malformed_append_is_400_with_its_place(web: Web, request_body: bytes, at: str | None) -> None:
    before = web.head
    reply = web.append_raw(request_body)
    assert (reply.status, reply.problem) == (400, "malformed")
    assert reply.json["at"] == at if at is not None else reply.json["at"].startswith("$")
    assert web.head == before


def test_the_value_at_the_place_is_shown(web: Web) -> None:
    reply = web.append({"events": [{"data": 1, "type": "Upper" * 40}]})
    assert reply.json["seen"] == '"' + ("Upper" * 40)[:79]


@pytest.mark.parametrize(
    "request_body",
    [
        b'{"events":[{"data":' + b"[" * DEEP + b"]" * DEEP + b"}]}",
        b'{"events":[{"data":1,"surprise":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}]}",
        b"[" * DEEP,
        b'{"events":[{"data":1,"tags":' + b"[" * DEEP + b"]" * DEEP + b"}]}",
    ],
)
def test_json_nested_100000_deep_is_refused(web: Web, request_body: bytes) -> None:
    reply = web.append_raw(request_body)
    assert (reply.status, reply.problem) == (400, "malformed")
    assert web.event(b"[" * DEEP + b"]" * DEEP).status == 400


def test_64_levels_of_nesting_are_taken_and_65_are_not(web: Web) -> None:
    assert web.event(b"[" * 63 + b"]" * 63).status == 201
    assert web.event(b"[" * 64 + b"]" * 64).status == 201
    assert web.event(b"[" * 65 + b"]" * 65).status == 400


def test_1000_events_are_taken_and_1001_are_not(web: Web) -> None:
    assert web.append({"events": [{"data": 0}] * 999}).status == 201
    assert web.append({"events": [{"data": 0}] * 1_000}).status == 201
    reply = web.append({"events": [{"data": 0}] * 1_001})
    assert (reply.status, reply.problem, reply.json["at"]) == (413, "payload-too-large", "$.events")


@pytest.mark.parametrize(("path", "limit"), [("/events", MEBIBYTE), ("/append", 8 * MEBIBYTE)])
def test_a_body_at_its_limit_is_taken_and_one_byte_more_is_not(web: Web, path: str, limit: int) -> None:
    document = b'{"events":[{"data":1}]}'
    for size, status in ((limit - 1, 201), (limit, 201), (limit + 1, 413), (2 * limit, 413)):
        body = document + b" " * (size - len(document))
        assert web.ask("POST", path, (), body, {"Content-Type": "application/json"}).status == status, size


def test_a_line_over_960_kib_is_413(web: Web) -> None:
    while len(str(web.head)) != len(str(web.head + 10)):
        web.event(b"0")  # so that the positions below all have as many digits
    probe = web.event(b'"' + b"x" * 100_000 + b'"')
    around = len(web.get(probe.headers["location"]).body) - 100_000

    def line_of(size: int) -> Reply:
        return web.event(b'"' + b"x" * (size - around) + b'"')

    assert [line_of(LINE - 1).status, line_of(LINE).status] == [201, 201]
    refused = line_of(LINE + 1)
    assert (refused.status, refused.problem, refused.json["seen"]) == (413, "payload-too-large", str(LINE + 1))


def test_ndjson_is_answered_line_by_line_each_atomic_on_its_own(web: Web) -> None:
    known, tag = new_id(), new_tag()
    web.event(b"1", [("id", known)])
    reply = web.append_lines(
        [
            {"events": [{"data": 1, "tags": [tag]}, {"data": 2, "tags": [tag]}]},
            {"events": [{"data": 1, "id": known}]},
            {"events": [{"data": "other", "id": known}]},
            {"events": []},
            {"events": [{"data": 3}], "condition": {"fail_if_events_match": [{"tags": [tag]}]}},
            {"events": [{"data": 4, "tags": [tag]}]},
        ]
    )
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/x-ndjson"
    two, same, other, empty, stale, last = reply.lines
    assert (two["last"] - two["first"], same["replayed"], last["first"]) == (1, True, two["last"] + 1)
    assert [result["status"] for result in (other, empty, stale)] == [409, 400, 412]
    assert stale["position"] == two["last"], "a line is checked against the lines before it"
    assert web.append_raw(b"", "application/x-ndjson").body == b""


def test_many_ndjson_lines_are_answered_in_their_order(web: Web) -> None:
    reply = web.append_lines([{"events": [{"data": number}]} for number in range(1_500)])
    positions = [result["first"] for result in reply.lines]
    assert positions == list(range(positions[0], positions[0] + 1_500))


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/events", "application/cloudevents+avro"),
        ("/events", "application/cloudevents-batch+protobuf"),
        ("/append", "text/xml"),
        ("/append", "application/x-www-form-urlencoded"),
    ],
)
def test_a_content_type_that_is_not_understood_is_415(web: Web, path: str, content_type: str) -> None:
    reply = web.ask("POST", path, (), b"{}", {"Content-Type": content_type})
    assert (reply.status, reply.problem, reply.json["seen"]) == (415, "unsupported-media-type", content_type)


def test_a_compressed_body_is_415(web: Web) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert web.ask("POST", "/append", (), b"\x1f\x8b", headers).status == 415


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ([("surprise", "1")], "query.surprise"),
        ([("type", "a"), ("type", "b")], "query.type"),
        ([("type", "Upper")], "query.type"),
        ([("tag", "no-colon")], "query.tag"),
        ([("id", "1")], "query.id"),
        ([("tag", f"a:{number}") for number in range(17)], "query.tag"),
    ],
)
def test_the_plain_door_refuses_parameters_with_their_place(web: Web, query: list[tuple[str, str]], at: str) -> None:
    reply = web.event(b"1", query)
    assert (reply.status, reply.problem, reply.json["at"]) == (400, "malformed", at)


def test_the_plain_door_is_idempotent_with_an_id(web: Web) -> None:
    query = [("id", new_id())]
    first, again, other = web.event(b'{"a":1}', query), web.event(b'{ "a": 1 }', query), web.event(b'{"a":2}', query)
    assert (first.status, again.status, other.status) == (201, 200, 409)
    assert first.headers["location"] == again.headers["location"] == f"/events/{query[0][1]}"


def test_only_a_token_with_the_scope_appends(web: Web) -> None:
    missing = Web(web.url, None).event(b"1")
    unknown = Web(web.url, "who").event(b"1")
    lacking = Web(web.url, READ_TOKEN).event(b"1")
    assert [reply.status for reply in (missing, unknown, lacking)] == [401, 401, 403]
    assert missing.headers["www-authenticate"] == 'Bearer realm="eventrail"'
    assert 'error="invalid_token"' in unknown.headers["www-authenticate"]
    assert 'scope="append"' in lacking.headers["www-authenticate"]
    assert Web(web.url, APPEND_TOKEN).event(b"1").status == 201
    assert Web(web.url, APPEND_TOKEN).get("/events").status == 403
    assert Web(web.url, READ_TOKEN).get("/events").status == 200
    basic = web.ask("GET", "/events", (), None, {"Authorization": "Basic YTpi"})
    assert basic.problem == "unauthorized"
