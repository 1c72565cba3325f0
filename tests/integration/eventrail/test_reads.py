"""What is read over HTTP is what stands in the files, byte for byte."""

import json
import threading
import time
from pathlib import Path

import pytest

from tests.integration.eventrail.web import NDJSON, Web, eventually, new_tag
from tests.kit.services import Service


@pytest.fixture(scope="module")
def tag(web: Web) -> str:
    """Nine events of one stream, of two types, between others."""
    tag = new_tag()
    web.append_lines(
        [
            {"events": [{"data": [n, "🌍"], "tags": [tag], "type": f"kind.{n % 2}"}, {"data": n, "tags": ["other:1"]}]}
            for n in range(9)
        ]
    )
    return tag


def test_one_event_has_its_hash_as_etag_and_never_changes(web: Web, tag: str) -> None:
    event = web.get("/events", [("tag", tag), ("limit", 1)]).lines[0]
    reply = web.get(f"/events/{event['id']}")
    assert (reply.status, reply.json) == (200, event)
    assert reply.headers["etag"] == f'"{event["hash"]}"'
    assert reply.headers["cache-control"] == "private, max-age=31536000, immutable"
    for known in (f'"{event["hash"]}"', f'"other", W/"{event["hash"]}"', "*"):
        unchanged = web.get(reply_path(event), If_None_Match=known)
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["etag"] == reply.headers["etag"]
    assert web.get(reply_path(event), If_None_Match='"other"').status == 200


def reply_path(event: dict[str, object]) -> str:
    return f"/events/{event['id']}"


def test_a_missing_event_is_404(web: Web) -> None:
    assert web.get("/events/0198c0de-0000-7000-8000-000000000000").problem == "not-found"
    assert web.get("/events/anything").problem == "not-found"
    assert web.get("/nowhere").problem == "not-found"


def test_pages_are_the_bytes_of_the_files(web: Web, tag: str, directory: Path) -> None:
    web.append({"events": [{"data": {"text": "\x00\x1f \u2028 🌍"}}]})
    stored = b"".join(path.read_bytes() for path in sorted((directory / "log" / "segments").iterdir()))
    stored = stored.rstrip(b"\x00")
    page = web.get("/events", [("limit", 10_000)])
    assert page.body == stored
    array = web.get("/events", [("limit", 10_000)], accept="application/json")
    assert array.headers["content-type"] == "application/json"
    assert array.body == b"[" + b",".join(stored.splitlines()) + b"]"
    assert array.json == page.lines


def test_an_empty_page_is_an_empty_array(web: Web) -> None:
    query = [("tag", new_tag())]
    assert web.get("/events", query, accept="application/json").body == b"[]"
    assert web.get("/events", query).body == b""


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", NDJSON),
        ("application/*", NDJSON),
        ("application/json", "application/json"),
        ("application/json;q=0.5, application/x-ndjson", NDJSON),
        ("application/x-ndjson;q=0.1, application/json", "application/json"),
        ("text/html, */*;q=0.1", NDJSON),
        ("application/x-ndjson;q=0, */*", "application/json"),
    ],
)
def test_the_representation_follows_accept(web: Web, accept: str, content_type: str) -> None:
    assert web.get("/events", accept=accept).headers["content-type"] == content_type


def test_an_accept_that_nothing_fits_is_406(web: Web) -> None:
    for path, accept in (("/events", "text/html"), ("/events/stream", "application/json"), ("/events", "*/*;q=0")):
        assert web.get(path, accept=accept).problem == "not-acceptable"


def test_following_the_links_reads_everything_once_in_both_orders(web: Web, tag: str) -> None:
    whole = web.get("/events", [("limit", 10_000)]).lines
    assert walked(web, "/events?limit=4") == whole
    assert walked(web, "/events?limit=4&order=backward") == whole[::-1]
    mine = [event for event in whole if tag in event["tags"] and event["type"] == "kind.1"]
    assert len(mine) == 4
    assert walked(web, f"/events?limit=3&tag={tag}&type=kind.1") == mine
    assert walked(web, f"/events?limit=3&tag={tag}&type=kind.1&order=backward") == mine[::-1]
    assert walked(web, f"/events?tag={tag}&type=kind.0&type=kind.1&limit=2&tag=none:1") == []


def walked(web: Web, path: str | None) -> list[object]:
    found: list[object] = []
    while path is not None:
        reply = web.get(path)
        assert reply.status == 200, reply.body
        found += reply.lines
        link = reply.headers.get("link")
        assert link is None or link.endswith('>; rel="next"')
        path = link[1 : link.index(">")] if link else None
    return found


def test_after_and_before_bound_the_page(web: Web, tag: str) -> None:
    head = web.head
    page = web.get("/events", [("after", head - 5), ("before", head)])
    assert [event["position"] for event in page.lines] == list(range(head - 4, head))
    assert page.headers["eventrail-head"] == str(head)
    assert page.headers["eventrail-scanned"] == str(head - 1)
    assert "link" not in page.headers
    backward = web.get("/events", [("before", head), ("limit", 2), ("order", "backward")])
    assert [event["position"] for event in backward.lines] == [head - 1, head - 2]


def test_a_filter_that_finds_nothing_says_how_far_it_looked(web: Web, tag: str) -> None:
    page = web.get("/events", [("tag", "none:1")])
    assert (page.body, page.headers["eventrail-scanned"]) == (b"", str(web.head))


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ([("limit", 0)], "query.limit"),
        ([("limit", 10_001)], "query.limit"),
        ([("after", -1)], "query.after"),
        ([("after", 2**63)], "query.after"),
        ([("after", "1e3")], "query.after"),
        ([("before", "x")], "query.before"),
        ([("order", "up")], "query.order"),
        ([("wait", 61)], "query.wait"),
        ([("wait", "1"), ("order", "backward")], "query.wait"),
        ([("type", "Upper")], "query.type"),
        ([("tag", "colonless")], "query.tag"),
        ([("after", 1), ("after", 1)], "query.after"),
        ([("surprise", 1)], "query.surprise"),
        ([("after", 2**62)], "query.after"),
    ],
)
def test_parameters_outside_their_grammar_are_400(web: Web, query: list[tuple[str, object]], at: str) -> None:
    reply = web.get("/events", query)
    assert (reply.status, reply.problem, reply.json["at"]) == (400, "malformed", at)
    assert reply.json["seen"] == str(dict(query)[at.removeprefix("query.")])


@pytest.mark.parametrize("path", ["/events?after", "/events?%ff=1", "/events?tag=%ff", "/events?=1", "/events?a=1;b=2"])
def test_a_query_that_is_none_is_400(web: Web, path: str) -> None:
    assert web.get(path).problem == "malformed"


def test_the_limits_of_a_page_are_taken(web: Web) -> None:
    for limit in (1, 9_999, 10_000):
        assert web.get("/events", [("limit", limit)]).status == 200


def test_head_is_get_without_a_body(web: Web, tag: str) -> None:
    get, head = web.get("/events"), web.ask("HEAD", "/events")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))


def test_other_methods_are_405_and_name_those_that_are_known(web: Web) -> None:
    for path, allow in (("/events", "GET, HEAD, POST"), ("/append", "POST"), ("/stats", "GET, HEAD")):
        reply = web.ask("DELETE", path)
        assert (reply.status, reply.problem, reply.headers["allow"]) == (405, "method-not-allowed", allow)


def test_a_long_poll_ends_with_the_event_it_waits_for(web: Web) -> None:
    tag = new_tag()
    after = web.event(b"0").json["last"]
    replies: list[int] = []

    def wait() -> None:
        reply = web.get("/events", [("after", after), ("tag", tag), ("wait", 60)])
        assert [event["data"] for event in reply.lines] == ["wanted"]
        replies.append(reply.status)

    waiting = threading.Thread(target=wait)
    waiting.start()
    for _ in range(5):
        web.event(b'"another"')
    assert not replies
    web.event(b'"wanted"', [("tag", tag)])
    waiting.join(50)
    assert replies == [200]


def test_a_long_poll_without_an_event_ends_at_its_time(web: Web) -> None:
    head = web.head
    started = time.monotonic()
    reply = web.get("/events", [("after", head), ("wait", "0.3")])
    assert 0.25 <= time.monotonic() - started < 50, "timers of the server count in whole milliseconds"
    assert (reply.status, reply.body, reply.headers["eventrail-scanned"]) == (200, b"", str(head))


def test_a_long_poll_bounded_before_the_head_does_not_wait(web: Web, tag: str) -> None:
    started = time.monotonic()
    assert web.get("/events", [("before", 2), ("tag", "none:1"), ("wait", 60)]).body == b""
    assert time.monotonic() - started < 50


def test_totals_add_up(web: Web, tag: str, service: Service) -> None:
    stats = web.get("/stats").json
    assert stats["events"] == stats["head"] == sum(stats["types"].values())
    assert stats["head_hash"] == web.get("/events", [("after", stats["head"] - 1)]).lines[0]["hash"]
    assert stats["publisher"] == {"state": "off", "published": 0, "lag": 0, "detail": ""}
    assert Web(service.url, None).get("/stats").status == 401


def test_health_needs_no_token(web: Web) -> None:
    nobody = Web(web.url, None)
    for path in ("/health/live", "/health/ready"):
        assert nobody.get(path).json == {"status": "ok", "reasons": []}
    eventually(lambda: nobody.get("/health/ready").status == 200, "ready")


def test_security_headers_stand_on_every_answer(web: Web, tag: str) -> None:
    for path in ("/events", "/nowhere", "/events?x=1", "/health/live", "/schema"):
        headers = web.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]
        assert "server" not in headers
    assert web.get("/events").headers["cache-control"] == "no-store"


def test_a_request_id_is_taken_over_where_it_is_one(web: Web) -> None:
    assert web.get("/events", X_Request_Id="trace-1").headers["x-request-id"] == "trace-1"
    assert web.get("/events", X_Request_Id="a b").headers["x-request-id"] != "a b"


def test_errors_show_nothing_of_the_server(web: Web, directory: Path) -> None:
    bodies = [
        web.get("/nowhere").body,
        web.get("/events?limit=0").body,
        web.append_raw(b"{").body,
        web.ask("PATCH", "/events").body,
    ]
    for body in bodies:
        assert json.loads(body)["type"].startswith("urn:eventrail:problem:")
        assert str(directory).encode() not in body
        assert b"Traceback" not in body
