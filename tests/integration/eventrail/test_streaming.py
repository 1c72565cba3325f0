"""Server-Sent Events: caught up, live, resumed, and never a gap."""

import contextlib
import http.client
import json
import threading
from itertools import islice
from pathlib import Path

from tests.integration.eventrail.sse import Sse
from tests.integration.eventrail.web import Web, new_tag
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, Service, start_eventrail


def test_a_stream_catches_up_and_goes_live(web: Web) -> None:
    tag = new_tag()
    web.append({"events": [{"data": n, "tags": [tag], "type": "old.one"} for n in range(3)]})
    with Sse(web, f"/events/stream?tag={tag}") as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        frames = list(islice(stream.events(), 3))
        web.event(b'"live"', [("tag", tag), ("type", "new.one")])
        frames += islice(stream.events(), 1)
    assert [frame.event for frame in frames] == ["old.one"] * 3 + ["new.one"]
    for frame in frames:
        event = json.loads(frame.data)
        assert (event["position"], event["type"]) == (frame.id, frame.event)
        assert frame.data == web.get(f"/events/{event['id']}").body


def test_a_reader_that_comes_back_again_and_again_misses_nothing_while_appends_go_on(web: Web) -> None:
    tag, wanted = new_tag(), 400
    after = web.head

    def write() -> None:
        for number in range(wanted):
            web.event(str(number).encode(), [("tag", tag)])

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[tuple[int, int]] = []
    while len(seen) < wanted:
        headers = {"Last-Event-ID": str(seen[-1][0])} if seen else {}
        with Sse(web, f"/events/stream?tag={tag}&after={after}", headers) as stream:
            for frame in islice(stream.events(), min(37, wanted - len(seen))):
                assert frame.id is not None
                seen.append((frame.id, json.loads(frame.data)["data"]))
    writer.join(120)
    assert [data for _, data in seen] == list(range(wanted))
    stored = web.get("/events", [("tag", tag), ("limit", 10_000)]).lines
    assert [position for position, _ in seen] == [event["position"] for event in stored]


def test_the_last_event_id_goes_before_after(web: Web) -> None:
    first = web.append({"events": [{"data": n} for n in range(5)]}).json["first"]
    with Sse(web, "/events/stream?after=0", {"Last-Event-ID": str(first + 2)}) as stream:
        assert next(stream.events()).id == first + 3


def test_a_position_that_the_log_has_not_reached_is_refused(web: Web) -> None:
    """To wait there would hide every event up to it."""
    beyond = web.head + 1
    assert web.get("/events/stream", [("after", beyond)]).json["at"] == "query.after"
    assert web.get("/events/stream", Last_Event_ID=str(beyond)).status == 400
    assert web.get("/events/stream", Last_Event_ID="x").json["at"] == "Last-Event-ID"
    assert web.get("/events", [("after", beyond), ("wait", 1)]).status == 400


def test_a_quiet_stream_has_heartbeats(web: Web) -> None:
    with Sse(web, f"/events/stream?tag={new_tag()}") as stream:
        assert [frame.id for frame in islice(stream, 3)] == [None, None, None]


def test_a_slow_reader_holds_up_nobody_and_fills_no_memory(web: Web, service: Service) -> None:
    after = web.head
    before = _resident_bytes(service.child.pid)
    big = json.dumps("x" * 500_000).encode()
    with Sse(web, f"/events/stream?after={after}") as slow:
        for _ in range(120):
            assert web.event(big).status == 201
        assert _resident_bytes(service.child.pid) - before < 50_000_000, "60 MB were written meanwhile"
        assert [frame.id for frame in islice(slow.events(), 120)] == list(range(after + 1, after + 121))


def test_streams_and_long_polls_end_when_the_server_ends(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    web = Web(service.url)
    web.event(b"1")
    poll = http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)
    poll.request("GET", "/events?after=1&wait=60", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
    with contextlib.closing(poll), Sse(web, "/events/stream") as stream:
        frames = iter(stream)
        assert next(frames).id == 1, "whoever came later is served, so both are known"
        assert service.child.stop(timeout_seconds=120) == 0
        assert list(frames) == []
        assert poll.getresponse().status == 200


def _resident_bytes(pid: int) -> int:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * 4_096
