"""A trace from the client through the log to NATS, on real servers; spans only where a collector is named."""

import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from embedded.ports import free_port
from tests.integration.eventrail.collector import Collector, collecting
from tests.integration.eventrail.copies import messages
from tests.integration.eventrail.publishing import published
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import Service, start_eventrail

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
HEADERS = {"Traceparent": PARENT, "Tracestate": "vendor=1", "Content-Type": "application/json"}
FROM_HERE = {"PYTHONPATH": str(Path(__file__).parents[3])}


def told(collector_url: str, timeout_seconds: int) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector_url,
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_EXPORTER_OTLP_TIMEOUT": str(timeout_seconds),
    }


def metas(web: Web) -> list[Any]:
    return [line["meta"] for line in web.get("/events").lines]


def test_the_trace_of_a_request_is_kept_with_its_events_and_goes_to_nats(
    processes: Processes, log: Path, nats: Messages
) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    web.ask("POST", "/events", (), b"1", HEADERS)
    own = '{"events":[{"data":2,"meta":{"actor":"a"}},{"data":3,"meta":{"traceparent":"mine"}}]}'
    web.ask("POST", "/append", (), own.encode(), HEADERS)
    lines = b'{"events":[{"data":4}]}\n{"events":[{"data":5}]}\n'
    web.ask("POST", "/append", (), lines, {**HEADERS, "Content-Type": "application/x-ndjson"})
    cloud = b'{"specversion":"1.0","id":"1","source":"/s","type":"a","data":6}'
    web.ask("POST", "/events", (), cloud, {**HEADERS, "Content-Type": "application/cloudevents+json"})
    web.ask("POST", "/events", (), b"7", {**HEADERS, "Traceparent": "malformed"})
    kept = {"traceparent": PARENT, "tracestate": "vendor=1"}
    assert metas(web) == [
        kept,
        {"actor": "a", **kept},
        {"traceparent": "mine"},
        kept,
        kept,
        {"cloudevents": {"id": "1", "source": "/s"}, **kept},
        {},
    ]
    eventually(lambda: published(web), "all is published")
    sent = [(headers.get("traceparent"), headers.get("tracestate")) for _, _, headers, _ in messages(nats.url)]
    both, none = (PARENT, "vendor=1"), (None, None)
    assert sent == [both, both, ("mine", None), both, both, both, none]


def test_an_append_that_is_sent_again_in_another_trace_is_a_replay(web: Web) -> None:
    body = b'{"events":[{"data":1,"id":"00000000-0000-4000-8000-00000000aaaa"}]}'
    first = web.ask("POST", "/append", (), body, HEADERS)
    again = web.ask("POST", "/append", (), body, {**HEADERS, "Traceparent": PARENT.replace("b7ad", "c7ad")})
    assert (first.status, again.status) == (201, 200)
    assert again.json == {**first.json, "replayed": True}


def test_spans_lead_from_the_request_over_the_commit_to_nats(processes: Processes, log: Path, nats: Messages) -> None:
    with collecting() as collector:
        service = start_eventrail(processes, log, nats_url=nats.url, environment=told(collector.url, 120))
        web = Web(service.url)
        web.ask("POST", "/append", (), b'{"events":[{"data":1},{"data":2}]}', HEADERS)
        web.ask("POST", "/events", (), b"{", HEADERS)
        eventually(lambda: len(collector.named("publish")) == 1, "the spans came")
        assert service.child.stop() == 0
    (request,) = collector.named("POST /append")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE_ID, SPAN_ID)
    assert attributes(request) == {"eventrail.outcome": "appended", "eventrail.first": 1, "eventrail.last": 2}
    (commit,) = collector.named("commit")
    assert [link.span_id for link in commit.links] == [request.span_id]
    assert attributes(commit)["eventrail.batch.events"] == 2
    assert commit.start_time_unix_nano >= request.start_time_unix_nano
    (publish,) = collector.named("publish")
    assert [(link.trace_id.hex(), link.span_id.hex()) for link in publish.links] == [(TRACE_ID, SPAN_ID)]
    (refused,) = collector.named("POST /events")
    assert attributes(refused) == {"eventrail.outcome": "malformed"}
    assert collector.services == {"eventrail"}


def test_without_a_collector_no_span_is_made(processes: Processes, log: Path) -> None:
    with collecting() as collector:
        service = start_eventrail(processes, log, environment={"OTEL_BSP_SCHEDULE_DELAY": "50"})
        assert Web(service.url).ask("POST", "/events", (), b"1", HEADERS).status == 201
        assert service.child.stop() == 0
        assert collector.spans == []
    loaded = processes.python("tests.integration.eventrail.loaded_modules", environment=FROM_HERE)
    assert "eventrail.telemetry.tracing" in loaded
    assert "opentelemetry.sdk" not in loaded, "the SDK is loaded only where a collector is named"


@pytest.mark.parametrize("silent", [True, False])
def test_a_collector_that_is_away_costs_spans_only(processes: Processes, log: Path, *, silent: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1] if silent else free_port()}"
        costs_spans_only(start_eventrail(processes, log, environment=told(url, 1)))


def costs_spans_only(service: Service) -> None:
    web = Web(service.url)
    for number in range(20):
        assert web.ask("POST", "/events", (), str(number).encode(), HEADERS).status == 201
    assert web.get("/health/ready").json["status"] == "ok"
    assert service.child.stop() == 0


def test_a_request_that_fails_names_its_trace_in_the_log(processes: Processes, log: Path) -> None:
    service = start_eventrail(processes, log, environment={"EVENTRAIL_ACCESS_LOG": "true"})
    Web(service.url).ask("POST", "/events", (), b"1", HEADERS)
    eventually(lambda: f'"trace_id": "{TRACE_ID}"' in service.child.log, "the line of the request")


def attributes(span: Any) -> dict[str, Any]:
    found = {}
    for attribute in span.attributes:
        kind = attribute.value.WhichOneof("value")
        found[attribute.key] = getattr(attribute.value, kind)
    return found


def test_control_a_collector_hears_what_it_is_sent() -> None:
    with collecting() as collector:
        request = ExportTraceServiceRequest()
        request.resource_spans.add().scope_spans.add().spans.add().name = "mine"
        sent = urllib.request.Request(f"{collector.url}/v1/traces", request.SerializeToString(), method="POST")
        with urllib.request.urlopen(sent) as answer:
            assert answer.status == 200
        assert isinstance(collector, Collector)
        assert [span.name for span in collector.spans] == ["mine"]
