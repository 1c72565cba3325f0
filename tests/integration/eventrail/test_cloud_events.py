"""CloudEvents 1.0 with the official SDK as the client: what it sends comes back equal, what goes out is valid."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http, to_binary, to_structured
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.conversion import to_structured as to_structured_v1
from cloudevents.v1.http import from_http as from_http_v1
from cloudevents.v1.http.event import CloudEvent as FirstCloudEvent

from tests.integration.eventrail.web import Reply, Web, new_id, new_tag

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
OWN = {"eventrailid", "eventrailposition", "eventrailtags"}
FULL = {
    "source": "/shops/7?a=b#c",
    "type": "order.placed",
    "subject": "Bestellung 🌍",
    "time": datetime(2026, 11, 22, 8, 0, 0, 123456, UTC),
    "datacontenttype": "application/json",
    "dataschema": "https://schemas.example/order",
    "region": "eu",
    "priority": 7,
    "urgent": True,
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}


def event(data: Any = None, **attributes: Any) -> CloudEvent:
    return CloudEvent({"specversion": "1.0", "id": new_id(), "source": "/s", "type": "a.b", **attributes}, data)


def send(web: Web, message: HTTPMessage, query: Any = ()) -> Reply:
    return web.ask("POST", "/events", query, message.body, message.headers)


def send_one(web: Web, sent: CloudEvent, query: Any = ()) -> Reply:
    return send(web, to_structured(sent, JSONFormat()), query)


def fetched(web: Web, reply: Reply) -> CloudEvent:
    """What stands where the answer says, read by the SDK."""
    found = web.get(reply.headers["location"], Accept=ONE)
    assert (found.status, found.headers["content-type"]) == (200, ONE)
    read = from_http(HTTPMessage(dict(found.headers), found.body), JSONFormat())
    assert isinstance(read, CloudEvent)
    return read


def theirs(read: CloudEvent) -> dict[str, Any]:
    return {name: value for name, value in read.get_attributes().items() if name not in OWN}


@pytest.mark.parametrize(
    ("attributes", "data"),
    [
        (FULL, {"hello": "🌍", "nested": [1, 2.5, None, {"deep": True}]}),
        ({}, None),
        ({"datacontenttype": "text/plain"}, "just text"),
        ({"datacontenttype": "application/octet-stream"}, bytes(range(256))),
        ({"datacontenttype": "application/xml"}, "<a/>"),
        ({"id": "not a uuid", "source": "urn:x:1"}, {"n": 1}),
        ({"id": '🌍 \\ "', "source": "mailto:somebody@example.org"}, [1, 2]),
    ],
)
def test_a_structured_event_comes_back_equal(web: Web, attributes: dict[str, Any], data: Any) -> None:
    sent = event(data, **attributes)
    reply = send_one(web, sent)
    assert reply.status == 201
    read = fetched(web, reply)
    assert theirs(read) == sent.get_attributes()
    assert read.get_data() == data
    assert read.get_extension("eventrailposition") == str(reply.json["first"])


def test_the_first_generation_of_the_sdk_is_served_too(web: Web) -> None:
    sent = FirstCloudEvent({"source": "/first", "type": "a.first", "kind": "x"}, {"n": 1})
    headers, body = to_structured_v1(sent)
    reply = web.ask("POST", "/events", (), body, headers)
    found = web.get(reply.headers["location"], Accept=ONE)
    read = from_http_v1(dict(found.headers), found.body)
    assert {name: value for name, value in read.get_attributes().items() if name not in OWN} == sent.get_attributes()
    assert read.get_data() == {"n": 1}


@pytest.mark.parametrize(
    ("attributes", "data"),
    [
        (FULL, {"hello": "🌍"}),
        ({"datacontenttype": "text/plain; charset=utf-8"}, "Grüße"),
        ({"datacontenttype": "application/octet-stream"}, b"\x00\xff\xfe"),
        ({"datacontenttype": "application/vnd.x+json"}, {"n": [1]}),
        ({"subject": '"quoted" 50 %'}, None),
    ],
)
def test_a_binary_event_comes_back_equal(web: Web, attributes: dict[str, Any], data: Any) -> None:
    sent = event(data, **attributes)
    reply = send(web, to_binary(sent, JSONFormat()))
    assert reply.status == 201, reply.body
    read = fetched(web, reply)
    expected = {name: v if isinstance(v, str | datetime) else str(v) for name, v in sent.get_attributes().items()}
    assert theirs(read) == expected, "binary mode sends every extension as a text"
    assert read.get_data() == data


def test_a_batch_is_one_append(web: Web) -> None:
    tag = new_tag()
    sent = [event({"n": n}, source=f"/{n}") for n in range(3)]
    body = b"[" + b",".join(JSONFormat().write(one) for one in sent) + b"]"
    reply = web.ask("POST", "/events", [("tag", tag)], body, {"Content-Type": f"{BATCH}; charset=utf-8"})
    assert (reply.status, reply.json["last"] - reply.json["first"]) == (201, 2)
    found = web.get("/events", [("tag", tag)], Accept=BATCH)
    assert (found.status, found.headers["content-type"]) == (200, BATCH)
    read = [JSONFormat().read(CloudEvent, json.dumps(one)) for one in found.json]
    assert [one.get_data() for one in read] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert [one.get_source() for one in read] == ["/0", "/1", "/2"]
    assert {one.get_extension("eventrailtags") for one in read} == {tag}
    commits = {line["commit"] for line in web.get("/events", [("tag", tag)]).lines}
    assert commits == {reply.json["last"]}
    again = web.ask("POST", "/events", [("tag", tag)], body, {"Content-Type": BATCH})
    assert (again.status, again.json) == (200, {**reply.json, "replayed": True})


def test_a_duplicate_is_a_replay_and_its_id_for_other_data_is_refused(web: Web) -> None:
    sent = event({"n": 1})
    first, again = send_one(web, sent), send_one(web, sent)
    assert (again.status, again.json) == (200, {**first.json, "replayed": True})
    binary = send(web, to_binary(sent, JSONFormat()))
    assert (binary.status, binary.json["first"]) == (200, first.json["first"])
    other = CloudEvent(sent.get_attributes(), {"n": 2})
    assert send_one(web, other).problem == "id-reused"
    elsewhere = CloudEvent({**sent.get_attributes(), "source": "/t"}, {"n": 2})
    assert send_one(web, elsewhere).status == 201, "an id is unique below its source only"


def test_an_event_that_came_by_another_door_goes_out_as_a_valid_cloud_event(web: Web) -> None:
    tag, trace = new_tag(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    plain = {"data": {"a": [1]}, "type": "plain.one", "tags": [tag, "b:c"], "meta": {"traceparent": trace, "x": 1}}
    bare: dict[str, Any] = {"data": None, "tags": [tag]}
    posing = {"data": 3, "tags": [tag], "meta": {"cloudevents": {"id": "1", "source": "/forged"}}}
    broken = {"data": 4, "tags": [tag], "meta": {"cloudevents": {"id": 1}, "traceparent": 7}}
    web.append({"events": [plain, bare, posing, broken]})
    log_id = web.get("/stats").json["log_id"]
    lines = web.get("/events", [("tag", tag)]).lines
    found = web.get("/events", [("tag", tag)], Accept=BATCH).json
    read = [JSONFormat().read(CloudEvent, json.dumps(one)) for one in found]
    assert [one.get_source() for one in read] == [f"urn:uuid:{log_id}"] * 4
    assert [one.get_id() for one in read] == [line["id"] for line in lines]
    assert [one["time"] for one in found] == [line["time"] for line in lines]
    assert [one.get_subject() for one in read] == [tag] * 4
    assert (read[0].get_type(), read[0].get_extension("traceparent")) == ("plain.one", trace)
    assert read[0].get_extension("eventrailtags") == f"{tag},b:c"
    assert [one.get_data() for one in read] == [{"a": [1]}, None, 3, 4]
    assert ["traceparent" in one for one in found] == [True, False, False, False]


def test_tags_travel_from_log_to_log(web: Web) -> None:
    tag = new_tag()
    first = send_one(web, event(1), [("tag", tag)])
    out = web.get(first.headers["location"], Accept=ONE).json
    assert out["eventrailtags"] == tag
    moved = {**out, "source": "/other/log", "eventrailposition": "999"}
    second = web.ask(
        "POST", "/events", [("tag", "k:v"), ("tag", tag)], json.dumps(moved).encode(), {"Content-Type": ONE}
    )
    line = web.get(second.headers["location"]).json
    assert line["tags"] == [tag, "k:v"]
    again = web.get(second.headers["location"], Accept=ONE).json
    assert (again["eventrailposition"], again["eventrailid"]) == (str(second.json["first"]), line["id"])


def test_the_data_is_kept_byte_for_byte(web: Web) -> None:
    body = b'{"specversion":"1.0","id":"%b","source":"/s","type":"a","data":{"n":1.50,"t":"\\u00e9", "e":1e400}}'
    reply = web.ask("POST", "/events", (), body % new_id().encode(), {"Content-Type": ONE})
    data = b'{"n":1.50,"t":"\\u00e9","e":1e400}'
    assert b'"data":' + data + b',"meta"' in web.get(reply.headers["location"]).body
    assert web.get(reply.headers["location"], Accept=ONE).body.endswith(b'"data":' + data + b"}")


def test_representations_have_tags_of_their_own(web: Web) -> None:
    place = send_one(web, event(1)).headers["location"]
    line, cloud = web.get(place), web.get(place, Accept=ONE)
    assert line.headers["etag"] != cloud.headers["etag"]
    assert web.get(place, Accept=ONE, If_None_Match=cloud.headers["etag"]).status == 304
    assert web.get(place, Accept=ONE, If_None_Match=line.headers["etag"]).status == 200
    assert "Accept" in cloud.headers["vary"]
    assert web.get("/events", Accept=ONE).problem == "not-acceptable", "a page is a batch"


VALID = {"specversion": "1.0", "id": "1", "source": "/s", "type": "a.b"}


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"specversion": "0.3"}, "$.specversion"),
        ({"specversion": None}, "$.specversion"),
        ({"id": ""}, "$.id"),
        ({"id": 7}, "$.id"),
        ({"source": ""}, "$.source"),
        ({"source": "a b"}, "$.source"),
        ({"source": "100%"}, "$.source"),
        ({"type": "Com.Example"}, "$.type"),
        ({"type": "a" * 129}, "$.type"),
        ({"type": "a..b"}, "$.type"),
        ({"subject": ""}, "$.subject"),
        ({"time": "yesterday"}, "$.time"),
        ({"time": "2026-11-22T08:00:00"}, "$.time"),
        ({"datacontenttype": "json"}, "$.datacontenttype"),
        ({"dataschema": "relative/path"}, "$.dataschema"),
        ({"Upper": "x"}, "$.Upper"),
        ({"with_line": "x"}, "$.with_line"),
        ({"number": 1.5}, "$.number"),
        ({"number": 2**31}, "$.number"),
        ({"number": -(2**31) - 1}, "$.number"),
        ({"object": {}}, "$.object"),
        ({"text": "a\nb"}, "$.text"),
        ({"eventrailtags": "no tag"}, "$.eventrailtags"),
        ({"data_base64": "?"}, "$.data_base64"),
        ({"data_base64": 7}, "$.data_base64"),
        ({"data": 1, "data_base64": "AA=="}, "$.data_base64"),
    ],
)
def test_what_is_outside_the_format_is_refused_with_its_place(web: Web, change: dict[str, Any], at: str) -> None:
    head = web.head
    body = {**VALID, **change}
    reply = web.ask("POST", "/events", (), json.dumps(body).encode(), {"Content-Type": ONE})
    assert (reply.status, reply.problem, reply.json["at"]) == (400, "malformed", at)
    within = web.ask("POST", "/events", (), json.dumps([VALID, body]).encode(), {"Content-Type": BATCH})
    assert (within.status, within.json["at"]) == (400, at.replace("$", "$[1]"))
    assert web.head == head


@pytest.mark.parametrize("value", [2**31 - 1, -(2**31)])
def test_the_largest_integers_are_taken(web: Web, value: int) -> None:
    assert fetched(web, send_one(web, event(1, number=value))).get_extension("number") == value


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ONE, b""),
        (ONE, b"[]"),
        (ONE, b"7"),
        (ONE, b'{"a":'),
        (BATCH, b"{}"),
        (BATCH, b"[7]"),
        (BATCH, b"[]"),
        (ONE, b"\xff"),
    ],
)
def test_other_bodies_are_refused(web: Web, kind: str, body: bytes) -> None:
    reply = web.ask("POST", "/events", (), body, {"Content-Type": kind})
    assert (reply.status, reply.problem) == (400, "malformed")
    assert reply.json["at"].startswith("$")


def test_parameters_that_a_cloud_event_says_itself_are_refused(web: Web) -> None:
    for name in ("type", "id"):
        assert send_one(web, event(1), [(name, "a")]).json["at"] == f"query.{name}"
    assert web.ask("POST", "/events", (), b"", {"Content-Type": "application/cloudevents+avro"}).status == 415


def test_headers_outside_the_binding_are_refused(web: Web) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "a.b"}
    assert web.ask("POST", "/events", (), b"1", {**headers, "ce-type": "A"}).json["at"] == "ce.type"
    assert web.ask("POST", "/events", (), b"1", {**headers, "ce-subject": "%ff"}).json["at"] == "ce-subject"
    assert web.ask("POST", "/events", (), b"{", {**headers, "Content-Type": "application/json"}).status == 400
    assert web.ask("POST", "/events", (), b"1", {"ce-specversion": "1.0"}).json["at"] == "ce.id"


def test_nesting_is_counted_from_the_data(web: Web) -> None:
    for levels, status in ((63, 201), (64, 201), (65, 400)):
        nested: Any = 1
        for _ in range(levels):
            nested = [nested]
        body = json.dumps({**VALID, "id": new_id(), "data": nested}).encode()
        assert web.ask("POST", "/events", (), body, {"Content-Type": ONE}).status == status, levels
        body = json.dumps([{**VALID, "id": new_id(), "data": nested}]).encode()
        assert web.ask("POST", "/events", (), body, {"Content-Type": BATCH}).status == status, levels


def test_a_batch_has_at_most_a_thousand_events(web: Web) -> None:
    for count, status in ((999, 201), (1_000, 201), (1_001, 413)):
        body = json.dumps([{**VALID, "id": new_id()} for _ in range(count)]).encode()
        assert web.ask("POST", "/events", (), body, {"Content-Type": BATCH}).status == status, count


def test_base64_stays_what_it_was(web: Web) -> None:
    data = base64.b64encode(b"\x00\x01").decode()
    reply = web.ask("POST", "/events", (), json.dumps({**VALID, "data_base64": data}).encode(), {"Content-Type": ONE})
    out = web.get(reply.headers["location"], Accept=ONE).json
    assert (out["data_base64"], "data" in out) == (data, False)
    assert web.get(reply.headers["location"]).json["data"] == data


def test_control_the_sdk_refuses_what_is_none() -> None:
    with pytest.raises(CloudEventValidationError):
        JSONFormat().read(CloudEvent, json.dumps({**VALID, "Upper": "x"}))
